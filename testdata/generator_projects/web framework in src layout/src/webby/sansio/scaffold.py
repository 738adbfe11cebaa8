from ..json import dumps


class Scaffold:
    def __init__(self, name):
        self.name = name
        self.rules = {}

    def route(self, path):
        def register(function):
            self.rules[path] = lambda: dumps(function())
            return function

        return register
