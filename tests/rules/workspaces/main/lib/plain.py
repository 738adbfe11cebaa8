"""A module."""


def value():
    return "original"


def keeps_asserts():
    try:
        assert not __name__
    except AssertionError:
        return True
    return False
