"""Rules that show what toolchain resolution picks."""

_RUNTIME = "<RULES>//python:toolchain_type"
_CC = "<RULES>//python/cc:toolchain_type"
_EXEC_TOOLS = "<RULES>//python:exec_tools_toolchain_type"

def _prebuilt_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = program, target_file = ctx.file.src, is_executable = True)
    return [DefaultInfo(executable = program)]

prebuilt = rule(
    implementation = _prebuilt_impl,
    executable = True,
    attrs = {"src": attr.label(allow_single_file = True)},
)

def _picked_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".json")
    runtime = ctx.toolchains[_RUNTIME].py3_runtime
    exec_tools = ctx.toolchains[_EXEC_TOOLS].exec_tools
    ctx.actions.write(out, json.encode({
        "abi_flags": runtime.abi_flags,
        "cc": ctx.toolchains[_CC].py_cc_toolchain.soabi,
        "compiler": exec_tools.precompiler.label.name,
        "exec_interpreter": exec_tools.exec_interpreter != None,
        "runtime": runtime.interpreter_path,
    }))
    return [DefaultInfo(files = depset([out]))]

picked = rule(
    implementation = _picked_impl,
    toolchains = [_RUNTIME, _CC, _EXEC_TOOLS],
)
