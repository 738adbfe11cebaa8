"""A link in the workspace to a virtualenv."""

load("//python/private:interpreter_launcher.bzl", "LAUNCHER_ATTRS")
load("//python/private:runfiles_paths.bzl", "runfiles_path")
load(":program_launcher.bzl", "declare_launcher")
load(":virtualenv_info.bzl", "VirtualenvInfo")

def _py_venv_link_impl(ctx):
    venv = ctx.attr.venv[VirtualenvInfo]
    link_name = ctx.attr.link_name
    if not link_name:
        parts = [part for part in ctx.label.package.split("/") if part]
        link_name = "." + "+".join(parts + [venv.venv_name.lstrip(".")])
    if "/" in link_name:
        fail("link_name = {} is the name of one file, not a path; --dest says where it goes".format(repr(link_name)))
    launcher = declare_launcher(
        ctx,
        venv = venv,
        env = {},
        env_inherit = [],
        options = ["-B", "-I"],
        main = runfiles_path(ctx, ctx.file._script),
        arguments = ["--link-name=" + link_name],
    )
    return [
        DefaultInfo(
            executable = launcher.executable,
            runfiles = venv.runfiles.merge(ctx.runfiles([launcher.executable, ctx.file._script])),
        ),
        launcher.environment,
    ]

_py_venv_link = rule(
    implementation = _py_venv_link_impl,
    doc = """\
Run it, and the virtualenv is linked into the directory it is run from (or `--dest`), for editors and shells.
""",
    executable = True,
    attrs = LAUNCHER_ATTRS | {
        "link_name": attr.string(
            doc = "The name of the link; by default a dot, the package with `+` for `/`, and the virtualenv's name.",
        ),
        "venv": attr.label(
            mandatory = True,
            providers = [VirtualenvInfo],
            doc = "The py_venv to link.",
        ),
        "_script": attr.label(
            default = "//py/private:link_venv.py",
            allow_single_file = True,
        ),
    },
)

# What the macro of the same name had that made the virtualenv too.
_OF_THE_VENV = ["venv_name", "srcs", "deps", "imports"]

def py_venv_link(name, venv = None, link_name = None, **kwargs):
    """Run it, and a virtualenv is linked into the directory it is run from (or `--dest`), for editors and shells.

    Args:
        name: str, the target.
        venv: label of the py_venv to link.
        link_name: str, the name of the link; by default a dot, the package with `+` for `/`, and the virtualenv's name.
        **kwargs: common attributes, such as tags and visibility.
    """
    old = [attribute for attribute in _OF_THE_VENV if attribute in kwargs]
    if old or not venv:
        fail(("py_venv_link ({}) only links what a py_venv is, and takes no {}: write py_venv(name = \"…\", deps = …) " +
              "and py_venv_link(name = \"{}\", venv = \":…\", link_name = …). `trekbok migrate aspect-rules-py-v2` " +
              "rewrites it.").format(name, ", ".join(old) or "virtualenv but by venv = label", name))
    _py_venv_link(
        name = name,
        link_name = link_name or "",
        venv = venv,
        **kwargs
    )
