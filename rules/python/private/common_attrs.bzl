"""The attributes that Python libraries and executables share."""

load(":builtin_providers.bzl", "CcInfo")
load(":precompile_settings.bzl", "PRECOMPILE_ATTRS")
load(":py_info.bzl", "PY_DEP_PROVIDERS")

COMMON_ATTRS = PRECOMPILE_ATTRS | {
    "data": attr.label_list(
        allow_files = True,
        doc = "What the code needs at run time.",
    ),
    "deps": attr.label_list(
        providers = PY_DEP_PROVIDERS + ([[CcInfo]] if CcInfo else []),
        doc = "The Python targets whose modules the code imports.",
    ),
    "imports": attr.string_list(
        doc = "Directories, relative to the package, that belong on `sys.path` of each program.",
    ),
    "pyi_deps": attr.label_list(
        providers = PY_DEP_PROVIDERS,
        doc = "Targets that are needed by type checkers only.",
    ),
    "pyi_srcs": attr.label_list(
        allow_files = True,
        doc = "Type stubs of the sources.",
    ),
    "srcs": attr.label_list(
        allow_files = True,
        doc = "The Python sources.",
    ),
    "srcs_version": attr.string(
        doc = "Deprecated: Python 3 is the only version.",
    ),
}

def check_common_attrs(ctx):
    """Stops the analysis if a shared attribute has a value of the past.

    Args:
        ctx: the context of a rule with COMMON_ATTRS.
    """
    if ctx.attr.srcs_version in ("PY2", "PY2ONLY"):
        fail("srcs_version = {} is an error: the rules are for Python 3 only; delete the attribute".format(
            repr(ctx.attr.srcs_version),
        ))
