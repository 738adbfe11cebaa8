"""`py_image_layer`, which has other parameters, makes other targets and lays files out otherwise.

https://github.com/aspect-build/rules_py/blob/v2.0.0-alpha.0/py/private/py_image_layer.bzl
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import DEFS, UPSTREAM
from migrations.aspect_rules_py._unpacked import unpacked
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_LAYER = frozenset({Symbol(DEFS, "py_image_layer")})
_MOVED = ("root", "owner", "group", "layer_groups")
_GONE = ("compress", "tar_args", "compute_unused_inputs")
_KEPT = ("_no_src", "_only_src")


def find(view: View) -> Iterator[Finding]:
    """Calls, what they give back, labels of their targets, and entry points of images."""
    calls = [call for call, _ in view.calls(_LAYER)]
    for call in calls:
        yield _call(view, call)
        if not call.alone:
            yield Finding(
                call.start,
                call.end,
                "py_image_layer gives nothing back now, and gave a list of labels: an image of it has no layers",
                advice=f'Name its target instead, [":{call.string("name") or "name"}"].',
            )
    for use in view.uses(_LAYER):
        yield Finding(
            use.start,
            use.end,
            "py_image_layer is another macro now, and is used here as a value",
            advice="See where it is called.",
        )
    names = [name for call in calls if (name := call.string("name"))]
    paths = {_entrypoint(view, binary) for call in calls if (binary := call.string("binary"))}
    for string in view.strings(*names, *paths) if names else ():
        if string.value in paths:
            yield Finding(
                string.start,
                string.end,
                f"{string.value} is not where the binary is in the image any more",
                advice="It is /app, and its runfiles are in /app.runfiles, unless a py_layer_tier says otherwise.",
            )
        elif string.value.startswith(":") and any(_is_part(string.value[1:], name) for name in names):
            yield Finding(
                string.start,
                string.end,
                f"{string.value} is not made any more",
                advice="There is the target of the macro's own name, and it with _no_src and _only_src behind it.",
            )


def _call(view: View, call: Call) -> Finding:
    known = unpacked(view, call) or {}
    found = [name for name in (*_MOVED, *_GONE) if call.argument(name) is not None or name in known]
    start, end = call.start, call.callee_range[1]
    if not found:
        return Finding(
            start,
            end,
            "py_image_layer puts the binary at /app now, and was /<package>/<binary>",
            advice="See that entry points and what else names files in the image go by it. It is tagged manual, too.",
            level=Level.NOTE,
        )
    moved = [name for name in found if name in _MOVED]
    steps = []
    if moved:
        steps.append(f"say {' and '.join(moved)} in a py_layer_tier, and give it as layer_tier")
        if "layer_groups" in moved:
            steps.append("layer_groups were patterns of paths, the groups of a tier are labels and globs")
        if {"owner", "group"} & set(moved) and not view.target.at_least("2.0.0-alpha.6"):
            steps.append("owner and group come with 2.0.0-alpha.6 only")
    gone = [name for name in found if name in _GONE]
    if gone:
        steps.append(f"drop {' and '.join(gone)}; group_compress_levels says how layers are compressed")
    advice = "; ".join(steps)
    message = f"py_image_layer does not take {' and '.join(found)} any more"
    return Finding(start, end, message, advice=f"{advice[:1].upper()}{advice[1:]}.")


def _entrypoint(view: View, binary: str) -> str:
    """Where v1 put a binary in the image, for a root that was not given."""
    label = view.label(binary)
    return f"/{label.package}/{label.name}".replace("//", "/") if label is not None else "\0"


def _is_part(text: str, name: str) -> bool:
    rest = text.removeprefix(name)
    return rest != text and rest not in _KEPT and (rest.startswith(("_", ".manifest.")) or rest == ".manifest")


MIGRATION = Migration(
    id="image-layer",
    summary="Find images made with the py_image_layer of v1.",
    page=Page(
        what=(
            "Lists each `py_image_layer` with what has to change: parameters that moved to `py_layer_tier` (`root`, "
            "`owner`, `group`, `layer_groups`) or are gone (`compress`, `tar_args`, `compute_unused_inputs`), values "
            "made of what it gave back, labels of its sub-targets, entry points by the old path."
        ),
        why=(
            "The macro returns nothing in v2, so `tars = py_image_layer(…)` makes an image without layers and without "
            "an error; the binary is at `/app` and not at its path in the repository."
        ),
        safety="Nothing is edited.",
        references=(UPSTREAM + "/blob/v2.0.0-alpha.0/py/private/py_image_layer.bzl",),
    ),
    gate=Gate(since="2.0.0-alpha.0", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"py_image_layer",),
    find=find,
    cases=(
        Case(
            "a layer with parameters of v1, its parts, and an entry point",
            {
                "app/BUILD": """\
load("@aspect_rules_py//py:defs.bzl", "py_image_layer")
load("@rules_oci//oci:defs.bzl", "oci_image")

py_image_layer(
    name = "l",
    binary = ":bin",
    layer_groups = {"torch": "torch"},
    owner = "1",
    tar_args = [],
)

oci_image(
    name = "image",
    entrypoint = ["/app/bin"],
    tars = [
        ":l",
        ":l_default",
        ":l_no_src",
    ],
)
"""
            },
            person=("does not take owner", "/app/bin is not where", ":l_default is not made"),
        ),
        Case(
            "what it gives back",
            'load("@aspect_rules_py//py:defs.bzl", "py_image_layer")\nload("@rules_oci//oci:defs.bzl", "oci_image")\n\n'
            'oci_image(\n    name = "image",\n    tars = py_image_layer(\n        name = "l",\n        binary = ":b",\n'
            "    ),\n)\n",
            person=("gives nothing back",),
            notes=("puts the binary at /app",),
        ),
        Case(
            "the plan leaves it as it was",
            'load("@aspect_rules_py//py:defs.bzl", "py_image_layer")\n\npy_image_layer(\n    name = "l",\n'
            '    binary = ":b",\n    root = "/x",\n)\n',
            to="v2-plan",
        ),
        Case(
            "another macro of that name",
            'load("//:image.bzl", "py_image_layer")\n\npy_image_layer(\n    name = "l",\n    root = "/x",\n)\n',
        ),
    ),
)
