#!/usr/bin/env python
import sys


def main():
    from site_core.registry import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
