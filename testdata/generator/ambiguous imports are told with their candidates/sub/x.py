import dup
