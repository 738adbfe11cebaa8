from lib.greeting import greet


def count() -> int:
    return len(greet().split())
