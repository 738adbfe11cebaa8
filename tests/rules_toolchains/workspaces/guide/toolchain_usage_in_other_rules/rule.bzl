"""A rule that runs the resolved interpreter."""

def _version_file_impl(ctx):
    runtime = ctx.toolchains["<RULES>//python:toolchain_type"].py3_runtime
    file = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.run_shell(
        inputs = runtime.files,
        outputs = [file],
        command = "{} -c 'import sys; print(sys.version.split()[0])' > {}".format(runtime.interpreter.path, file.path),
    )
    return [DefaultInfo(files = depset([file]))]

version_file = rule(
    implementation = _version_file_impl,
    toolchains = ["<RULES>//python:toolchain_type"],
)
