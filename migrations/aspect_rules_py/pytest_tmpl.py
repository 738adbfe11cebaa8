"""`py_pytest_main(template = …)` and the templates of the launcher and of pytest's main, which are gone.

https://github.com/aspect-build/rules_py/blob/v1.11.7/py/private/py_pytest_main.bzl
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import DEFS, UPSTREAM
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_PYTEST = "@aspect_rules_py//py/private:pytest.py.tmpl"
_RUN = "@aspect_rules_py//py/private:run.tmpl.sh"


def find(view: View) -> Iterator[Finding]:
    """The attribute, and labels of the files."""
    own = view.target.at_least("2.0.0-alpha.5")
    dropped: list[tuple[int, int]] = []
    for call, _ in view.calls({Symbol(DEFS, "py_pytest_main")}) if own else ():
        argument = call.argument("template")
        if argument is None:
            continue
        dropped.append((argument.start, argument.end))
        text = call.string("template")
        if text is not None and view.canonical(text) == _PYTEST:
            fix = Fix.of(rewrite(call, drop=("template",)))
            yield Finding(
                argument.start, argument.end, "py_pytest_main has no template any more, and this was its own", fix
            )
        else:
            yield Finding(
                argument.start,
                argument.end,
                "py_pytest_main has no template any more",
                advice="Write the main as a file of your own, and name it as main of the test.",
            )
    for string in view.strings("pytest.py.tmpl", "run.tmpl.sh"):
        label = view.canonical(string.value)
        if (label == _RUN or (label == _PYTEST and own)) and not any(a <= string.start < b for a, b in dropped):
            yield Finding(
                string.start,
                string.end,
                f"{string.value} is gone",
                advice="It was private; keep a copy of your own, or do without.",
            )


MIGRATION = Migration(
    id="pytest-tmpl",
    summary="Find templates of the launcher and of pytest's main that are gone.",
    page=Page(
        what=(
            "Drops `template` of `py_pytest_main` where it names the template that was the default; lists any other, "
            "and labels of `pytest.py.tmpl` and, from 2.0.0-alpha.0 on, of `run.tmpl.sh`."
        ),
        why="The attribute is an error from 2.0.0-alpha.5 on, and the files do not exist.",
        safety="Safe where the default is dropped. A template of one's own has no successor.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.5",),
    ),
    gate=Gate(since="2.0.0-alpha.0", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"py_pytest_main", b"pytest.py.tmpl", b"run.tmpl.sh"),
    find=find,
    cases=(
        Case(
            "the default template",
            'load("@aspect_rules_py//py:defs.bzl", "py_pytest_main")\n\npy_pytest_main(\n    name = "m",\n'
            '    chdir = "x",\n    template = "@aspect_rules_py//py/private:pytest.py.tmpl",\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_pytest_main")\n\npy_pytest_main(\n    name = "m",\n'
            '    chdir = "x",\n)\n',
        ),
        Case(
            "a template of one's own",
            'load("@aspect_rules_py//py:defs.bzl", "py_pytest_main")\n\npy_pytest_main(\n    name = "m",\n'
            '    template = ":my.tmpl",\n)\n',
            person=("no template",),
        ),
        Case(
            "labels of the files",
            {
                "m.bzl": 'A = Label("@aspect_rules_py//py/private:run.tmpl.sh")\n'
                'B = Label("@aspect_rules_py//py/private:pytest.py.tmpl")\n'
            },
            person=("run.tmpl.sh is gone", "pytest.py.tmpl is gone"),
        ),
        Case(
            "before alpha.5 only the launcher's is gone",
            {
                "m.bzl": 'A = Label("@aspect_rules_py//py/private:run.tmpl.sh")\n'
                'B = Label("@aspect_rules_py//py/private:pytest.py.tmpl")\n'
            },
            person=("run.tmpl.sh is gone",),
            to="2.0.0-alpha.0",
        ),
        Case("a template of the repository", 'x(\n    name = "x",\n    template = ":pytest.py.tmpl",\n)\n'),
    ),
)
