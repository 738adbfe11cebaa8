"""The attributes and flags that decide about precompiling, and what they decide together."""

load(":flag_info.bzl", "FlagInfo")
load(":wanted_pycs.bzl", "WANTED_PYCS_FLAG", "flags_collect", "pycs_are_wanted")

_FLAGS = "//python/config_settings:"

# Values of earlier releases and of the first proposal, each with what to write instead.
_REMOVED_PRECOMPILE = {
    "all": "write \"enabled\"",
    "always": "write \"enabled\"",
    "if_generated_source": "write \"enabled\" on a target of its own for the generated sources, else \"inherit\"",
    "none": "write \"disabled\"",
    "only": "write \"enabled\" and precompile_source_retention = \"omit_source\"",
}
_REMOVED_RETENTION = {
    "omit_if_generated_source": "write \"omit_source\" on a target of its own for the generated sources, else \"keep_source\"",
}
_REMOVED_COLLECTION = {
    "decided_elsewhere": "write \"inherit\"",
}

PRECOMPILE_ATTRS = {
    "precompile": attr.string(
        default = "inherit",
        doc = """\
Whether this target's own `srcs` are compiled: `enabled`: they are, and each binary ships the pycs; `disabled`:
they are not; `inherit`: they are compiled as soon as a binary asks for the pycs. The flag's `force_enabled` and
`force_disabled` take precedence.
""",
    ),
    "precompile_invalidation_mode": attr.string(
        default = "auto",
        doc = """\
`checked_hash`: the pyc is used as long as its source has not changed; `unchecked_hash`: it is always used;
`auto`: unchecked with `-c opt`, else checked. Targets with a source in common have to agree, and so they have to about
the level where the source is omitted: there is one place where Python looks for the pyc. Bazel then names both targets
and how each of them compiles.
""",
    ),
    "precompile_on_error": attr.string(
        default = "fail",
        doc = """\
`fail`: a source that does not compile stops the build; `source`: Python falls back to the source at run time,
for third-party files in the syntax of another version that nobody imports.
""",
    ),
    "precompile_optimize_level": attr.int(
        default = 0,
        doc = """\
As Python's `-O` options: 0, 1 (no asserts) or 2 (no docstrings either). The level is part of the pyc's name, so
the interpreter must run at it (`interpreter_args = ["-O"]`); pycs without a source load at any level. -1 is the
level at which the compiling interpreter runs.
""",
    ),
    "precompile_source_retention": attr.string(
        default = "inherit",
        doc = "`keep_source`, `omit_source` (the pyc takes the place of the source), `inherit`: by the flag.",
    ),
    "precompile_strip": attr.string_list(
        doc = """\
What to leave out, instead of a level: `asserts`, `docstrings` or both. `docstrings` alone keeps the asserts and
runs without an option; the others are levels 1 and 2.
""",
    ),
    "_add_srcs_to_runfiles_flag": attr.label(default = _FLAGS + "add_srcs_to_runfiles", providers = [FlagInfo]),
    "_precompile_actions_flag": attr.label(default = _FLAGS + "precompile_actions", providers = [FlagInfo]),
    "_precompile_flag": attr.label(default = _FLAGS + "precompile", providers = [FlagInfo]),
    "_precompile_source_retention_flag": attr.label(
        default = _FLAGS + "precompile_source_retention",
        providers = [FlagInfo],
    ),
    "_pyc_collection_flag": attr.label(default = _FLAGS + "pyc_collection", providers = [FlagInfo]),
    # They stop the build when they are set; see there.
    "_removed_flags": attr.label_list(default = [
        _FLAGS + "precompile_add_to_runfiles",
        _FLAGS + "precompile_default",
        _FLAGS + "precompile_force",
        _FLAGS + "precompile_force_retain_sources",
    ]),
    "_wanted_pycs_flag": attr.label(default = WANTED_PYCS_FLAG, providers = [FlagInfo]),
}

PYC_COLLECTION_ATTRS = {
    "pyc_collection": attr.string(
        default = "inherit",
        doc = """\
Whether the program ships the pycs of targets with `precompile = "inherit"`: `include_pyc`, `disabled`, or
`inherit`: when the flag `precompile` is `enabled` or `force_enabled`.
""",
    ),
}

