"""A module in a directory that has the name of a program."""
