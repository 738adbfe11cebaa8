"""Zips made by a flag or an output group, for which there are rules now.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/zipapp/index.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import flags, told
from migrations.rules_python._surface import CHANGES, FLAGS, path_of
from migrations.view import View

_ADVICE = "Make a py_zipapp_binary or py_zipapp_test of the targets that are to be zips, and drop it."


def find(view: View) -> Iterator[Finding]:
    """The flag and the output group."""
    if view.file.kind is FileKind.BAZELRC:
        for flag in flags(view.file.data):
            ours = path_of(view, flag.name) == FLAGS + "build_python_zip"
            if (
                (flag.name == "build_python_zip" or ours)
                and not flag.negated
                and flag.value not in ("false", "0", "no")
            ):
                yield told(flag, "a flag makes every binary a zip", advice=_ADVICE, level=Level.NOTE)
        return
    for string in view.strings("python_zip_file"):
        if string.value == "python_zip_file":
            message = "the output group python_zip_file has rules in its place"
            yield Finding(string.start, string.end, message, advice=_ADVICE, level=Level.NOTE)


MIGRATION = Migration(
    id="python-zip",
    summary="List zips that py_zipapp_binary and py_zipapp_test would make.",
    page=Page(
        what="Lists `--build_python_zip` in .bazelrc files and uses of the output group `python_zip_file`.",
        why="The flag hits every binary there is; the rules of 1.9.0 make a zip of one target.",
        safety="Nothing is edited.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", since="1.9.0"),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.BAZELRC),
    needles=(b"build_python_zip", b"python_zip_file"),
    find=find,
    cases=(
        Case("the flag", {".bazelrc": "build --build_python_zip\n"}, notes=("every binary a zip",)),
        Case(
            "the output group",
            'filegroup(\n    name = "z",\n    srcs = [":b"],\n    output_group = "python_zip_file",\n)\n',
            notes=("has rules in its place",),
        ),
        Case("the flag turned off", {".bazelrc": "build --nobuild_python_zip\nbuild --build_python_zip=false\n"}),
    ),
)
