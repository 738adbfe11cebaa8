"""Targets that run the trekbok of the machine on the workspace they stand in."""

_HEAD = """#!/bin/sh
set -eu
program=${TREKBOK:-trekbok}
if ! command -v "$program" >/dev/null; then
  echo "trekbok is not on PATH; install it, or name it by the variable TREKBOK" >&2
  exit 2
fi
"""

_RUN = """if [ -z "${BUILD_WORKSPACE_DIRECTORY:-}" ]; then
  echo "use bazel run, which says where the workspace is" >&2
  exit 2
fi
cd "$BUILD_WORKSPACE_DIRECTORY"
"""

# The file in the runfiles is a link to the one in the workspace.
_TEST = """marker="${TEST_SRCDIR:?}/%s"
cd "$(dirname "$(readlink -f "$marker")")"
"""

_ATTRS = {
    "command": attr.string(doc = "The command of trekbok.", mandatory = True),
    "fixed_args": attr.string_list(doc = "Its arguments."),
}

def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"

def _script(ctx, where):
    arguments = " ".join([_quoted(text) for text in [ctx.attr.command] + ctx.attr.fixed_args])
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(script, _HEAD + where + "exec \"$program\" " + arguments + " \"$@\"\n", is_executable = True)
    return script

def _binary_impl(ctx):
    return [DefaultInfo(executable = _script(ctx, _RUN))]

def _test_impl(ctx):
    marker = ctx.file.workspace
    if not marker.is_source:
        fail("workspace is a file in the root of the workspace, such as //:MODULE.bazel; {} is generated".format(
            ctx.attr.workspace.label,
        ))
    path = "{}/{}".format(ctx.workspace_name, marker.short_path)
    return [
        DefaultInfo(
            executable = _script(ctx, _TEST % path),
            runfiles = ctx.runfiles([marker]),
        ),
        RunEnvironmentInfo(inherited_environment = ["HOME", "PATH", "TREKBOK"]),
    ]

workspace_program = rule(
    implementation = _binary_impl,
    doc = "A program for `bazel run` that runs trekbok in the root of the workspace.",
    attrs = _ATTRS,
    executable = True,
)

workspace_test = rule(
    implementation = _test_impl,
    doc = "A test that runs trekbok in the root of the workspace and passes if it ends with 0.",
    attrs = _ATTRS | {
        "workspace": attr.label(
            doc = "A file in the root of the workspace; it tells where that is.",
            allow_single_file = True,
            mandatory = True,
        ),
    },
    test = True,
)
