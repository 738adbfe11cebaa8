"""`trekbok` and `python -m trekbok`."""

import gc

from trekbok.cli import main


def run() -> None:
    """Runs the command line, without the collector of cyclic garbage: a run is short, and leaves next to none."""
    gc.disable()
    main()


if __name__ == "__main__":
    run()
