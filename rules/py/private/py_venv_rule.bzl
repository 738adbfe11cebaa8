"""The rule for a virtualenv of its own."""

load("//python/private:main_program.bzl", "expand_text")
load("//python/private:precompile_action.bzl", "PRECOMPILE_EXEC_GROUPS")
load("//python/private:target_runfiles.bzl", "instrumented_files")
load("//python/private:toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")
load(":program_launcher.bzl", "declare_launcher")
load(":program_sources.bzl", "PROGRAM_ATTRS", "program_sources")
load(":transitions.bzl", "venv_transition")
load(":venv_files.bzl", "declare_venv", "venv_directory")

def _py_venv_impl(ctx):
    sources = program_sources(ctx)
    venv = declare_venv(
        ctx,
        directory = venv_directory(ctx, ""),
        env = {key: expand_text(ctx, "env", value) for key, value in ctx.attr.env.items()},
        py_info = sources.py_info,
        runfiles = sources.runfiles,
        runtime = sources.runtime,
    )
    launcher = declare_launcher(
        ctx,
        venv = venv.info,
        env = {},
        env_inherit = [],
        options = ["-B"] + [expand_text(ctx, "interpreter_options", each) for each in ctx.attr.interpreter_options],
        on_path = True,
    )
    return [
        DefaultInfo(
            executable = launcher.executable,
            files = depset([launcher.executable], transitive = [venv.files]),
            runfiles = venv.info.runfiles.merge(ctx.runfiles([launcher.executable])),
        ),
        OutputGroupInfo(_hidden_top_level_INTERNAL_ = venv.in_bin),
        instrumented_files(ctx),
        launcher.environment,
        venv.info,
    ]

py_venv = rule(
    implementation = _py_venv_impl,
    doc = """\
A virtualenv. Running it runs its interpreter; programs share it by `external_venv`, and py_venv_link links it into
the workspace.
""",
    executable = True,
    attrs = PROGRAM_ATTRS | {
        "debug": attr.bool(doc = "Accepted; a virtualenv made at analysis time has nothing to trace."),
        "mode": attr.string(doc = "Deprecated: there is one way to make a virtualenv."),
    },
    cfg = venv_transition,
    exec_groups = PRECOMPILE_EXEC_GROUPS,
    toolchains = [TARGET_TOOLCHAIN_TYPE],
)
