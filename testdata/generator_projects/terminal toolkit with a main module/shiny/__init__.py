"""Shiny output."""

_console = None


def get_console():
    global _console
    if _console is None:
        from .console import Console

        _console = Console()
    return _console
