"""`python -m trekbok`."""

from trekbok.cli import main

main()
