def loop_first(values):
    first = True
    for value in values:
        yield first, value
        first = False
