import sys

from greeter import greeting


def main():
    print(greeting(" ".join(sys.argv[1:]) or "world"))
