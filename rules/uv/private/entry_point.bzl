"""Programs for the commands of wheels."""

load("//py/private:py_binary_macros.bzl", "py_binary")
load("//py/private:wheels.bzl", "wheels_of")
load("//python/private:command_search.bzl", "COMMAND_SEARCH_ATTRS", "search_command")
load("//python/private:py_info.bzl", "PyInfo")

def _entrypoint_main_impl(ctx):
    module, colon, function = ctx.attr.entrypoint.partition(":")
    if not colon:
        fail("{}: entrypoint = {} is not MODULE:FUNCTION".format(ctx.label, repr(ctx.attr.entrypoint)))
    ctx.actions.expand_template(
        template = ctx.file._template,
        output = ctx.outputs.out,
        substitutions = {
            "%first%": function.partition(".")[0],
            "%function%": function,
            "%module%": module,
        },
    )

_entrypoint_main = rule(
    implementation = _entrypoint_main_impl,
    attrs = {
        "entrypoint": attr.string(mandatory = True),
        "out": attr.output(mandatory = True),
        "_template": attr.label(
            default = "//python/private:command_main.py.tmpl",
            allow_single_file = True,
        ),
    },
)

def _console_script_main_impl(ctx):
    wheels = wheels_of(ctx.attr.pkg[PyInfo])

    # The package's own wheel before those it depends on.
    search_command(ctx, "--tree", [wheel.tree for wheel in wheels][::-1])

_console_script_main = rule(
    implementation = _console_script_main_impl,
    attrs = COMMAND_SEARCH_ATTRS | {
        "pkg": attr.label(mandatory = True, providers = [PyInfo]),
    },
)

def _main_file(name):
    return "_{}_entrypoint.py".format(name)

def py_entrypoint_binary(name, entrypoint, pkg, visibility = None, **kwargs):
    """A program that calls a function of a package.

    Args:
        name: str, the target.
        entrypoint: str, `MODULE:FUNCTION`.
        pkg: label of the package.
        visibility: list of labels.
        **kwargs: further attributes of py_binary.
    """
    _entrypoint_main(
        name = "_{}_main".format(name),
        entrypoint = entrypoint,
        out = _main_file(name),
        tags = ["manual"],
    )
    py_binary(
        name = name,
        srcs = [_main_file(name)],
        main = _main_file(name),
        visibility = visibility,
        deps = [pkg],
        **kwargs
    )

def py_console_script_binary(name, pkg, script = None, deps = [], venv = None, visibility = None, **kwargs):
    """A program that is a command of a wheel.

    Args:
        name: str, the target.
        pkg: label of the package.
        script: str, the command; by default the name of the target.
        deps: list of labels of what else the command imports, such as plugins.
        venv: str, as of py_binary.
        visibility: list of labels.
        **kwargs: further attributes of py_binary.
    """
    _console_script_main(
        name = "_{}_search".format(name),
        out = _main_file(name),
        pkg = pkg,
        script = script or name,
        tags = ["manual"],
    )
    if venv:
        kwargs["venv"] = venv
    py_binary(
        name = name,
        srcs = [_main_file(name)],
        main = _main_file(name),
        visibility = visibility,
        deps = [pkg] + deps,
        **kwargs
    )
