"""`trekbok` and `python -m trekbok`."""

import gc


def run() -> None:
    """Runs the command line, without the collector of cyclic garbage: a run is short, and leaves next to none."""
    gc.disable()  # first of all: imports make objects too
    from trekbok.cli import main

    main()


if __name__ == "__main__":
    run()
