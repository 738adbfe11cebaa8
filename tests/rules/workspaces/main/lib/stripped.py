"""A docstring that is not in the pyc."""

assert __doc__ is None, __doc__
try:
    assert not __name__
except AssertionError:
    pass
else:
    raise SystemExit("the asserts are gone")
