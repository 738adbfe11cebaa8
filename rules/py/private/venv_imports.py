"""Makes one package of what several wheels of a virtualenv have in it.

Part of the virtualenv, for a line of a .pth file to call. https://docs.python.org/3/reference/import.html
"""

import os
import site
import sys
from importlib.machinery import PathFinder


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
        spec = PathFinder.find_spec(name, directories, target)
        if spec is None or spec.submodule_search_locations is None:
            return spec
        own = list(spec.submodule_search_locations)
        if not inner:
            if spec.origin and os.path.dirname(own[0]) not in roots:
                # A package that is in no wheel, and stands before theirs.
                return spec
            directories = roots
        others = [os.path.join(each, name.rpartition(".")[2]) for each in directories]
        spec.submodule_search_locations = own + [each for each in others if each not in own and os.path.isdir(each)]
        return spec


def _search_path(roots):
    """`sys.path` with those of the directories that are not on it; they come with the virtualenv's own."""
    missing = [each for each in roots if each not in sys.path]
    after = next((index + 1 for index, each in enumerate(sys.path) if each in roots), len(sys.path))
    return sys.path[:after] + missing + sys.path[after:]


_finder = SharedPackages()
_ran = set()


def install(shared, hooks, commands):
    """Makes use of what was found in the wheels when the virtualenv was built.

    `shared` has, for each shared top-level name, the directories with parts of it; `hooks` has the .pth files of
    wheels; `commands` has directories to have on PATH. All paths are relative to the virtualenv.
    """
    for name, directories in shared.items():
        _finder.roots[name] = [os.path.join(sys.prefix, each) for each in directories]
    if shared and _finder not in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(PathFinder), _finder)
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
