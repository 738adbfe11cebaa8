"""The provider of the tools that Python actions run."""

PyExecToolsInfo = provider(
    doc = "The tools that Python actions run, all for the execution platform.",
    fields = {
        "exec_interpreter": "Target or None: the interpreter that programs of the build run on.",
        "exec_runtime": "PyRuntimeInfo or None: the runtime of `exec_interpreter`.",
        "precompiler": """\
Target or None: the compiler from source to bytecode, an executable or a target with
PyInterpreterProgramInfo. Its `testing.ExecutionInfo`, if any, gives the execution requirements.
""",
    },
)
