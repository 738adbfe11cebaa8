from lib.counting import count

assert count() == 2
