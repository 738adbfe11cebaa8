"""The rule for a program that is run by whichever interpreter the build has at hand."""

load(":flag_info.bzl", "FlagInfo")
load(":py_interpreter_program_info.bzl", "PyInterpreterProgramInfo")
load(":sentinel.bzl", "SentinelInfo")

def _py_interpreter_program_impl(ctx):
    requirements = {}
    if ctx.attr.execution_requirements and SentinelInfo not in ctx.attr.execution_requirements:
        for pair in ctx.attr.execution_requirements[FlagInfo].value:
            key, equals, value = pair.partition("=")
            if not equals:
                fail("{}: {} is not KEY=VALUE".format(ctx.attr.execution_requirements.label, repr(pair)))
            requirements[key] = value
    return [
        DefaultInfo(files = depset([ctx.file.main])),
        PyInterpreterProgramInfo(
            data = depset(ctx.files.data),
            env = ctx.attr.env,
            interpreter_args = ctx.attr.interpreter_args,
            main = ctx.file.main,
        ),
        testing.ExecutionInfo(requirements = requirements),
    ]

py_interpreter_program = rule(
    implementation = _py_interpreter_program_impl,
    doc = "A program of few files, run by the interpreter of the exec tools toolchain.",
    attrs = {
        "data": attr.label_list(
            allow_files = True,
            doc = "Files the program needs beside it.",
        ),
        "env": attr.string_dict(doc = "The environment the program needs."),
        "execution_requirements": attr.label(
            providers = [[FlagInfo], [SentinelInfo]],
            doc = "A string_list_flag of KEY=VALUE for the actions that run the program, or //python:none.",
        ),
        "interpreter_args": attr.string_list(doc = "Arguments for the interpreter itself."),
        "main": attr.label(
            allow_single_file = True,
            mandatory = True,
            doc = "The program.",
        ),
    },
)
