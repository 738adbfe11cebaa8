"""The launcher of a `py_binary`, a bash script in v1 and a native program in v2.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.2
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import RUN, UPSTREAM
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_SHELL = r"(?:^|[\s;&|('\"])(?:(?:/usr)?/bin/)?(?:bash|sh|source|\.|(cat|head|grep|sed))(?:\s+-{1,2}[\w=-]+)*\s+['\"]?"
_LOCATION = re.compile(_SHELL + r"\$+\(?(?:location|execpath|rootpath|rlocationpath)\s+([^)\s]+)\)")
_BUILT = re.compile((_SHELL + r"(?:\S*/)?bazel-bin/([\w/.+-]+)").encode())
_DATA = (".sh", ".bash", ".py", ".txt", ".json", ".yaml", ".yml", ".xml", ".log", ".md", ".html", ".zip", ".tar")


def find(view: View) -> Iterator[Finding]:
    """Commands that give a launcher to a shell or read it: by label in Bazel's files, by path in text."""
    if view.file.kind is FileKind.TEXT:
        for found in _BUILT.finditer(view.file.data):
            path = found[2].decode()
            is_file = "." in path.rpartition("/")[2] if found[1] else path.endswith(_DATA)  # what is read has a suffix
            if not is_file and "/." not in path:
                yield Finding(
                    found.start(2),
                    found.end(2),
                    f"bazel-bin/{path} is taken for a script; if a py_binary makes it, it is a native program now",
                    advice="Run it directly, and do not read it.",
                    level=Level.NOTE,
                )
        return
    strings = [string for string in view.strings("$(", "$") if _LOCATION.search(string.value)]
    if not strings:
        return
    own = {call.string("name") for call, _ in view.calls(RUN)}
    for string in strings:
        for named in _LOCATION.finditer(string.value):
            label = view.label(named[2])
            if label is not None and label.name in own and view.canonical(named[2]) == view.canonical(":" + label.name):
                yield Finding(
                    string.start,
                    string.end,
                    f"{named[2]} is taken for a script, and its launcher is a native program now",
                    advice="Run it directly, and do not read it.",
                )


MIGRATION = Migration(
    id="launcher",
    summary="Find commands that take the launcher of a binary for a script.",
    page=Page(
        what=(
            "Lists commands that hand a `py_binary` or `py_test` of the same package to a shell, or read it, and "
            "commands in scripts that do so with something in `bazel-bin`."
        ),
        why=(
            "From 2.0.0-alpha.2 on the launcher is a native program: `bash bazel-bin/app` fails, and so does what "
            "parses it. The module brings two more dependencies for it, hermetic_launcher and gawk."
        ),
        safety="Nothing is edited.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.2",),
    ),
    gate=Gate(since="2.0.0-alpha.2", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.TEXT),
    needles=(b"$(location ", b"$(execpath ", b"$(rootpath ", b"$(rlocationpath ", b"bazel-bin/"),
    find=find,
    cases=(
        Case(
            "a genrule that runs the launcher with bash",
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(name = "b")\n\n'
            'genrule(\n    name = "g",\n    cmd = "bash -e $(location :b) > $@",\n    tools = [":b"],\n)\n\n'
            'genrule(\n    name = "h",\n    cmd = "$(location :b) > $@",\n    tools = [":b"],\n)\n',
            person=(":b is taken for a script",),
        ),
        Case(
            "a script that does",
            {"x.sh": "bash bazel-bin/app/app --flag\nbazel-bin/app/app\nbash bazel-bin/app/run.sh\n"},
            notes=("bazel-bin/app/app is taken for a script",),
        ),
        Case(
            "a binary of another ruleset",
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(name = "b")\n\n'
            'genrule(\n    name = "g",\n    cmd = "bash $(location :b) > $@",\n    tools = [":b"],\n)\n',
        ),
        Case("a file that is read", {"x.sh": "cat bazel-bin/app/lib.a\nhead -1 bazel-bin/app/list.cmake\n"}),
        Case("the plan has a script", {"x.sh": "bash bazel-bin/app/app\n"}, to="v2-plan"),
    ),
)
