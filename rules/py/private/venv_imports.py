"""Imports from the wheels of a virtualenv: quick where there are many, and from several for one package.

Part of the virtualenv, for a line of a .pth file to call. https://docs.python.org/3/reference/import.html
"""

import os
import site
import sys
from importlib import machinery


class SharedPackages:
    """Finds the packages that several wheels share; all the directories of each are its `__path__`."""

    def __init__(self):
        # From a top-level name to the directories that wheels have some of it in, in order.
        self.roots = {}

    def find_spec(self, name, path=None, target=None):
        """The spec of a module below one of the names; None for others."""
        top, inner, _ = name.partition(".")
        roots = self.roots.get(top)
        if not roots:
            return None
        directories = list(path or ()) if inner else _search_path(roots)
        spec = machinery.PathFinder.find_spec(name, directories, target)
        if spec is None or spec.submodule_search_locations is None:
            return spec
        own = list(spec.submodule_search_locations)
        if not inner:
            if spec.origin and os.path.dirname(own[0]) not in roots:
                # A package that is in no wheel, and stands before theirs.
                return spec
            directories = roots
        others = [os.path.join(each, name.rpartition(".")[2]) for each in directories]
        others = [each for each in others if each not in own and os.path.isdir(each)]
        if others:
            spec.submodule_search_locations = own + others
        if others and spec.loader:
            _share_resources(spec.loader, own + others)
        return spec


def _share_resources(loader, directories):
    """Makes a package's loader find data files in all of its directories."""
    own_reader = loader.get_resource_reader
    own_data = loader.get_data

    def get_resource_reader(name):
        try:
            from importlib.readers import MultiplexedPath, NamespaceReader
        except ImportError:
            # Before Python 3.10 packages have their resources in one directory.
            return own_reader(name)
        reader = NamespaceReader.__new__(NamespaceReader)
        reader.path = MultiplexedPath(*directories)
        return reader

    def get_data(path):
        try:
            return own_data(path)
        except FileNotFoundError:
            # pkgutil asks for what is beside the `__init__` of the package.
            inner = os.path.relpath(path, directories[0])
            for other in directories[1:]:
                if os.path.isfile(os.path.join(other, inner)):
                    return own_data(os.path.join(other, inner))
            raise

    loader.get_resource_reader = get_resource_reader
    loader.get_data = get_data


_LOADERS = (
    (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
    (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES),
    (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
)


class PathEntry(machinery.FileFinder):
    """Finds the modules of one wheel that is on `sys.path`, without a look at its files for other names."""

    def __init__(self, path, names):
        # What it takes to look at files is made when the first of the names is asked for.
        self.path = path
        self._names = names
        self._is_ready = False

    def find_spec(self, name, target=None):
        """The spec of a module at the top of the wheel; None for others."""
        if name not in self._names:
            return None
        if not self._is_ready:
            super().__init__(self.path, *_LOADERS)
            self._is_ready = True
        return super().find_spec(name, target)


def _search_path(roots):
    """`sys.path` with those of the directories that are not on it; they come with the virtualenv's own."""
    missing = [each for each in roots if each not in sys.path]
    after = next((index + 1 for index, each in enumerate(sys.path) if each in roots), len(sys.path))
    return sys.path[:after] + missing + sys.path[after:]


_finder = SharedPackages()
# The .pth files that were processed, and the lines of the indexes that were read.
_ran = set()
_indexes = {}


def add_wheels(index, start, stop):
    """Puts wheels on `sys.path`, in one step and without a look at their files.

    `index` is a file with a line for each wheel: its directory, then its top-level names. The lines from `start` to
    `stop` are taken. All paths are relative to the virtualenv.
    """
    prefix = os.path.abspath(sys.prefix) + os.sep
    if index not in _indexes:
        with open(prefix + index, encoding="utf-8") as lines:
            _indexes[index] = lines.read().splitlines()
    known = set(sys.path)
    for line in _indexes[index][start:stop]:
        directory, *names = line.split("\t")
        path = prefix + directory
        if path not in known:
            sys.path.append(path)
            sys.path_importer_cache.setdefault(path, PathEntry(path, names))


def install(shared, hooks, commands):
    """Makes use of what was found in the wheels when the virtualenv was built.

    `shared` has, for each shared top-level name, the directories with parts of it; `hooks` has the .pth files of
    wheels; `commands` has directories to have on PATH. All paths are relative to the virtualenv.
    """
    for name, directories in shared.items():
        _finder.roots[name] = [os.path.join(sys.prefix, each) for each in directories]
    if shared and _finder not in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(machinery.PathFinder), _finder)
    if commands:
        _put_on_path([os.path.join(sys.prefix, each) for each in commands])
    for hook in hooks:
        # Programs reached through a link to the virtualenv come here twice.
        if hook not in _ran:
            _ran.add(hook)
            site.addpackage(*os.path.split(os.path.join(sys.prefix, hook)), None)


def _put_on_path(directories):
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    own = os.path.join(sys.prefix, "bin")
    after = path.index(own) + 1 if own in path else 0
    missing = [each for each in directories if each not in path]
    os.environ["PATH"] = os.pathsep.join(path[:after] + missing + path[after:])
    # Where the commands of wheels look for their interpreter.
    os.environ.setdefault("VIRTUAL_ENV", sys.prefix)
