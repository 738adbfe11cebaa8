"""Looks into the unpacked wheels of a virtualenv for what the analysis of the build cannot know.

Writes a .pth file that makes one package of those that several wheels share, runs the .pth files of wheels, and puts
their commands on PATH; an index of the modules that wheels have, so that Python need not look for each of them through
all the wheels; and the compiled form of the module that reads these. Two wheels that have the same file with different
contents are in each other's way.
"""

import argparse
import filecmp
import json
import os
import posixpath
import py_compile
import re
import sys

_SHOWN = 20

# How packages say that they are namespaces, from before PEP 420: each wheel brings the same, give or take a comment.
_NAMESPACE = re.compile(rb"extend_path|declare_namespace")


class Wheel:
    """One wheel: what the build says of it, and the files it has."""

    def __init__(self, label, tree, place, site_packages, top_levels, scripts):
        self.label = label
        # Where it is in the virtualenv, and where its modules are.
        self.place = place
        self.root = posixpath.join(place, site_packages)
        self.is_described = top_levels is not None
        self.top_levels = set(top_levels or ())
        self.scripts = set(scripts)
        self.modules = _files(os.path.join(tree, site_packages))
        self.commands = {name: path for name, path in _files(os.path.join(tree, "bin")).items() if "/" not in name}


def _files(root):
    """The files below a directory, but not those that Python makes: from the path below it to the path."""
    found = {}
    for directory, directories, names in os.walk(root, followlinks=True):
        directories[:] = [each for each in directories if each != "__pycache__"]
        for name in names:
            path = os.path.join(directory, name)
            found[os.path.relpath(path, root).replace(os.sep, "/")] = path
    return found


def _differ(name, one, other):
    if filecmp.cmp(one, other, shallow=False):
        return False
    if not name.endswith("/__init__.py"):
        return True
    texts = []
    for path in (one, other):
        with open(path, "rb") as file:
            texts.append(file.read())
    return not all(_NAMESPACE.search(text) for text in texts)


def collisions(wheels):
    """Lines that say which wheels are in each other's way, but for what the analysis has seen itself."""
    lines = []
    modules = {}
    commands = {}
    for wheel in wheels:
        for name, path in sorted(wheel.modules.items()):
            first, there = modules.setdefault(name, (wheel, path))
            if first is wheel or (name in first.top_levels and name in wheel.top_levels):
                continue
            if _differ(name, there, path):
                lines.append(f"file {name}: {first.label} and {wheel.label}")
        names = wheel.scripts if wheel.is_described else wheel.commands
        for name in sorted(names):
            path = wheel.commands.get(name)
            first, there = commands.setdefault(name, (wheel, path))
            if first is wheel or (first.is_described and wheel.is_described):
                continue
            if not path or not there or _differ(name, there, path):
                lines.append(f"console script {name}: {first.label} and {wheel.label}")
    return lines


def shared_names(wheels, dropped):
    """The top-level names that need help to be one package, each with the wheels that have some of it."""
    owners = {}
    regular = set()
    for wheel in wheels:
        for name in wheel.modules:
            parts = name.split("/")
            for count in range(1, len(parts)):
                owners.setdefault("/".join(parts[:count]), {})[wheel] = None
            if len(parts) > 1 and parts[-1].partition(".")[0] == "__init__":
                regular.add("/".join(parts[:-1]))
    names = {each.split("/")[0] for each in regular if len(owners[each]) > 1} | dropped
    return {name: list(owners[name]) for name in sorted(names) if name in owners}


def index_lines(wheels):
    """The lines of the index: each wheel that is on the path as a whole, with its names that can be imported."""
    for wheel in wheels:
        if not wheel.is_described:
            yield "\t".join([wheel.root, *sorted({re.split("[/.]", name)[0] for name in wheel.modules})]) + "\n"


def install_line(wheels, dropped, site_packages):
    """The line for the .pth file."""
    shared = {
        name: [site_packages] + [owner.root for owner in owners]
        for name, owners in shared_names(wheels, dropped).items()
    }
    unknown = [wheel for wheel in wheels if not wheel.is_described]
    hooks = [
        posixpath.join(wheel.root, name)
        for wheel in unknown
        for name in sorted(wheel.modules)
        if name.endswith(".pth") and "/" not in name
    ]
    commands = [posixpath.join(wheel.place, "bin") for wheel in unknown if wheel.commands]
    return f"import _venv_imports; _venv_imports.install({shared!r}, {hooks!r}, {commands!r})\n"


def compile_module(source, output):
    """Compiles a module, if it is for this version of Python; else leaves a file that is passed over."""
    if os.path.basename(output).split(".")[1] == sys.implementation.cache_tag:
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(source, output, os.path.basename(source), doraise=True, invalidation_mode=mode)
    else:
        open(output, "wb").close()


def main():
    """Writes the file; the exit code is 1 if wheels are in each other's way and may not be."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--target", required=True)
    parser.add_argument("--output", required=True, help="the .pth file")
    parser.add_argument("--index", required=True)
    parser.add_argument("--site-packages", required=True, help="where the virtualenv has its modules")
    parser.add_argument("--collisions", required=True, choices=["error", "warning", "ignore"])
    parser.add_argument(
        "--wheel", action="append", default=[], help="the arguments of Wheel as JSON, in the order of imports"
    )
    parser.add_argument("--dropped", action="append", default=[], help="a top-level name of which not all is linked")
    parser.add_argument("--compile", help="a module of the virtualenv")
    parser.add_argument("--compiled", help="where Python looks for the compiled one")
    arguments = parser.parse_args()
    if arguments.compile:
        compile_module(arguments.compile, arguments.compiled)
    wheels = [Wheel(**json.loads(each)) for each in arguments.wheel]
    found = collisions(wheels) if arguments.collisions != "ignore" else []
    if found:
        lines = [f"{arguments.target}: wheels collide in one virtualenv; the first one has the place:"]
        lines += ["  " + each for each in found[:_SHOWN]]
        if found[_SHOWN:]:
            lines.append(f"  and {len(found) - _SHOWN} more")
        if arguments.collisions == "error":
            lines.append('Depend on one of them only, or set package_collisions = "warning" or "ignore".')
        print("\n".join(lines), file=sys.stderr)
        if arguments.collisions == "error":
            sys.exit(1)
    with open(arguments.output, "w", encoding="utf-8") as output:
        output.write(install_line(wheels, set(arguments.dropped), arguments.site_packages))
    with open(arguments.index, "w", encoding="utf-8") as output:
        output.writelines(index_lines(wheels))


if __name__ == "__main__":
    main()
