from attrlike import validators


def fields(cls):
    return list(cls.__annotations__)


def define(cls):
    names = fields(cls)

    def __init__(self, *values):
        for name, value in zip(names, values):
            validators.check(name, value)
            setattr(self, name, value)

    cls.__init__ = __init__
    return cls
