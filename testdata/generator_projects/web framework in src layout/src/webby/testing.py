class Client:
    def __init__(self, app):
        self.app = app

    def get(self, path):
        return self.app.rules[path]()
