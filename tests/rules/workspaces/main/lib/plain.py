"""A module."""


def value():
    return "original"


def keeps_asserts():
    try:
        assert False
    except AssertionError:
        return True
    return False
