"""`./dev bench [NAME] [ARGS…]`: runs one benchmark, or lists them."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks

_PARTS = {"monorepo"}


def main() -> int:
    """Runs the benchmark that is named first, with the other arguments."""
    names = [item.name for item in pkgutil.iter_modules(benchmarks.__path__) if item.name not in _PARTS]
    names = [name for name in names if not name.startswith("_")]
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        print("./dev bench NAME [ARGS…], NAME one of: " + ", ".join(names), file=sys.stderr)
        return 0 if len(sys.argv) < 2 else 2
    run = importlib.import_module(f"benchmarks.{sys.argv[1]}").main
    return int(run(sys.argv[2:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
