"""The main of a `py_binary`, which a macro now looks for among labels.

https://github.com/aspect-build/rules_py/blob/v2.0.0-alpha.0/py/defs.bzl
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call, string_value
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from buildfile.style import quote
from migrations.aspect_rules_py._surface import DEFS, UPSTREAM
from migrations.aspect_rules_py._unpacked import unpacked
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_RULES = frozenset(Symbol(DEFS, name) for name in ("py_binary", "py_test", "py_binary_rule", "py_test_rule"))
_NEEDLES = (b"select(", b'srcs = [":', b'srcs = ["//', b'srcs = ["@', b"genrule(")
_MAINS = (b'main = ":', b'main=":', b'main = "//', b'main="//', b'main = "@', b'main="@', b"expose_venv")
_ODD_MAIN = re.compile(rb"""\bmain\s*=\s*(?:"(?![^"\n]*\.py")|'(?![^'\n]*\.py'))""")
"""A main that does not end in .py."""
_OUTPUTS = ("out", "outs", "output", "outputs")


def find(view: View) -> Iterator[Finding]:
    """Calls without a `main` whose main v1 found and v2 does not, and those whose `main` is no Python file."""
    data = view.file.data
    if not _ODD_MAIN.search(data) and not any(needle in data for needle in _NEEDLES):
        return  # most files that have expose_venv: nothing in them has to be parsed for this
    for call, _ in view.calls(_RULES):
        yield from _of_main(view, call)
        hidden = unpacked(view, call)
        srcs = call.argument("srcs")
        said = {argument.name for argument in call.arguments} | (hidden or {}).keys()
        name = call.string("name")
        if srcs is None or hidden is None or name is None or said & {"main", "pytest_main"}:
            continue
        main, reason = _main(view, name, srcs.value)
        if main is not None:
            message = f"{reason}, so main has to be named"
            yield Finding(srcs.start, srcs.end, message, Fix.of(rewrite(call, put={"main": quote(main).decode()})))
        elif reason:
            advice = "Say which file it is: main = …"
            yield Finding(srcs.start, srcs.end, f"{reason}, so main has to be named", advice=advice)


def _of_main(view: View, call: Call) -> Iterator[Finding]:
    main, text = call.argument("main"), call.string("main")
    if main is None or text is None or text.endswith(".py"):
        return
    outputs = _outputs(view, text)
    made = outputs[0] if len(outputs) == 1 and outputs[0].endswith(".py") else None
    message = f'main = "{text}" has to end in .py'
    if made is not None:
        yield Finding(main.start, main.end, message, Fix.of(rewrite(call, put={"main": quote(made).decode()})))
    else:
        yield Finding(main.start, main.end, message, advice="Rename the file, or the out of the target that makes it.")


def _main(view: View, name: str, srcs: ast.expr) -> tuple[str | None, str]:
    """The main to name, and why; `""` if none has to be named."""
    if _has_select(srcs):
        reason = "srcs are chosen by a select, into which the macro cannot see"
        branches = list(_branches(srcs))
        if None in branches:
            return None, reason
        mains = {_of_list([item for item in branch or [] if item is not None], name) for branch in branches}
        return (mains.pop() if len(mains) == 1 else None), reason
    items = _strings(srcs)
    if not items or any(item is None for item in items):
        return None, ""
    texts = [item for item in items if item is not None]
    if len(texts) == 1:
        if texts[0].endswith(".py"):
            return None, ""
        outputs = [item for item in _outputs(view, texts[0]) if item.endswith(".py")]
        return (outputs[0] if len(outputs) == 1 else None), f"{texts[0]} is not a .py file"
    wanted = name.rpartition("/")[2] + ".py"
    if wanted in texts or f":{wanted}" in texts:
        return None, ""
    found = _of_list(texts, name)
    if found is not None:
        return found, f"{wanted} is not among srcs as it stands"
    labels = [text for text in texts if not text.endswith(".py")]
    made = {item for text in labels for item in _outputs(view, text) if item.rpartition("/")[2] == wanted}
    if not labels:
        return None, ""
    return (made.pop() if len(made) == 1 else None), f"{wanted} is not among srcs, unless something makes it"


def _has_select(node: ast.expr) -> bool:
    return any(
        isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "select"
        for inner in ast.walk(node)
    )


