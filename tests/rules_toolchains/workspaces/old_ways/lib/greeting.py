from lib.words import WORDS


def greet() -> str:
    return " ".join(WORDS)
