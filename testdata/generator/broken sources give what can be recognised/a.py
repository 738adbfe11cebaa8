import good
print "Python 2", `x`
def f(:
    from also import (x,
        y
class Unfinished
