"""Sets up sys.path and runs the main program of %target%."""

import os
import sys

# The directory of this script, with links resolved: modules would come from the source tree or from the output
# tree instead of from the runfiles. Python 3.11's safe path leaves it out already.
_SAFE_PATH = getattr(sys.flags, "safe_path", False) or sys.flags.isolated
if not _SAFE_PATH:
    del sys.path[0]

_SELF = %self%
_MAIN = %main%
_MAIN_MODULE = %main_module%
_IMPORTS = %imports%
_EXPORT_PYTHONPATH = %export_pythonpath%
_COVERAGE_TOOL = %coverage_tool%
_IMPORT_ALL_REPOSITORIES = %import_all_repositories%


def _search_path(runfiles):
    """The runfiles root, what targets ask for in `imports`, and the root of each repository."""
    yield runfiles
    for path in _IMPORTS:
        yield os.path.join(runfiles, path)
    yield os.path.join(runfiles, "%workspace%")
    if not _IMPORT_ALL_REPOSITORIES:
        return
    with os.scandir(runfiles) as entries:
        for name in sorted(entry.name for entry in entries if entry.is_dir()):
            if name != "%workspace%":
                yield os.path.join(runfiles, name)


def _run_path(path):
    """Runs a file as `__main__`, as Python itself does, except that it takes the file's pyc if it is valid."""
    from importlib.machinery import SourceFileLoader, SourcelessFileLoader

    class _MainLoader(SourceFileLoader):
        def set_data(self, path, data, *, _mode=0o666):
            """Writes no pyc: Python does not for a main program."""

    if path.endswith(".pyc"):
        loader = SourcelessFileLoader("__main__", path)
        code = loader.get_code("__main__")
    else:
        loader = SourceFileLoader("__main__", path)
        code = _MainLoader("__main__", path).get_code("__main__")
    module = type(sys)("__main__")
    module.__dict__.update(__builtins__=__builtins__, __file__=path, __loader__=loader)
    sys.modules["__main__"] = module
    exec(code, module.__dict__)


def _measurement(runfiles):
    """Starts coverage.py if `bazel coverage` asks for it; what ends it and writes down what was measured."""
    directory, manifest = os.environ.get("COVERAGE_DIR"), os.environ.get("COVERAGE_MANIFEST")
    if not (_COVERAGE_TOOL and directory and manifest):
        return lambda: None

    # Behind all else, so that it shadows nothing of the program's.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.join(runfiles, _COVERAGE_TOOL))))
    import coverage

    # Bazel names files as they are in the repository. They are imported by their paths in the runfiles, which are
    # links: coverage.py goes by where those lead.
    names = {}
    with open(manifest, encoding="utf-8") as file:
        for name in file.read().splitlines():
            path = name[len("external/") :] if name.startswith("external/") else os.path.join("%workspace%", name)
            path = os.path.join(runfiles, path)
            if name.endswith(".py"):
                names[path] = names[os.path.realpath(path)] = name
    stem = os.path.join(directory, "python-{}".format(os.getpid()))
    measured = coverage.Coverage(data_file=stem + ".data", branch=True, include=list(names), config_file=False)
    measured.start()

    def finish():
        measured.stop()
        if not measured.get_data().measured_files():
            return
        measured.lcov_report(outfile=stem + ".lcov")
        with open(stem + ".lcov", encoding="utf-8") as file:
            lines = file.read().splitlines()
        with open(stem + ".dat", "w", encoding="utf-8") as file:
            for line in lines:
                path = os.path.abspath(line[len("SF:") :])
                file.write(("SF:" + names.get(path, path) if line.startswith("SF:") else line) + "\n")

    return finish


def _start():
    # Where this script stands is more to be trusted than the environment, which may be that of another program.
    runfiles = os.path.abspath(__file__)[: -len(os.path.join("", *_SELF.split("/"))) - 1]
    os.environ["RUNFILES_DIR"] = runfiles
    path = list(dict.fromkeys(_search_path(runfiles)))
    if _EXPORT_PYTHONPATH and not sys.flags.ignore_environment:
        inherited = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(path + ([inherited] if inherited else []))
    sys.path[0:0] = path
    finish = _measurement(runfiles)
    try:
        _run(runfiles, path)
    finally:
        finish()


def _run(runfiles, path):
    if _MAIN_MODULE:
        import runpy

        runpy.run_module(_MAIN_MODULE, run_name="__main__", alter_sys=True)
    else:
        main = os.path.join(runfiles, _MAIN)
        sys.argv[0] = main
        # Python lets a script import what is beside it. So do we, from the runfiles and last, where it
        # cannot shadow anything.
        if not _SAFE_PATH and os.path.dirname(main) not in path:
            sys.path.append(os.path.dirname(main))
        _run_path(main)


_start()
