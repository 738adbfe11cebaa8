import greeter


def welcome(name):
    return greeter.greeting(name) + " Welcome."
