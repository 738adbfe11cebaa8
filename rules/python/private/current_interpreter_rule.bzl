"""The interpreter of the resolved runtime as an executable."""

load(":interpreter_launcher.bzl", "LAUNCHER_ATTRS", "interpreter_in_runfiles", "write_launcher")
load(":py_runtime_pair_rule.bzl", "runtime_of")
load(":runfiles_paths.bzl", "runfiles_path")
load(":sentinel.bzl", "SentinelInfo")
load(":toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")

def _current_interpreter_impl(ctx):
    toolchain = ctx.toolchains[TARGET_TOOLCHAIN_TYPE]
    if ctx.attr.runtime_of and SentinelInfo not in ctx.attr.runtime_of:
        runtime = runtime_of(ctx.attr.runtime_of)
        if not runtime:
            fail("{} has no Python runtime".format(ctx.attr.runtime_of.label))
        toolchain = platform_common.ToolchainInfo(py2_runtime = None, py3_runtime = runtime)
    runtime = toolchain.py3_runtime
    program = ctx.file.program
    launcher = ctx.actions.declare_file(ctx.label.name)
    write_launcher(
        ctx,
        output = launcher,
        interpreter = interpreter_in_runfiles(ctx, runtime),
        arguments = "\"$runfiles/{}\"".format(runfiles_path(ctx, program)) if program else "",
    )
    runfiles = ctx.runfiles(
        files = ([runtime.interpreter] if runtime.interpreter else []) + ([program] if program else []),
        transitive_files = runtime.files,
    )
    return [
        toolchain,
        DefaultInfo(executable = launcher, runfiles = runfiles),
    ]

current_interpreter = rule(
    implementation = _current_interpreter_impl,
    doc = "Runs the interpreter that toolchain resolution gives, with a program of one file if asked.",
    executable = True,
    attrs = LAUNCHER_ATTRS | {
        "program": attr.label(
            allow_single_file = True,
            doc = "A script to start instead of the interpreter's prompt.",
        ),
        "runtime_of": attr.label(
            doc = "A program or a runtime whose interpreter to run, or //python:none for the resolved one.",
        ),
    },
    toolchains = [TARGET_TOOLCHAIN_TYPE],
)
