from webby import Webby


def make_app():
    return Webby("test")
