"""The hazards of a rollout, declared as migrations are, so that they have a page and can be selected in `lint`.

They are found in targets and what those depend on, by `hazards`; looking at one file finds none of them.
https://rules-python.readthedocs.io/en/latest/precompiling.html
"""

from __future__ import annotations

from buildfile.source import FileKind
from migrations.lint.own import nothing
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate

UPSTREAM = "https://github.com/bazel-contrib/rules_python"
PAGE = "https://rules-python.readthedocs.io/en/latest/precompiling.html"

_PLAN = (
    " This is what `trekbok rollout precompile plan` holds targets back for. To know it takes another look at the "
    "whole repository, so `lint` reports it only where a selector names it (`--select rollout`, "
    '`select = ["ALL", "rollout"]`), for the targets that the manifest means, or all if there is none.'
)


def _hazard(id: str, summary: str, page: Page) -> Migration:
    return Migration(
        id=id,
        summary=summary,
        page=Page(page.what + _PLAN, page.why, page.safety, page.references),
        gate=Gate(module=""),
        kinds=(FileKind.BUILD,),
        needles=(),
        find=nothing,
        cases=(Case("a library without a hazard", 'py_library(name = "a")\n'),),
    )


HAZARDS = (
    _hazard(
        "shared-source",
        "A source of targets that would compile it differently.",
        Page(
            "Holds a target back if a source in it or below it is a source of two targets whose execution properties, "
            "optimisation level, invalidation mode or source retention differ.",
            "Both targets declare the action that writes the same pyc. Bazel shares actions that are alike, and fails "
            "in analysis on those that are not.",
            "Only properties that reach the compile action count: plain keys, and those of the group `py_precompile`.",
            (UPSTREAM + "/issues/2445", PAGE),
        ),
    ),
    _hazard(
        "old-python",
        "A Python that reads sources beside the main file before it looks at the runfiles.",
        Page(
            "Holds a binary or test back that runs on Python before 3.11 and has modules beside its main file.",
            "The directory of the main file, links resolved, is the first entry of `sys.path` before 3.11: the "
            "modules in it are found in the source tree, where there is no pyc.",
            "The version is that of the target, else that of the flag or of MODULE.bazel. With `bootstrap_impl` set "
            "to `script` the entry is not there.",
            (PAGE, "https://docs.python.org/3/using/cmdline.html#cmdoption-P"),
        ),
    ),
    _hazard(
        "optimised-interpreter",
        "An interpreter that runs with -O.",
        Page(
            "Holds a binary or test back whose `interpreter_args`, `interpreter_options` or `env`, or the .bazelrc, "
            "make its interpreter optimise.",
            "It looks for `x.cpython-312.opt-1.pyc`, which the rules never write, so it compiles at each start.",
            "Flags of the command line are not seen.",
            (PAGE, "https://peps.python.org/pep-0488/"),
        ),
    ),
    _hazard(
        "builtin-pyinfo",
        "A rule in between that passes on PyInfo of Bazel itself.",
        Page(
            "Holds a target back if a rule of the repository below it makes a `PyInfo` that nothing loads.",
            "The provider of Bazel does not have the fields for compiled files, so what is below is shipped without.",
            "Rules of other repositories are not seen. From Bazel 8 on there is one provider only.",
            (PAGE,),
        ),
    ),
    _hazard(
        "large-target",
        "A target whose runfiles grow by much.",
        Page(
            "Holds a binary or test back that would get more files or bytes than the limits of the manifest.",
            "Each compiled file is one more link in every sandbox and runfiles tree, and an action of its own.",
            "The sources are counted and measured in the checkout; generated and external ones are not seen. The "
            "size of a pyc is taken as 1.1 of that of its source.",
            (PAGE,),
        ),
    ),
    _hazard(
        "foreign-source",
        "A source of another package, which is not compiled.",
        Page(
            "Holds a target back if it, or something below it, has a source of another package.",
            "The rules compile only what they can write beside its source, and skip the rest without a word.",
            "What is skipped still works, as it did before.",
            (PAGE,),
        ),
    ),
    _hazard(
        "output-conflict",
        "A source whose pyc would lie in a directory of the name of a program.",
        Page(
            "Holds a target back that has a source below it such as `x/y.py`, where a binary or test writes its "
            "program to `x`: with `x` in the package, or in the one above a package `x`.",
            "The pyc is written to `x/__pycache__`, and Bazel refuses a build that has a file and a directory of one "
            "name. With the flag on, the library is compiled whoever collects, so `finish` waits for such targets, and "
            "so does a rollout that opts out.",
            'Nothing is edited. Another name for the program helps, and so does `precompile = "disabled"` on the '
            "library. A main file is not compiled beside itself, and does not count.",
            ("https://bazel.build/concepts/labels", PAGE),
        ),
    ),
    _hazard(
        "disabled-below-sourceless",
        "A library that is not compiled below a target that ships no sources.",
        Page(
            'Holds a target back that is to ship no sources and depends on one with `precompile = "disabled"`.',
            "The library keeps its sources, so what was to be closed is not.",
            "The retention is that of the goal, of the target or of the flag, in this order.",
            (PAGE,),
        ),
    ),
    _hazard(
        "sourceless-uncollected",
        "A target that does not collect compiled files, above a library that is to ship no sources.",
        Page(
            'Reports a binary or test with `pyc_collection = "disabled"` that depends on a library whose '
            "`precompile_source_retention` is `omit_source`, by itself or by the flag.",
            "The sources of the library come back into the runfiles of that target. Where the library is "
            '`precompile = "enabled"` its compiled file lies beside them and is never read; packaged as a wheel it '
            "may have neither.",
            "Targets that do not collect because they are not in yet are not meant.",
            (PAGE,),
        ),
    ),
    _hazard(
        "removed-value",
        "A value that the pinned rules_python does not know.",
        Page(
            "Holds a target back if it, or something below it, has `if_generated_source` or "
            "`omit_if_generated_source`.",
            "Both were removed in 0.37.0, so the target fails in analysis.",
            "The version is the one that MODULE.bazel or the WORKSPACE pins.",
            (PAGE,),
        ),
    ),
    _hazard(
        "old-bazel",
        "A Bazel before 7.",
        Page(
            "Holds every target back if `.bazelversion` asks for a Bazel before 7.",
            "The rules compile with features that Bazel 7 brought.",
            "The version of the command line is not seen.",
            (PAGE,),
        ),
    ),
    _hazard(
        "main-module",
        "A target with main_module, on which analysis fails.",
        Page(
            "Holds a binary or test back that has `main_module`.",
            "The rule looks for the compiled main file, of which there is none.",
            "A release in which that is mended may be pinned: take the target out of the list then.",
            (UPSTREAM + "/issues/2881", PAGE),
        ),
    ),
    _hazard(
        "closed-macro",
        "A macro that an attribute does not get through.",
        Page(
            "Holds a target back that a macro makes which does not hand its arguments to the rule, hands them to a "
            "library too, or sets the attribute itself.",
            "The attribute cannot be set where the macro is called.",
            "No wave has it, accepted or not; accepted, it follows the flag once that is on. Macros of other "
            "repositories are known by the directives `gazelle:map_kind` and by `--map-kind`.",
            ("https://bazel.build/extending/macros",),
        ),
    ),
    _hazard(
        "computed-target",
        "A target whose name or attribute is computed.",
        Page(
            "Holds a target back whose names cannot be computed from the BUILD file, or whose attributes of "
            "precompiling are a `select()` with branches that differ.",
            "Nobody could tell what it is to be, or what it is.",
            "Comprehensions over literal lists and constants of the file are computed.",
            ("https://bazel.build/concepts/build-files",),
        ),
    ),
)
"""The hazards, in the order in which they are looked for."""
