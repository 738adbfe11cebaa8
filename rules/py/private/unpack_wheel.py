"""Unpacks a wheel into a directory laid out like a virtualenv.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

import argparse
import configparser
import os
import posixpath
import stat
import subprocess
import sys
import tempfile
import zipfile

# The interpreter beside the script, or that of the virtualenv the script is used from.
_SCRIPT_START = b"""#!/bin/sh
'''exec' "$([ -x "${0%/*}/python" ] && echo "${0%/*}" || echo "$VIRTUAL_ENV/bin")/python" "$0" "$@"
' '''
"""

_SCRIPT = """\
import sys

from {module} import {first}

if __name__ == "__main__":
    sys.exit({function}())
"""


class WheelError(Exception):
    """The wheel cannot be unpacked, or is not what was said of it."""


def destination(name, site_packages):
    """Where a member of the archive goes, relative to the prefix; None for what is not installed."""
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise WheelError("it has a file outside of itself: " + repr(name))
    first, _, rest = name.partition("/")
    if not first.endswith(".data") or not rest:
        return posixpath.join(site_packages, name)
    kind, _, path = rest.partition("/")
    if not path:
        return None
    if kind in ("purelib", "platlib"):
        return posixpath.join(site_packages, path)
    if kind == "scripts":
        return "bin/" + path
    if kind == "data":
        return path
    if kind == "headers":
        python = site_packages.split("/")[1]
        return posixpath.join("include", "site", python, first.split("-")[0], path)
    raise WheelError("it has a kind of data that no installer knows: " + repr(name))


def unpack(archive, root, site_packages):
    """Writes the files of an open wheel below a directory; gives their paths relative to it."""
    written = []
    for member in archive.infolist():
        if member.is_dir():
            continue
        mode = member.external_attr >> 16
        if stat.S_ISLNK(mode):
            raise WheelError("it has a symbolic link, which wheels may not have: " + repr(member.filename))
        path = destination(member.filename, site_packages)
        if path is None:
            continue
        target = os.path.join(root, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        content = archive.read(member)
        script = path.startswith("bin/")
        if script and content.startswith(b"#!python"):
            content = _SCRIPT_START + content.partition(b"\n")[2]
        with open(target, "wb") as file:
            file.write(content)
        os.chmod(target, 0o755 if script or mode & 0o111 else 0o644)
        written.append(path)
    return written


def compile_modules(root, written, command, suffix, source_name):
    """Compiles the modules in one run of the compiler; gives its exit code."""
    lines = []
    for path in written:
        if path.endswith(".py") and path.startswith("lib/"):
            directory, name = posixpath.split(path)
            pyc = os.path.join(root, directory, "__pycache__", name[: -len(".py")] + suffix)
            lines += [f"--src={os.path.join(root, path)}", f"--src_name={source_name}/{path}", f"--pyc={pyc}"]
            os.makedirs(os.path.dirname(pyc), exist_ok=True)
    if not lines:
        return 0
    with tempfile.NamedTemporaryFile("w", suffix=".params", encoding="utf-8") as params:
        params.write("\n".join(lines) + "\n")
        params.flush()
        return subprocess.call([sys.executable, *command, "@" + params.name])


def check_top_levels(written, site_packages, stated):
    """Compares what is there with what the build was told before."""
    paths = [path[len(site_packages) + 1 :] for path in written if path.startswith(site_packages + "/")]
    covered = set()
    unstated = set()
    for path in paths:
        parts = path.split("/")
        starts = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        found = [start for start in starts if start in stated]
        covered.update(found)
        if not found:
            # Below a namespace that is stated, the part that is not; else the top.
            beside = {entry.rpartition("/")[0] for entry in stated}
            unstated.add(next((start for start in starts if start not in beside), path))
    problems = []
    missing = sorted(stated - covered)
    if missing:
        problems.append("top_levels names what the wheel does not have: " + ", ".join(missing))
    if unstated:
        problems.append("top_levels lacks " + ", ".join(sorted(unstated)))
    if problems:
        raise WheelError("; ".join(problems))


def console_scripts(root, written):
    """The commands of the wheel, each with its `MODULE:FUNCTION`."""
    config = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    config.optionxform = str
    for path in written:
        if path.endswith(".dist-info/entry_points.txt"):
            config.read(os.path.join(root, path), encoding="utf-8")
    return dict(config.items("console_scripts")) if config.has_section("console_scripts") else {}


def write_console_scripts(root, there):
    """Makes the commands, for virtualenvs that have the wheel's directory of commands on PATH."""
    for name, target in there.items():
        module, _, function = target.partition("[")[0].strip().partition(":")
        path = os.path.join(root, "bin", name)
        if not function or "/" in name or os.path.lexists(path):
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        text = _SCRIPT.format(
            module=module.strip(), function=function.strip(), first=function.strip().partition(".")[0]
        )
        with open(path, "wb") as file:
            file.write(_SCRIPT_START + text.encode())
        os.chmod(path, 0o755)


def check_console_scripts(there, stated):
    """Compares the commands of the wheel with those the build was told of."""
    for name, target in stated.items():
        if name not in there:
            raise WheelError("console_scripts names {}, but the wheel has {}".format(name, sorted(there) or "none"))
        if there[name].replace(" ", "") != target.replace(" ", ""):
            raise WheelError(f"console_scripts says {name} = {target}, but the wheel {there[name]}")


def check_data_files(written, stated):
    """Compares the data files the build was told of with what is there."""
    missing = sorted(set(stated) - set(written))
    if missing:
        raise WheelError("data_files names what the wheel does not have: " + ", ".join(missing))


def main():
    """Unpacks one wheel; the exit code is 1 and there is one line of explanation if it cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", required=True)
    parser.add_argument("--into", required=True)
    parser.add_argument("--site-packages", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--top-level", action="append", default=[])
    parser.add_argument("--console-script", action="append", default=[])
    parser.add_argument("--data-file", action="append", default=[])
    parser.add_argument("--compiler", action="append", default=[], help="a word of the compiler's command")
    parser.add_argument("--pyc-suffix", help="what follows the name of a module in that of its compiled form")
    parser.add_argument("--source-name", help="what the directory is called in the compiled modules")
    arguments = parser.parse_args()
    try:
        with zipfile.ZipFile(arguments.wheel) as archive:
            written = unpack(archive, arguments.into, arguments.site_packages)
        if arguments.top_level:
            check_top_levels(written, arguments.site_packages, set(arguments.top_level))
        scripts = dict(each.split("=", 1) for each in arguments.console_script)
        there = console_scripts(arguments.into, written)
        check_console_scripts(there, scripts)
        write_console_scripts(arguments.into, there)
        check_data_files(written, arguments.data_file)
    except (WheelError, zipfile.BadZipFile, configparser.Error) as error:
        sys.exit(f"{arguments.target}: {os.path.basename(arguments.wheel)}: {error}")
    if arguments.compiler:
        sys.exit(
            compile_modules(arguments.into, written, arguments.compiler, arguments.pyc_suffix, arguments.source_name)
        )


if __name__ == "__main__":
    main()
