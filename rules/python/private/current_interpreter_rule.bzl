"""The interpreter of the resolved runtime as an executable."""

load(":interpreter_launcher.bzl", "LAUNCHER_ATTRS", "interpreter_in_runfiles", "write_launcher")
load(":runfiles_paths.bzl", "runfiles_path")
load(":toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")

def _current_interpreter_impl(ctx):
    toolchain = ctx.toolchains[TARGET_TOOLCHAIN_TYPE]
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
    },
    toolchains = [TARGET_TOOLCHAIN_TYPE],
)
