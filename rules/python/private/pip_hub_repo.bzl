"""The repository that has all packages of a lock."""

_TARGETS = ["data", "dist_info", "extracted_whl_files", "pkg", "whl"]

_REQUIREMENTS = '''\
"""The packages of the lock, for BUILD files."""

load("{normalize}", "normalize_name")
{loads}

_PACKAGES = {packages}

def _target(package, name):
    package = normalize_name(package)
    if package not in _PACKAGES:
        fail("the lock has no package {{}}; it has {{}}".format(package, ", ".join(_PACKAGES)))
    return str(Label("//{{}}:{{}}".format(package, name)))

all_requirements = [_target(package, "pkg") for package in _PACKAGES]
all_requirements_by_package = {{package: _target(package, "pkg") for package in _PACKAGES}}
all_whl_requirements = [_target(package, "whl") for package in _PACKAGES]
all_whl_requirements_by_package = {{package: _target(package, "whl") for package in _PACKAGES}}
all_data_requirements = [_target(package, "data") for package in _PACKAGES]

def requirement(name):
    return _target(name, "pkg")

def whl_requirement(name):
    return _target(name, "whl")

def data_requirement(name):
    return _target(name, "data")

def dist_info_requirement(name):
    return _target(name, "dist_info")

def entry_point(pkg, script = None):
    fail("entry_point is gone: make a py_console_script_binary of " + requirement(pkg))
'''

def write_hub(rctx, packages, default_version = "", loads = "", more = ""):
    """Writes the files of a hub.

    Args:
        rctx: repository_ctx.
        packages: dict from the normalized name of each package to a dict from versions to repositories.
        default_version: str, the version that serves builds that ask for none.
        loads: str, a load statement for requirements.bzl.
        more: str, more of requirements.bzl.
    """
    rctx.file("BUILD.bazel", "exports_files([\"requirements.bzl\"], visibility = [\"//visibility:public\"])\n")
    rctx.file("requirements.bzl", _REQUIREMENTS.format(
        loads = loads,
        normalize = Label("//python/private:requirements.bzl"),
        packages = repr(sorted(packages)),
    ) + more)
    for package, repos in packages.items():
        lines = ["package(default_visibility = [\"//visibility:public\"])\n"]
        for target in _TARGETS:
            lines.append("alias(name = {}, actual = {})\n".format(repr(target), _actual(repos, target, default_version)))
        if package not in _TARGETS:
            lines.append("alias(name = {}, actual = \":pkg\")\n".format(repr(package)))
        rctx.file(package + "/BUILD.bazel", "\n".join(lines))

def _actual(repos, target, default_version):
    """The target of the version that is built for; of the only one, if there is one."""
    labels = {version: "@{}//:{}".format(repo, target) for version, repo in repos.items()}
    if len(labels) == 1:
        return repr(labels.values()[0])
    conditions = {str(Label("//python/config_settings:is_python_" + version)): label for version, label in labels.items()}
    if default_version in labels:
        conditions["//conditions:default"] = labels[default_version]
    return "select({}, no_match_error = {})".format(
        repr(conditions),
        repr("the package is locked for Python {} only".format(", ".join(labels))),
    )

def _pip_hub_repo_impl(rctx):
    write_hub(rctx, json.decode(rctx.attr.packages), rctx.attr.default_version)

pip_hub_repo = repository_rule(
    implementation = _pip_hub_repo_impl,
    doc = "A package for each package of the lock, and `requirements.bzl`.",
    attrs = {
        "default_version": attr.string(doc = "The version that serves builds that ask for none."),
        "packages": attr.string(mandatory = True, doc = "JSON: from each package to a dict from versions to repositories."),
    },
)
