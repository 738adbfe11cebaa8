"""A program of one file, run by whichever interpreter the build has at hand."""

load("//python/private:py_interpreter_program_info.bzl", _PyInterpreterProgramInfo = "PyInterpreterProgramInfo")
load("//python/private:py_interpreter_program_rule.bzl", _py_interpreter_program = "py_interpreter_program")

py_interpreter_program = _py_interpreter_program
PyInterpreterProgramInfo = _PyInterpreterProgramInfo
