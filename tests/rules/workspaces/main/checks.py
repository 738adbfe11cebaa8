"""Checks from inside Python where modules come from. Arguments: MODULE=KIND …

KIND is py (compiled from source just now), cache (loaded from the pyc in __pycache__) or sibling (loaded from a
pyc that stands where the source would), with the flags of the pyc after a colon: 1 for unchecked, 3 for checked.
"""

import importlib
import importlib.util
import os
import sys

COMPILED = set()


def watch(event, args):
    """Notes what is compiled: a module that was loaded from its pyc is not among it."""
    if event == "compile" and args[1]:
        COMPILED.add(os.fsdecode(args[1]))


def check_pyc(path, source, flags):
    """The header is one the interpreter accepts, so nothing was rejected and compiled again in silence."""
    with open(path, "rb") as file:
        header = file.read(16)
    assert header[:4] == importlib.util.MAGIC_NUMBER, (path, header)
    assert int.from_bytes(header[4:8], "little") == flags, (path, header, flags)
    if source:
        with open(source, "rb") as file:
            assert header[8:16] == importlib.util.source_hash(file.read()), (path, header)


def check(name, kind, flags):
    module = importlib.import_module(name)
    runfiles = os.environ["RUNFILES_DIR"]
    path = module.__file__
    assert path.startswith(runfiles + os.sep), (path, runfiles)
    cached = importlib.util.cache_from_source(path) if path.endswith(".py") else None
    if kind == "py":
        assert path.endswith(".py"), path
        assert path in COMPILED, path + " was not compiled from its source"
        return
    assert path not in COMPILED, path + " was compiled although it should have a pyc"
    if kind == "cache":
        assert path.endswith(".py"), path
        assert module.__spec__.cached == cached, module.__spec__
        check_pyc(cached, path, flags)
    else:
        assert kind == "sibling", kind
        assert path.endswith(".pyc"), path
        assert not os.path.exists(path[:-1]), path
        check_pyc(path, None, flags)


def check_search_path():
    """Nothing leads into the source tree or the output tree."""
    runfiles = os.environ["RUNFILES_DIR"]
    prefixes = (runfiles, sys.prefix, sys.base_prefix, sys.exec_prefix)
    for entry in sys.path:
        assert entry.startswith(prefixes) or "python3" in entry or entry.endswith(".zip"), entry


def main():
    sys.addaudithook(watch)
    check_search_path()
    for argument in sys.argv[1:]:
        if argument.startswith("version="):
            version = argument.partition("=")[2]
            assert "{}.{}".format(*sys.version_info[:2]) == version, (version, sys.version)
            continue
        if argument.startswith("in_build"):
            assert sys.executable.startswith(os.environ["RUNFILES_DIR"]), sys.executable
            if argument.endswith("=remote"):
                # Where the files are no links to those of a repository, the standard library is among them.
                assert os.__file__.startswith(os.environ["RUNFILES_DIR"]), os.__file__
            continue
        name, _, kind = argument.partition("=")
        kind, _, flags = kind.partition(":")
        check(name, kind, int(flags or 3))
    print("checked", len(sys.argv) - 1, sys.version)


if __name__ == "__main__":
    main()
