import sys

assert sys.prefix != sys.base_prefix
