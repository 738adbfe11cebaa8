"""A repository of sixty packages with every hazard planted once, that Bazel builds and tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = 60
LIMITS = ("--max-files", "40")


@dataclass
class Planted:
    """What was planted.

    Attributes:
        hazards: the pairs of label and hazard that a plan has to find.
        kept: targets that somebody opted out by hand.
        plain: the targets that are to be in a wave.
        closures: target to the sources of its closure that get a pyc once it is in, as paths.
    """

    hazards: set[tuple[str, str]] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    closures: dict[str, set[str]] = field(default_factory=dict)


def make(root: Path, rules: str, module_lines: str, old_python: str) -> Planted:
    """Writes the repository.

    Args:
        root: where.
        rules: the name under which the rules are seen.
        module_lines: MODULE.bazel.
        old_python: a Python before 3.11.
    """
    planted = Planted()
    files = {
        "MODULE.bazel": module_lines,
        ".bazelversion": "7.7.1\n",
        ".bazelrc": "common --lockfile_mode=off\n",
        "BUILD.bazel": "",
        "CODEOWNERS": "* @everyone\n/p0*/ @zero\n/p1*/ @one\n/p2*/ @two @others\n",
    }
    defs = f'load("@{rules}//python:py_binary.bzl", "py_binary")\n'
    defs += f'load("@{rules}//python:py_library.bzl", "py_library")\n'
    defs += f'load("@{rules}//python:py_test.bzl", "py_test")\n\n'
    for number in range(PACKAGES):
        _package(files, planted, defs, number)
    _hazards(files, planted, defs, rules, old_python)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return planted


def _package(files: dict[str, str], planted: Planted, defs: str, number: int) -> None:
    """A library, a binary and a test, which depend on the package before in most cases; written in several styles."""
    name = f"p{number:02d}"
    chain = range(number - number % 5, number + 1)
    deps = [f'"//p{number - 1:02d}:lib"'] if number % 5 else []
    imports = [f"from p{number - 1:02d} import lib as below"] if deps else []
    files[f"{name}/lib.py"] = "\n".join([*imports, f"VALUE = {'below.VALUE + ' if deps else ''}1", ""])
    files[f"{name}/tool.py"] = f"from {name} import lib\n\nassert lib.VALUE == {len(chain)}\n"
    files[f"{name}/lib_test.py"] = files[f"{name}/tool.py"]
    library = 'py_library(\n    name = "lib",\n    srcs = ["lib.py"],\n'
    library += f'{_deps(deps)}    visibility = ["//visibility:public"],\n)\n'
    styles = (
        'py_binary(\n    name = "tool",\n    srcs = ["tool.py"],\n    deps = [":lib"],\n)\n',
        'py_binary(name = "tool", srcs = ["tool.py"], deps = [":lib"])\n',
        'py_binary(\n    name = "tool",  # a comment\n    srcs = ["tool.py"],\n    # above\n    deps = [":lib"]\n)\n',
        '[py_binary(\n    name = "tool",\n    srcs = ["tool.py"],\n    deps = [":lib"],\n)]\n',
    )
    test = (
        'py_test(\n    name = "lib_test",\n    size = "small",\n    srcs = ["lib_test.py"],\n    deps = [":lib"],\n)\n'
    )
    files[f"{name}/BUILD.bazel"] = defs + "\n".join((library, styles[number % len(styles)], test))
    below = {f"p{one:02d}/lib.py" for one in chain}
    for target, main in (("tool", "tool.py"), ("lib_test", "lib_test.py")):
        label = f"//{name}:{target}"
        planted.plain.add(label)
        planted.closures[label] = below | {f"{name}/{main}"}


def _deps(deps: list[str]) -> str:
    return f"    deps = [{', '.join(deps)}],\n" if deps else ""


def _hazards(files: dict[str, str], planted: Planted, defs: str, rules: str, old_python: str) -> None:
    def put(package: str, build: str, **sources: str) -> None:
        files[f"{package}/BUILD.bazel"] = build
        for name, text in sources.items():
            files[f"{package}/{name}.py"] = text

    def hold(id: str, *labels: str) -> None:
        planted.hazards.update((label, id) for label in labels)

    put(
        "shared",
        defs
        + """py_library(
    name = "one",
    srcs = ["both.py"],
)