def check_value(name, value, values, removed = {}):
    """Stops the analysis if an attribute has a value that it may not have.

    Args:
        name: str, the attribute.
        value: str.
        values: list[str] that are allowed.
        removed: dict from a value of an earlier release to what to write instead.
    """
    if value in values:
        return
    if value in removed:
        fail("{} = {} was removed: {}".format(name, repr(value), removed[value]))
    fail("{} = {} is not one of {}".format(name, repr(value), ", ".join([repr(each) for each in values])))

def precompile_settings(ctx, *, executable):
    """What the attributes and flags say about a target's own sources.

    Args:
        ctx: the context of a rule with PRECOMPILE_ATTRS.
        executable: bool, whether the target is a program, whose own pycs only the attribute makes required; those
            of libraries are by the flag's force_enabled too.

    Returns:
        struct with
        compiles: bool, whether sources are compiled;
        executable: bool, as given;
        required: bool, whether each binary ships the pycs; else they are implicit;
        keeps_source: bool;
        invalidation_mode: str, checked_hash or unchecked_hash;
        on_error: str, fail or source;
        optimize: str, for the compiler: a level, or what to strip;
        optimize_level: int, the level at which the interpreter looks for the pyc;
        wanted: bool, whether anybody asks for the pycs, as far as can be told; see wanted_pycs.bzl.
    """
    check_value("precompile", ctx.attr.precompile, ["inherit", "enabled", "disabled"], _REMOVED_PRECOMPILE)
    check_value(
        "precompile_source_retention",
        ctx.attr.precompile_source_retention,
        ["inherit", "keep_source", "omit_source"],
        _REMOVED_RETENTION,
    )
    mode = ctx.attr.precompile_invalidation_mode
    check_value("precompile_invalidation_mode", mode, ["auto", "checked_hash", "unchecked_hash"])
    check_value("precompile_on_error", ctx.attr.precompile_on_error, ["fail", "source"])
    level, optimize = _optimization(ctx.attr.precompile_optimize_level, ctx.attr.precompile_strip)

    flag = ctx.attr._precompile_flag[FlagInfo].value
    effective = {
        "force_disabled": "disabled",
        "force_enabled": "enabled",
    }.get(flag, ctx.attr.precompile)
    retention = ctx.attr.precompile_source_retention
    if retention == "inherit":
        retention = ctx.attr._precompile_source_retention_flag[FlagInfo].value
    if mode == "auto":
        mode = "unchecked_hash" if ctx.var["COMPILATION_MODE"] == "opt" else "checked_hash"
    required = effective == "enabled" and (not executable or ctx.attr.precompile == "enabled")
    return struct(
        compiles = effective != "disabled",
        executable = executable,
        invalidation_mode = mode,
        keeps_source = retention != "omit_source",
        on_error = ctx.attr.precompile_on_error,
        optimize = optimize,
        optimize_level = level,
        required = required,
        wanted = required or pycs_are_wanted(
            ctx.attr._wanted_pycs_flag[FlagInfo].value,
            flag,
            ctx.attr._pyc_collection_flag[FlagInfo].value,
        ),
    )

def _optimization(level, strip):
    """The level at which the interpreter has to run, and what the compiler is told."""
    if level not in (-1, 0, 1, 2):
        fail("precompile_optimize_level = {} is not one of -1, 0, 1, 2".format(level))
    if not strip:
        # The compiler's interpreter runs without -O.
        return max(level, 0), str(level)
    if level:
        fail("precompile_strip and precompile_optimize_level exclude each other: delete one")
    for each in strip:
        check_value("precompile_strip", each, ["asserts", "docstrings"])
    if "asserts" not in strip:
        return 0, "docstrings"
    level = 2 if "docstrings" in strip else 1
    return level, str(level)

def collects_pycs(ctx):
    """Whether an executable ships implicit pycs.

    Args:
        ctx: the context of a rule with PRECOMPILE_ATTRS and PYC_COLLECTION_ATTRS.

    Returns:
        bool.
    """
    value = ctx.attr.pyc_collection
    check_value("pyc_collection", value, ["inherit", "include_pyc", "disabled"], _REMOVED_COLLECTION)
    if value == "inherit":
        return flags_collect(
            ctx.attr._precompile_flag[FlagInfo].value,
            ctx.attr._pyc_collection_flag[FlagInfo].value,
        )
    return value == "include_pyc"
