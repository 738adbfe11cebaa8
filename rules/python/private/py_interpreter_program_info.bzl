"""The provider of a program that is run by whichever interpreter the build has at hand."""

PyInterpreterProgramInfo = provider(
    doc = "A Python program of one file that a rule runs with the interpreter of its choice.",
    fields = {
        "data": "depset[File]: files the program needs beside it.",
        "env": "dict[str, str]: the environment the program needs.",
        "interpreter_args": "list[str]: arguments for the interpreter itself.",
        "main": "File: the program.",
    },
)
