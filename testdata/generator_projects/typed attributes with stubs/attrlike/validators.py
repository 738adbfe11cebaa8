def check(name, value):
    if value is None:
        raise ValueError(name)
