"""The rule for a Python test."""

load(":py_executable.bzl", "py_executable_rule")

py_test = py_executable_rule(
    test = True,
    doc = "A Python program that succeeds by exit code 0, run by `bazel test`.",
    attrs = {
        "env_inherit": attr.string_list(
            doc = "Environment variables taken over from whoever runs the test.",
        ),
        "_lcov_merger": attr.label(
            default = configuration_field(fragment = "coverage", name = "output_generator"),
            cfg = "exec",
            executable = True,
        ),
        "_macos": attr.label(default = "@platforms//os:macos"),
    },
)
