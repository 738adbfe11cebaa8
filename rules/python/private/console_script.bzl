"""Programs that are commands of packages."""

load("//python:py_binary.bzl", "py_binary")
load(":command_search.bzl", "COMMAND_SEARCH_ATTRS", "search_command")

def _console_script_main_impl(ctx):
    entry_points = [file for file in ctx.files.entry_points if file.basename == "entry_points.txt"]
    if not entry_points:
        fail("{}: there is no entry_points.txt in {}: the package has no commands".format(
            ctx.label,
            ctx.attr.entry_points.label,
        ))
    search_command(ctx, "--entry-points", entry_points)

_console_script_main = rule(
    implementation = _console_script_main_impl,
    attrs = COMMAND_SEARCH_ATTRS | {
        "entry_points": attr.label(mandatory = True, allow_files = True),
    },
)

def py_console_script_binary(name, pkg, entry_points_txt = None, script = None, binary_rule = py_binary, deps = [], **kwargs):
    """A program that is a command of a package.

    Args:
        name: str, the target.
        pkg: label of the package, such as `@pip//black`.
        entry_points_txt: label of its entry_points.txt, or of files with one among them; by default `:dist_info` beside
            `pkg`.
        script: str, the command; by default the name of the target.
        binary_rule: the rule of the program.
        deps: list of labels of what the command imports beside its package, such as plugins.
        **kwargs: further attributes of the rule.
    """
    main = "_{}_console_script.py".format(name)
    _console_script_main(
        name = "_{}_console_script".format(name),
        entry_points = entry_points_txt or native.package_relative_label(pkg).same_package_label("dist_info"),
        out = main,
        script = script or name,
        tags = ["manual"],
        testonly = kwargs.get("testonly"),
    )
    binary_rule(
        name = name,
        srcs = [main],
        main = main,
        deps = [pkg] + deps,
        **kwargs
    )
