"""Runs trekbok by Bazel: `bazel run` on a target that changes the workspace, and tests that fail when it is stale.

trekbok itself is an application of the machine's, found as `trekbok` on `PATH` or by the variable `TREKBOK`.

Loaded from `//trekbok:defs.bzl` of this module:

    trekbok(name = "trekbok")                         # bazel run //:trekbok [-- DIR...]
    trekbok(name = "lint_fix", command = "lint", args = ["--fix"])
    trekbok_test(name = "build_files_test", workspace = "//:MODULE.bazel")
    trekbok_lint_test(name = "lint_test", workspace = "//:MODULE.bazel")
"""

load("//trekbok/private:trekbok_runner.bzl", "workspace_program", "workspace_test")

# They read the whole workspace, which Bazel does not know of: no sandbox, no cached result.
_TAGS = ["external", "local", "no-cache", "no-sandbox"]

def trekbok(name, command = "generate", args = [], **kwargs):
    """A program for `bazel run` that runs trekbok on the workspace.

    Args:
        name: the name of the target.
        command: the command of trekbok.
        args: its arguments; those of `bazel run -- …` follow.
        **kwargs: attributes that every target has.
    """
    workspace_program(
        name = name,
        command = command,
        fixed_args = args,
        tags = kwargs.pop("tags", []) + ["manual"],
        **kwargs
    )

def trekbok_test(name, workspace, command = "generate", args = ["--check"], **kwargs):
    """A test that fails when trekbok would change the workspace.

    Args:
        name: the name of the target.
        workspace: a file in the root of the workspace, such as `//:MODULE.bazel`; it tells where that is.
        command: the command of trekbok.
        args: its arguments.
        **kwargs: attributes that every test has.
    """
    workspace_test(
        name = name,
        workspace = workspace,
        command = command,
        fixed_args = args,
        tags = kwargs.pop("tags", []) + _TAGS,
        **kwargs
    )

def trekbok_lint_test(name, workspace, args = [], **kwargs):
    """A test that fails when `trekbok lint` finds something.

    Args:
        name: the name of the target.
        workspace: a file in the root of the workspace, such as `//:MODULE.bazel`.
        args: arguments of `trekbok lint`.
        **kwargs: attributes that every test has.
    """
    trekbok_test(name = name, workspace = workspace, command = "lint", args = args, **kwargs)
