"""Packages from a lock, for a WORKSPACE file."""

load(":pip_hub_repo.bzl", "write_hub")
load(":pip_repos.bzl", "LOCK_ATTRS", "NO_MODIFICATIONS", "lock_of", "wheel_repo_attrs")

_INSTALL = '''
def install_deps(**_kwargs):
    """Makes the repositories of the packages, which are fetched when they are needed."""
    for attributes in {wheels}:
        wheel_repo(**attributes)
'''

def _pip_parse_impl(rctx):
    where = "pip_parse " + repr(rctx.name)
    attributes = {name: getattr(rctx.attr, name) for name in LOCK_ATTRS}
    if rctx.attr.annotations:
        fail("{}: {}".format(where, NO_MODIFICATIONS.format("annotations")))
    attributes["python_version"] = rctx.attr.python_version or _version(rctx, where)
    prefix = rctx.attr.repo_prefix or rctx.name + "_"
    wheels = wheel_repo_attrs(rctx, struct(**attributes), lock_of(struct(**attributes), rctx.os, where), prefix)
    write_hub(
        rctx,
        {name: {attributes["python_version"]: each["name"]} for name, each in wheels.items()},
        loads = "load(\"{}\", \"wheel_repo\")".format(Label("//python/private:wheel_repo.bzl")),
        more = _INSTALL.format(wheels = repr(wheels.values())),
    )

def _version(rctx, where):
    """MAJOR.MINOR of the interpreter."""
    interpreter = rctx.attr.python_interpreter or "python3"
    if rctx.attr.python_interpreter_target:
        path = rctx.path(rctx.attr.python_interpreter_target)
    else:
        path = rctx.path(interpreter) if "/" in interpreter else rctx.which(interpreter)
    if not path:
        fail("{}: there is no {}; set python_interpreter_target".format(where, interpreter))
    result = rctx.execute([path, "-I", "-c", "import sys; print('{}.{}'.format(*sys.version_info))"])
    if result.return_code:
        fail("{}: {} failed: {}".format(where, path, result.stderr))
    return result.stdout.strip()

pip_parse = repository_rule(
    implementation = _pip_parse_impl,
    doc = """\
Makes a repository, the hub, of the packages in a lock; see the tag `parse` of the module extension `pip`. WORKSPACE
then loads `install_deps` from its `requirements.bzl` and calls it.
""",
    attrs = LOCK_ATTRS | {
        "annotations": attr.string_dict(doc = "Not offered; stops the build."),
        "incompatible_generate_aliases": attr.bool(default = True, doc = "Accepted: there are aliases anyway."),
        "python_interpreter": attr.string(doc = "The interpreter that the lock is for: a path, or a name to look for on PATH."),
        "python_interpreter_target": attr.label(allow_single_file = True, doc = "The same, as a label."),
        "repo_prefix": attr.string(doc = "What the names of the packages' repositories start with; by default the name and `_`."),
    },
)
