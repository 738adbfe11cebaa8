"""The repository with one package for each third-party package of a lock file."""

_UNAVAILABLE = """\
load("{unavailable}", "unavailable_package")

package(default_visibility = ["//visibility:public"])

unavailable_package(name = "{name}", hub = "{hub}")
"""

_AVAILABLE = """\
package(default_visibility = ["//visibility:public"])

alias(name = "{name}", actual = "{target}")
"""

# Other names of the same. The library is the wheel, unpacked.
_ALIAS = """
alias(name = "{alias}", actual = ":{name}")
"""

_DEFS = """\
\"\"\"The sets of packages, and for which of them a target is.\"\"\"

VIRTUALENVS = {venvs}

def compatible_with(venvs, extra_constraints = []):
    \"\"\"A value for target_compatible_with.

    Args:
        venvs: list of names of sets of packages, one of which has to be asked for.
        extra_constraints: list of further constraints.

    Returns:
        select.
    \"\"\"
    return select({{Label("//venv:" + _known(venv)): extra_constraints for venv in venvs}} | {{
        "//conditions:default": [Label("@platforms//:incompatible")],
    }})

def incompatible_with(venvs, extra_constraints = []):
    \"\"\"A value for target_compatible_with.

    Args:
        venvs: list of names of sets of packages, none of which may be asked for.
        extra_constraints: list of further constraints.

    Returns:
        select.
    \"\"\"
    return select({{Label("//venv:" + _known(venv)): [Label("@platforms//:incompatible")] for venv in venvs}} | {{
        "//conditions:default": extra_constraints,
    }})

def _known(venv):
    if venv not in VIRTUALENVS:
        fail("@{hub} has no set of packages {{}}, but {{}}".format(repr(venv), ", ".join(VIRTUALENVS) or "none"))
    return venv
"""

def _package_directory(name):
    """A name as the lock file has it, as the package of a hub: https://peps.python.org/pep-0503/ with `_` for `-`."""
    return name.lower().replace("-", "_").replace(".", "_")

def _locked_names(text):
    """The names of the packages in a uv.lock, without what else a TOML file can have."""
    names = []
    lines = text.split("\n")
    for line, following in zip(lines, lines[1:]):
        if line.strip() == "[[package]]" and following.startswith("name = \""):
            names.append(following.split("\"")[1])
    return names

def _hub_repo_impl(rctx):
    targets = {_package_directory(name): target for target, name in rctx.attr.targets.items()}
    directories = {directory: None for directory in targets}
    for lock in rctx.attr.locks:
        for name in _locked_names(rctx.read(lock)):
            directories[_package_directory(name)] = None
    unavailable = Label("//uv/private:unavailable_package.bzl")
    rctx.file("BUILD.bazel", "")
    rctx.file("requirements.bzl", """\
def requirement(name):
    return "@{}//" + name.lower().replace("-", "_").replace(".", "_")
""".format(rctx.attr.hub))
    rctx.file("venv/BUILD.bazel", """\
package(default_visibility = ["//visibility:public"])

alias(name = "venv", actual = "{}")
""".format(Label("//uv/private/constraints/venv:venv")) + "".join(["""
config_setting(name = "{0}", flag_values = {{":venv": "{0}"}})
""".format(name) for name in rctx.attr.venvs]))
    rctx.file("defs.bzl", _DEFS.format(hub = rctx.attr.hub, venvs = rctx.attr.venvs))
    for directory in directories:
        if directory in targets:
            content = _AVAILABLE.format(name = directory, target = targets[directory])
        else:
            content = _UNAVAILABLE.format(hub = rctx.attr.hub, name = directory, unavailable = unavailable)
        for alias in ["lib", "whl"]:
            if alias != directory:
                content += _ALIAS.format(alias = alias, name = directory)
        rctx.file(directory + "/BUILD.bazel", content)

hub_repo = repository_rule(
    implementation = _hub_repo_impl,
    doc = "Packages by the names in lock files: those with a target of the user's are it, others say what is missing.",
    attrs = {
        "hub": attr.string(doc = "The name that the root module sees."),
        "locks": attr.label_list(doc = "uv.lock files."),
        "targets": attr.label_keyed_string_dict(doc = "From a target to the package it stands for."),
        "venvs": attr.string_list(doc = "The names of sets of packages."),
    },
)