py_library(
    name = "two",
    srcs = ["both.py"],
    exec_properties = {"cpu": "4"},
    precompile_optimize_level = 1,
)

py_binary(
    name = "tool",
    srcs = ["tool.py"],
    deps = [":one"],
)

py_library(
    name = "alike",
    srcs = ["quiet.py"],
)

py_library(
    name = "alike_too",
    srcs = ["quiet.py"],
)

py_binary(
    name = "fine",
    srcs = ["fine.py"],
    deps = [
        ":alike",
        ":alike_too",
    ],
)
""",
        both="",
        quiet="",
        tool="",
        fine="",
    )
    hold("shared-source", "//shared:tool")
    planted.plain.add("//shared:fine")
    planted.closures["//shared:fine"] = {"shared/quiet.py", "shared/fine.py"}

    put(
        "old",
        defs
        + f"""py_binary(
    name = "tool",
    srcs = [
        "beside.py",
        "tool.py",
    ],
    main = "tool.py",
    python_version = "{old_python}",
)

py_binary(
    name = "alone",
    srcs = ["alone.py"],
    python_version = "{old_python}",
    deps = ["//p00:lib"],
)
""",
        beside="",
        tool="",
        alone="from p00 import lib\n",
    )
    hold("old-python", "//old:tool")
    planted.plain.add("//old:alone")
    planted.closures["//old:alone"] = {"old/alone.py", "p00/lib.py"}

    put(
        "optimised",
        defs
        + """py_test(
    name = "args_test",
    srcs = ["args_test.py"],
    interpreter_args = ["-OO"],
)

py_test(
    name = "env_test",
    srcs = ["env_test.py"],
    env = {"PYTHONOPTIMIZE": "1"},
)
""",
        args_test="",
        env_test="",
    )
    hold("optimised-interpreter", "//optimised:args_test", "//optimised:env_test")

    files["wrap/defs.bzl"] = (
        "def _impl(ctx):\n"
        "    sources = depset(transitive = [dep[DefaultInfo].files for dep in ctx.attr.deps])\n"
        "    return [DefaultInfo(files = sources), PyInfo(transitive_sources = sources)]\n\n"
        'wrapped = rule(\n    implementation = _impl,\n    attrs = {"deps": attr.label_list()},\n)\n'
    )
    put(
        "wrap",
        'load(":defs.bzl", "wrapped")\n' + defs + 'wrapped(\n    name = "middle",\n    deps = ["//p01:lib"],\n)\n\n'
        'py_binary(\n    name = "tool",\n    srcs = ["tool.py"],\n    deps = [":middle"],\n)\n',
        tool="",
    )
    hold("builtin-pyinfo", "//wrap:tool")

    names = [f"part_{number:02d}" for number in range(50)]
    put(
        "large",
        defs
        + 'py_library(\n    name = "parts",\n    srcs = glob(["part_*.py"]),\n)\n\n'
        + 'py_binary(\n    name = "tool",\n    srcs = ["tool.py"],\n    deps = [":parts"],\n)\n',
        tool="",
        **dict.fromkeys(names, "VALUE = 1\n"),
    )
    hold("large-target", "//large:tool")

    put("owner", 'exports_files(\n    ["theirs.py"],\n    visibility = ["//visibility:public"],\n)\n', theirs="")
    put(
        "foreign",
        defs
        + 'py_binary(\n    name = "tool",\n    srcs = [\n        "tool.py",\n        "//owner:theirs.py",\n    ],\n)\n',
        tool="",
    )
    hold("foreign-source", "//foreign:tool")

    put(
        "covered",
        defs
        + """py_library(
    name = "lib",
    srcs = ["tool/part.py"],
)

py_library(
    name = "quiet",
    srcs = ["tool/quiet.py"],
    precompile = "disabled",
)

py_binary(
    name = "tool",
    srcs = ["tool.py"],
)

py_binary(
    name = "user",
    srcs = ["user.py"],
    deps = [":lib"],
)

