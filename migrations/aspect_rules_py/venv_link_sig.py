"""`py_venv_link`, which no longer builds the virtualenv that it links.

https://github.com/aspect-build/rules_py/blob/v2.0.0-alpha.0/py/private/py_venv/defs.bzl
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import PLAN, UPSTREAM, is_part
from migrations.aspect_rules_py._venv_link import LINKS, split, takes_venv
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Calls in the form of v1, and uses that are no calls."""
    if is_part(view):
        return
    for call, _ in view.calls(LINKS):
        if not takes_venv(call):
            yield split(view, call, "py_venv_link links a virtualenv that it is given, and builds none")
    for use in view.uses(LINKS):
        yield Finding(
            use.start,
            use.end,
            "py_venv_link takes venv and link_name now, and is used here as a value",
            advice="Where it is called, give it the label of a py_venv as venv.",
            level=Level.NOTE,
        )


MIGRATION = Migration(
    id="venv-link-sig",
    summary="Split py_venv_link into a py_venv and a link of it.",
    page=Page(
        what=(
            "A `py_venv_link` with `srcs`, `deps` and so on becomes a `py_venv` with a new, free name that has these "
            "attributes, and a `py_venv_link(venv = …)` that keeps the old name. `venv_name` becomes `link_name`; "
            "without it `link_name` says the name that the link had by default, since v2's default is made of the "
            "name of the virtualenv. `args`, `env`, `visibility` and `deprecation` stay with the link; `tags`, "
            "`testonly` and what says where targets build go on both."
        ),
        why="v2's `py_venv_link` takes the label of a virtualenv and rejects everything that shapes one.",
        safety=(
            "Safe for a call that is a statement of its own. In a comprehension, a list or an assignment it is left "
            "to a person, since one call cannot become two there; arguments unpacked from a dict go to the virtualenv."
        ),
        references=(PLAN, UPSTREAM + "/blob/v2.0.0-alpha.0/py/private/py_venv/defs.bzl"),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"py_venv_link",),
    find=find,
    cases=(
        Case(
            "a link with everything",
            {
                "tools/dev/BUILD.bazel": """\
load("@aspect_rules_py//py:defs.bzl", "py_venv_link")

# The environment for editors.
py_venv_link(
    name = "env",
    testonly = True,
    srcs = ["env.py"],
    args = ["--dest=."],
    data = ["x.txt"],
    tags = ["manual"],
    venv_name = ".env",
    visibility = ["//visibility:public"],
    deps = [
        # the app
        "//app",
    ],
)  # end

exports_files(["x.txt"])
"""
            },
            {
                "tools/dev/BUILD.bazel": """\
load("@aspect_rules_py//py:defs.bzl", "py_venv", "py_venv_link")

# The environment for editors.
py_venv(
    name = "env_venv",
    testonly = True,
    srcs = ["env.py"],
    data = ["x.txt"],
    tags = ["manual"],
    deps = [
        # the app
        "//app",
    ],
)  # end

py_venv_link(
    name = "env",
    testonly = True,
    args = ["--dest=."],
    link_name = ".env",
    tags = ["manual"],
    venv = ":env_venv",
    visibility = ["//visibility:public"],
)

exports_files(["x.txt"])
"""
            },
        ),
        Case(
            "the default name of the link is kept, and a name that is taken is not used",
            {
                "a/b/BUILD": """\
load("@aspect_rules_py//py/unstable:defs.bzl", link = "py_venv_link")

link(
    name = "env",
    venv = "group",
    deps = ["//app"],
)

filegroup(name = "env_venv")
"""
            },
            {
                "a/b/BUILD": """\
load("@aspect_rules_py//py:defs.bzl", "py_venv")
load("@aspect_rules_py//py/unstable:defs.bzl", link = "py_venv_link")

py_venv(
    name = "env_venv_2",
    venv = "group",
    deps = ["//app"],
)

link(
    name = "env",
    link_name = ".a+b+env",
    venv = ":env_venv_2",
)

filegroup(name = "env_venv")
"""
            },
        ),
        Case(
            "in a macro",
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", _link = "py_venv_link")

def env(name, deps, **kwargs):
    if deps:
        _link(name = name, deps = deps, **kwargs)
    return None
"""
            },
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", "py_venv", _link = "py_venv_link")

def env(name, deps, **kwargs):
    if deps:
        py_venv(name = name + "_venv", deps = deps, **kwargs)
        _link(
            name = name,
            link_name = "." + (native.package_name() + "/" + name).lstrip("/").replace("/", "+"),
            venv = ":" + name + "_venv",
        )
    return None
"""
            },
            notes=("builds none",),
        ),
        Case(
            "no line end at the end of the file",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv_link")\n\npy_venv_link(name = "env")',
            'load("@aspect_rules_py//py:defs.bzl", "py_venv", "py_venv_link")\n\npy_venv(name = "env_venv")\n\n'
            'py_venv_link(\n    name = "env",\n    link_name = ".env",\n    venv = ":env_venv",\n)',
        ),
        Case(
            "in a comprehension",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv_link")\n\n'
            '[py_venv_link(\n    name = n,\n    deps = [n],\n) for n in ["a"]]\n',
            person=("builds none",),
        ),
        Case(
            "as a value",
            {"m.bzl": 'load("@aspect_rules_py//py:defs.bzl", _l = "py_venv_link")\n\npy_venv_link = _l\n'},
            notes=("used here as a value",),
        ),
        Case(
            "the form of v2",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv", "py_venv_link")\n\npy_venv(name = "v")\n\n'
            'py_venv_link(\n    name = "l",\n    link_name = ".v",\n    venv = ":v",\n)\n',
        ),
        Case(
            "another ruleset",
            'load("@rules_venv//python:defs.bzl", "py_venv_link")\n\npy_venv_link(name = "l")\n',
        ),
    ),
)
