"""What programs and virtualenvs are made of: own sources, dependencies, and those that names stand for."""

load("//python/private:common_attrs.bzl", "COMMON_ATTRS")
load("//python/private:executable_runtime.bzl", "executable_runtime")
load("//python/private:interpreter_launcher.bzl", "LAUNCHER_ATTRS")
load("//python/private:precompile_settings.bzl", "PYC_COLLECTION_ATTRS", "collects_pycs", "precompile_settings")
load("//python/private:py_info.bzl", "merge_py_infos", "py_info_of")
load("//python/private:py_sources.bzl", "collect_py_info", "explain_lost_pycs", "python_runfiles")
load("//python/private:target_runfiles.bzl", "dependency_runfiles")
load(":transitions.bzl", "TRANSITION_ATTRS")
load(":venv_files.bzl", "VENV_ATTRS")
load(":virtual_deps.bzl", "VIRTUAL_DEPS_ATTRS", "resolved_deps")

PROGRAM_ATTRS = COMMON_ATTRS | LAUNCHER_ATTRS | PYC_COLLECTION_ATTRS | TRANSITION_ATTRS | VENV_ATTRS | VIRTUAL_DEPS_ATTRS | {
    "env": attr.string_dict(
        doc = "Environment variables to set; locations and make variables expand.",
    ),
    "env_inherit": attr.string_list(
        doc = "Environment variables taken over from whoever runs the program; they take precedence over `env`.",
    ),
}

def program_sources(ctx):
    """Collects what a target imports and ships.

    Args:
        ctx: the context of a rule with PROGRAM_ATTRS.

    Returns:
        struct with
        compiled, outputs: as of collect_py_info;
        settings: as of precompile_settings;
        collects_pycs: bool;
        py_info: PyInfo;
        runfiles: runfiles, without interpreter and virtualenv;
        runtime: PyRuntimeInfo.
    """
    if ctx.attr.venv[:1] in [":", "/", "@"]:
        fail("{}: venv = {} is the name of a set of packages; a py_venv to run in is the value of external_venv".format(
            ctx.label,
            repr(ctx.attr.venv),
        ))
    runtime = executable_runtime(ctx)
    settings = precompile_settings(ctx, executable = True)
    collect = collects_pycs(ctx)
    sources = collect_py_info(ctx, settings)
    named = resolved_deps(ctx)
    py_info = merge_py_infos(
        {},
        [sources.py_info] + [py_info_of(target) for target in named],
        [ctx.label.repo_name or ctx.workspace_name],
    )
    if collect:
        explain_lost_pycs(ctx, py_info)
    return struct(
        collects_pycs = collect,
        compiled = sources.compiled,
        outputs = sources.outputs,
        py_info = py_info,
        runfiles = python_runfiles(ctx, py_info, collect_pycs = collect).merge_all(
            [dependency_runfiles(ctx)] + [target[DefaultInfo].default_runfiles for target in named],
        ),
        runtime = runtime,
        settings = settings,
    )
