"""`is_py_freethreaded` and `is_py_non_freethreaded`, which one defines oneself now.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/config_settings/index.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import DOCS, FLAGS, path_of, written
from migrations.view import View

_VALUES = {"is_py_freethreaded": "yes", "is_py_non_freethreaded": "no"}


def find(view: View) -> Iterator[Finding]:
    """Labels of the two settings."""
    for string in view.strings("is_py_"):
        value = _VALUES.get(path_of(view, string.value).removeprefix(FLAGS))
        if value is not None:
            flag = written(view, FLAGS + "py_freethreaded", string.value)
            advice = f'Define a config_setting of your own with flag_values = {{"{flag}": "{value}"}}, and name that.'
            yield Finding(string.start, string.end, f"{string.value} is deprecated", advice=advice)


MIGRATION = Migration(
    id="freethreaded-settings",
    summary="Point at is_py_freethreaded, which is deprecated.",
    page=Page(
        what="Lists labels of `is_py_freethreaded` and `is_py_non_freethreaded`.",
        why="The settings are deprecated; the flag that they read stays.",
        safety="Nothing is edited: where the new setting is to stand is for a person to say.",
        references=(DOCS + "/api/rules_python/python/config_settings/index.html",),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b":is_py_freethreaded", b":is_py_non_freethreaded"),
    find=find,
    cases=(
        Case(
            "a select",
            'x(name = "a", deps = select({\n    "@rules_python//python/config_settings:is_py_freethreaded": [":b"],\n'
            '    "//conditions:default": [],\n}))\n',
            person=("is deprecated",),
        ),
        Case("one's own", 'config_setting(name = "is_py_freethreaded")\n\nx(name = "a", y = ":is_py_freethreaded")\n'),
    ),
)
