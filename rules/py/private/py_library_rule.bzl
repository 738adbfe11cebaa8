"""The rule for a library, with dependencies by name."""

load("//python/private:common_attrs.bzl", "COMMON_ATTRS", "check_common_attrs")
load("//python/private:precompile_action.bzl", "PRECOMPILE_EXEC_GROUPS")
load("//python/private:precompile_settings.bzl", "precompile_settings")
load("//python/private:py_info.bzl", "builtin_py_info", "merge_py_infos")
load("//python/private:py_library_rule.bzl", "library_default_info")
load("//python/private:py_sources.bzl", "collect_py_info")
load("//python/private:target_runfiles.bzl", "instrumented_files")
load("//python/private:toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")
load(":virtual_deps.bzl", "VIRTUAL_DEPS_ATTRS", "virtual_deps_info")

def _py_library_impl(ctx):
    check_common_attrs(ctx)
    settings = precompile_settings(ctx, executable = False)
    sources = collect_py_info(ctx, settings)

    # Modules are imported by their path in the repository, whatever else `imports` adds.
    py_info = merge_py_infos({}, [sources.py_info], [ctx.label.repo_name or ctx.workspace_name])
    return [
        library_default_info(ctx, settings, sources),
        instrumented_files(ctx),
        virtual_deps_info(ctx),
        py_info,
    ] + builtin_py_info(py_info)

py_library = rule(
    implementation = _py_library_impl,
    doc = "A library of Python modules, which may leave open which target some of its dependencies are.",
    attrs = COMMON_ATTRS | VIRTUAL_DEPS_ATTRS,
    exec_groups = PRECOMPILE_EXEC_GROUPS,
    toolchains = [config_common.toolchain_type(TARGET_TOOLCHAIN_TYPE, mandatory = False)],
)
