"""The provider of Python executables."""

PyExecutableInfo = provider(
    doc = "How a Python executable is put together, for rules that package or wrap it.",
    fields = {
        "app_runfiles": "runfiles: the program and its dependencies, without the interpreter.",
        "build_data_file": "File or None: build information, if the executable is stamped.",
        "interpreter_args": "list[str]: arguments for the interpreter itself.",
        "interpreter_path": "str: the interpreter: an absolute path, or one below the runfiles root.",
        "main": "File or None: the main program, a source or a pyc; None with `main_module`.",
        "runfiles_without_exe": "runfiles: all the program needs but the executable itself.",
        "stage2_bootstrap": "File: the script that sets up `sys.path` and runs the main program.",
        "venv_interpreter_runfiles": "runfiles or None: of a virtualenv, if there is one.",
        "venv_interpreter_symlinks": "depset or None: of a virtualenv, if there is one.",
        "venv_python_exe": "File or None: of a virtualenv, if there is one.",
    },
)
