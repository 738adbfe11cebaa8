from greeter import greeting


def greet():
    return greeting("whoever")
