"""Writes a main program that is a command of a wheel.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

import argparse
import configparser
import glob
import os
import sys


def entry_points_of(tree):
    """The files of an unpacked wheel that tell its entry points."""
    return glob.glob(os.path.join(tree, "lib", "*", "site-packages", "*.dist-info", "entry_points.txt"))


def console_scripts(paths):
    """The commands in entry_points.txt files, each with its `MODULE:FUNCTION`."""
    config = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    config.optionxform = str
    config.read(paths, "utf-8")
    return dict(config.items("console_scripts")) if config.has_section("console_scripts") else {}


def main():
    """Looks through the wheels in the order given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--script", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--template", required=True)
    parser.add_argument("--tree", action="append", default=[])
    parser.add_argument("--entry-points", action="append", default=[])
    arguments = parser.parse_args()
    seen = set()
    for paths in [[path] for path in arguments.entry_points] + [entry_points_of(tree) for tree in arguments.tree]:
        scripts = console_scripts(paths)
        seen.update(scripts)
        if arguments.script in scripts:
            module, _, function = scripts[arguments.script].partition("[")[0].strip().partition(":")
            with open(arguments.template, encoding="utf-8") as template:
                text = template.read()
            for key, value in (("module", module), ("function", function), ("first", function.partition(".")[0])):
                text = text.replace(f"%{key}%", value)
            with open(arguments.output, "w", encoding="utf-8") as output:
                output.write(text)
            return
    sys.exit(
        "{}: no wheel has the command {}; there are {}".format(
            arguments.target, arguments.script, ", ".join(sorted(seen)) or "none"
        )
    )


if __name__ == "__main__":
    main()