py_binary(
    name = "fine",
    srcs = ["fine.py"],
    deps = [":quiet"],
)
""",
        tool="",
        user="",
        fine="",
        **{"tool/part": "", "tool/quiet": ""},
    )
    hold("output-conflict", "//covered:user")
    for name in ("tool", "fine"):
        planted.plain.add(f"//covered:{name}")
        planted.closures[f"//covered:{name}"] = {f"covered/{name}.py"}

    put(
        "closed",
        defs
        + 'py_library(\n    name = "open",\n    srcs = ["open.py"],\n    precompile = "disabled",\n)\n\n'
        + 'py_binary(\n    name = "tool",\n    srcs = ["tool.py"],\n'
        '    precompile_source_retention = "omit_source",\n    deps = [":open"],\n)\n',
        open="",
        tool="",
    )
    hold("disabled-below-sourceless", "//closed:tool")

    put(
        "entry",
        defs + 'py_test(\n    name = "tool_test",\n    srcs = ["tool.py"],\n    main_module = "entry.tool",\n)\n',
        tool="",
    )
    hold("main-module", "//entry:tool_test")

    files["macros/defs.bzl"] = (
        f'load("@{rules}//python:py_binary.bzl", "py_binary")\n'
        f'load("@{rules}//python:py_test.bzl", _py_test = "py_test")\n\n'
        'def open_test(name, **kwargs):\n    _py_test(name = name, tags = ["wrapped"], **kwargs)\n\n'
        "def nested_test(**kwargs):\n    open_test(**kwargs)\n\n"
        "def sealed_binary(name, srcs):\n    py_binary(name = name, srcs = srcs)\n\n"
        'def decided_binary(name, **kwargs):\n    py_binary(name = name, pyc_collection = "disabled", **kwargs)\n'
    )
    put(
        "macros",
        'load(":defs.bzl", "decided_binary", "nested_test", "open_test", "sealed_binary")\n\n'
        'open_test(\n    name = "open_test",\n    srcs = ["open_test.py"],\n)\n\n'
        'nested_test(\n    name = "nested_test",\n    srcs = ["nested_test.py"],\n)\n\n'
        'sealed_binary(\n    name = "sealed",\n    srcs = ["sealed.py"],\n)\n\n'
        'decided_binary(\n    name = "decided",\n    srcs = ["decided.py"],\n)\n',
        open_test="",
        nested_test="",
        sealed="",
        decided="",
    )
    hold("closed-macro", "//macros:sealed", "//macros:decided")
    for name in ("open_test", "nested_test"):
        planted.plain.add(f"//macros:{name}")
        planted.closures[f"//macros:{name}"] = {f"macros/{name}.py"}

    put(
        "many",
        defs + '[py_test(\n    name = "t_%s" % word,\n    srcs = ["t.py"],\n    main = "t.py",\n) for word in [\n'
        '    "a",\n    "b",\n]]\n\n'
        "py_test(\n"
        '    name = "chosen_test",\n    srcs = ["chosen_test.py"],\n    pyc_collection = select({\n'
        '        "//conditions:default": "disabled",\n        "@platforms//os:windows": "include_pyc",\n    }),\n)\n\n'
        '[py_test(\n    name = name.replace(".py", ""),\n    srcs = [name],\n    main = name,\n'
        ') for name in glob(["g_*.py"])]\n',
        t="",
        chosen_test="",
        g_one="",
    )
    planted.plain.add("//many:'t_%s' % word")
    planted.closures["//many:'t_%s' % word"] = {"many/t.py"}
    hold("computed-target", "//many:chosen_test", "//many:name.replace('.py', '')")

    put(
        "decided",
        defs + 'py_binary(\n    name = "no",\n    srcs = ["no.py"],\n    pyc_collection = "disabled",\n)\n\n'
        'py_binary(\n    name = "yes",\n    srcs = ["yes.py"],\n    pyc_collection = "include_pyc",\n)\n',
        no="",
        yes="",
    )
    planted.kept.add("//decided:no")
    planted.plain.add("//decided:yes")
    planted.closures["//decided:yes"] = {"decided/yes.py"}