def _branches(node: ast.expr) -> Iterator[list[str | None] | None]:
    """What `srcs` may be: a list for each branch of one `select`, with the lists it is added to; None if unclear."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for left in _branches(node.left):
            for right in _branches(node.right):
                yield None if left is None or right is None else left + right
    elif isinstance(node, ast.Call) and _has_select(node) and node.args and isinstance(node.args[0], ast.Dict):
        for value in node.args[0].values:
            items = _strings(value)
            yield items if items is None or None not in items else None
    else:
        items = _strings(node)
        yield items if items is None or None not in items else None


def _strings(node: ast.expr) -> list[str | None] | None:
    """The strings of a list display, None for each item that is none; None for any other expression."""
    return [string_value(item) for item in node.elts] if isinstance(node, ast.List | ast.Tuple) else None


def _of_list(texts: list[str], name: str) -> str | None:
    """What v1 took of a list for the main: the only file, else the one that is called like the target."""
    if len(texts) == 1:
        return texts[0] if texts[0].endswith(".py") else None
    for wanted in (name, name.rpartition("/")[2]):
        found = [text for text in texts if f"/{text.replace(':', '/')}".endswith(f"/{wanted}.py")]
        if len(found) == 1:
            return found[0]
    return None


def _outputs(view: View, label: str) -> list[str]:
    """The files that a target of this package says it makes."""
    parsed = view.label(label)
    if parsed is None or view.canonical(label) != view.canonical(f":{parsed.name}"):
        return []
    for statement in view.statements():
        if quote(parsed.name) in statement.text:
            for call in view.all_calls(statement):
                if call.string("name") == parsed.name:
                    attributes = (*_OUTPUTS, "srcs") if call.callee == "filegroup" else _OUTPUTS
                    return [text for attribute in attributes for text in _named(call, attribute)]
    return []


def _named(call: Call, attribute: str) -> list[str]:
    text = call.string(attribute)
    return [text] if text is not None else call.strings(attribute) or []


def _case(srcs: str, *, name: str = "app", more: str = "", after: str = "") -> str:
    load = 'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
    return f'{load}py_binary(\n    name = "{name}",\n    srcs = {srcs},\n{more})\n{after}'


_TWO = 'select({\n        "//:mac": ["mac.py"],\n        "//conditions:default": ["linux.py"],\n    })'
_SAME = '["util.py"] + select({\n        "//:mac": [\n            "app.py",\n            "mac.py",\n        ],\n'
_SAME += '        "//conditions:default": ["app.py"],\n    })'
_GENRULE = '\ngenrule(\n    name = "gen",\n    outs = ["gen_main.py"],\n    cmd = "touch $@",\n)\n'

MIGRATION = Migration(
    id="main-resolve",
    summary="Name the main of binaries and tests where v2 cannot find it.",
    page=Page(
        what=(
            "Adds `main` to a `py_binary` or `py_test` without one whose `srcs` are a `select`, a target that makes "
            "the file, or a list in which the main stands under another spelling. Which file it is follows from the "
            "rule of v1: the only one, else the one that is called like the target. A `main` that does not end in "
            "`.py` becomes the one file of the target it names, if that does; else it is reported."
        ),
        why=(
            "v2 looks for the main among the labels in `srcs`, when the macro runs; v1 looked among the files, with "
            "every `select` decided and every target expanded."
        ),
        safety="Safe: the file is the one v1 took. Where it does not follow from the package it is left to a person.",
        references=(UPSTREAM + "/blob/v2.0.0-alpha.0/py/defs.bzl",),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(*_NEEDLES, *_MAINS),
    find=find,
    cases=(
        Case(
            "a select with the same main in every branch",
            _case(_SAME),
            _case(_SAME, more='    main = "app.py",\n'),
        ),
        Case("a select with two mains", _case(_TWO), person=("chosen by a select",)),
        Case(
            "a select of something that is computed",
            _case('select({"//conditions:default": SRCS})'),
            person=("chosen by a select",),
        ),
        Case(
            "a target of the package that makes the main",
            _case('[":gen"]', after=_GENRULE),
            _case('[":gen"]', more='    main = "gen_main.py",\n', after=_GENRULE),
        ),
        Case(
            "a group of files",
            _case('[":files"]', after='\nfilegroup(\n    name = "files",\n    srcs = ["a.py"],\n)\n'),
            _case(
                '[":files"]',
                more='    main = "a.py",\n',
                after='\nfilegroup(\n    name = "files",\n    srcs = ["a.py"],\n)\n',
            ),
        ),
        Case("a target of another package", _case('["//other:gen"]'), person=("//other:gen is not a .py file",)),
        Case(
            "a main among others, made by a target",
            _case('[\n        "util.py",\n        ":gen",\n    ]', name="gen_main", after=_GENRULE),
            _case(
                '[\n        "util.py",\n        ":gen",\n    ]',
                name="gen_main",
                more='    main = "gen_main.py",\n',
                after=_GENRULE,
            ),
        ),
        Case(
            "a name with a slash, and a main in a directory",
            _case('[\n        "tools/app.py",\n        "util.py",\n    ]', name="tools/app", after=_GENRULE),
            _case(
                '[\n        "tools/app.py",\n        "util.py",\n    ]',
                name="tools/app",
                more='    main = "tools/app.py",\n',
                after=_GENRULE,
            ),
        ),
        Case("a main that is named", _case(_TWO, more='    main = "app.py",\n')),
        Case(
            "a main that is the target which makes it",
            _case('["util.py"]', more='    main = ":gen",\n', after=_GENRULE),
            _case('["util.py"]', more='    main = "gen_main.py",\n', after=_GENRULE),
        ),
        Case(
            "mains that do not end in .py",
            _case('["util.py"]', more='    main = ":gen",\n', after=_GENRULE.replace(".py", ""))
            + '\npy_binary(\n    name = "b",\n    expose_venv = True,\n    main = "tool",\n)\n',
            person=('main = ":gen" has to end in .py', 'main = "tool" has to end in .py'),
        ),
        Case(
            "mains that do",
            _case('["util.py"]', more='    main = ":gen.py",\n')
            + '\npy_binary(\n    name = "b",\n    main = "//x:y.py",\n)\n',
        ),
        Case("arguments that cannot be seen", _case(_TWO, more="    **KWARGS\n")),
        Case("one file, and a list with the main in it", _case('["x.py"]', after=_GENRULE)),
        Case(
            "another ruleset",
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "a",\n'
            '    srcs = select({"//:x": [":gen"]}),\n)\n',
        ),
    ),
)
