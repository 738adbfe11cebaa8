"""The resolved runtime for `toolchains = […]` of genrules and the like."""

load(":toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")

def _current_py_toolchain_impl(ctx):
    toolchain = ctx.toolchains[TARGET_TOOLCHAIN_TYPE]
    direct = []
    transitive = []
    variables = {}
    for number, runtime in (("2", toolchain.py2_runtime), ("3", toolchain.py3_runtime)):
        if not runtime:
            continue
        if runtime.interpreter:
            direct.append(runtime.interpreter)
            transitive.append(runtime.files)
            variables["PYTHON" + number] = runtime.interpreter.path
            variables["PYTHON" + number + "_ROOTPATH"] = runtime.interpreter.short_path
        else:
            variables["PYTHON" + number] = runtime.interpreter_path
            variables["PYTHON" + number + "_ROOTPATH"] = runtime.interpreter_path
    files = depset(direct, transitive = transitive)
    return [
        toolchain,
        platform_common.TemplateVariableInfo(variables),
        DefaultInfo(
            files = files,
            runfiles = ctx.runfiles(transitive_files = files),
        ),
    ]

current_py_toolchain = rule(
    implementation = _current_py_toolchain_impl,
    doc = "Gives the make variables PYTHON3 and PYTHON3_ROOTPATH, and the files of the runtime.",
    toolchains = [TARGET_TOOLCHAIN_TYPE],
)
