"""The toolchain with the tools that Python actions run."""

load(":py_exec_tools_info.bzl", "PyExecToolsInfo")
load(":py_interpreter_program_info.bzl", "PyInterpreterProgramInfo")
load(":py_runtime_pair_rule.bzl", "runtime_of")
load(":sentinel.bzl", "SentinelInfo")

def _py_exec_tools_toolchain_impl(ctx):
    exec_interpreter = ctx.attr.exec_interpreter
    if SentinelInfo in exec_interpreter:
        exec_interpreter = None
    precompiler = ctx.attr.precompiler
    if precompiler and SentinelInfo in precompiler:
        precompiler = None
    if precompiler and PyInterpreterProgramInfo in precompiler and not exec_interpreter:
        fail("precompiler = {} is run by exec_interpreter, which is none".format(precompiler.label))
    return [platform_common.ToolchainInfo(
        exec_tools = PyExecToolsInfo(
            exec_interpreter = exec_interpreter,
            exec_runtime = _exec_runtime(exec_interpreter) if exec_interpreter else None,
            precompiler = precompiler,
        ),
    )]

def _exec_runtime(target):
    runtime = runtime_of(target)
    if not runtime and platform_common.ToolchainInfo in target:
        runtime = getattr(target[platform_common.ToolchainInfo], "py3_runtime", None)
    return runtime

py_exec_tools_toolchain = rule(
    implementation = _py_exec_tools_toolchain_impl,
    doc = "The implementation of a toolchain of type //python:exec_tools_toolchain_type.",
    attrs = {
        "exec_interpreter": attr.label(
            default = "//python/private:current_interpreter_executable",
            cfg = "exec",
            doc = """\
The interpreter that programs of the build run on: a py_runtime, a py_runtime_pair or an executable. By
default the runtime that toolchain resolution gives for the execution platform; //python:none for none.
""",
        ),
        "precompiler": attr.label(
            cfg = "exec",
            doc = """\
The compiler from source to bytecode: an executable target or a py_interpreter_program. Nothing is compiled
without one.
""",
        ),
    },
)
