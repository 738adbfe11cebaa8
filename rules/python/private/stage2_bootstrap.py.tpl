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


def _start():
    # Where this script stands is more to be trusted than the environment, which may be that of another program.
    runfiles = os.path.abspath(__file__)[: -len(os.path.join("", *_SELF.split("/"))) - 1]
    os.environ["RUNFILES_DIR"] = runfiles
    path = list(dict.fromkeys(_search_path(runfiles)))
    if _EXPORT_PYTHONPATH and not sys.flags.ignore_environment:
        inherited = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(path + ([inherited] if inherited else []))
    sys.path[0:0] = path
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
