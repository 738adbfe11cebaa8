"""The provider of virtualenvs."""

VirtualenvInfo = provider(
    doc = "A virtualenv, for programs that run in it.",
    fields = {
        "bin_python": "str: the path of its interpreter below the runfiles root.",
        "env": "dict[str, str]: environment variables for programs that run in it.",
        "env_inherit": "list[str]: environment variables that such programs take over.",
        "imports": "depset[str]: paths below the runfiles root that its interpreter imports from.",
        "interpreter_flags": "list[str]: options that its interpreter needs in order to behave as configured.",
        "python_version": "str: MAJOR.MINOR of its interpreter.",
        "root": "str: its own path below the runfiles root.",
        "runfiles": "runfiles: all of it, with the wheels, the modules and the interpreter.",
        "venv_name": "str: the name of its directory.",
        "wheels": "depset of struct as of wheel_record.",
    },
)
