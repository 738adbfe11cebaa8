from lib.core.core import welcome
from text_tools import shout


def serve(name):
    return shout(welcome(name))


if __name__ == "__main__":
    print(serve("api"))
