"""What the tags of the module extension `pip` mean."""

load("@pythons_hub//:versions.bzl", "DEFAULT_PYTHON_VERSION")
load(":pip_hub_repo.bzl", "pip_hub_repo")
load(":pip_repos.bzl", "LOCK_ATTRS", "NO_MODIFICATIONS", "lock_of", "wheel_repo_attrs")
load(":wheel_repo.bzl", "wheel_repo")

def _pip_impl(module_ctx):
    hubs = {}
    default_version = ".".join(DEFAULT_PYTHON_VERSION.split(".")[:2])
    for module in module_ctx.modules:
        for tag in module.tags.whl_mods if module.is_root else []:
            fail("pip.whl_mods of {}: {}".format(tag.whl_name, NO_MODIFICATIONS.format("whl_modifications")))
        for tag in module.tags.override if module.is_root else []:
            fail("pip.override of {}: {}".format(tag.file, NO_MODIFICATIONS.format("patching")))
        for tag in module.tags.parse:
            where = "pip.parse {} of the module {}".format(repr(tag.hub_name), repr(module.name))
            version = ".".join((tag.python_version or DEFAULT_PYTHON_VERSION).split(".")[:2])
            if not version:
                fail("{}: set python_version: there is no version for builds that ask for none".format(where))
            hub = hubs.setdefault(tag.hub_name, struct(module = module.name, packages = {}, versions = {}))
            if hub.module != module.name:
                fail("{}: the module {} has a hub of that name, too; choose another".format(where, repr(hub.module)))
            if version in hub.versions:
                fail("{}: there is another one for Python {}".format(where, version))
            hub.versions[version] = True
            attributes = {name: getattr(tag, name) for name in LOCK_ATTRS} | {"python_version": version}
            prefix = "{}_{}_".format(tag.hub_name, version.replace(".", ""))
            if tag.whl_modifications:
                fail("{}: {}".format(where, NO_MODIFICATIONS.format("whl_modifications")))
            lock = lock_of(tag, module_ctx.os, where)
            for name, each in wheel_repo_attrs(module_ctx, struct(**attributes), lock, prefix).items():
                wheel_repo(**each)
                hub.packages.setdefault(name, {})[version] = each["name"]
    for name, hub in hubs.items():
        pip_hub_repo(
            name = name,
            default_version = default_version,
            packages = json.encode(hub.packages),
        )

_parse = tag_class(
    doc = """\
Makes a repository, the hub, of the packages in a lock.

The wheels are those for the machine that the build runs on. Wheels are looked up in the places that the lock and
`extra_pip_args` name (`--find-links`, indexes), else in PyPI, and are checked against the checksums of the lock; a
package that has no wheel cannot be used. Packages that depend on each other in a circle have to be in
`experimental_requirement_cycles`.
""",
    attrs = LOCK_ATTRS | {
        "hub_name": attr.string(mandatory = True, doc = "The name of the hub. One may have a lock for each of several Python versions."),
        "python_interpreter": attr.string(doc = "Accepted: the lock is for `python_version`, and no pip runs."),
        "python_interpreter_target": attr.label(doc = "Accepted: the lock is for `python_version`, and no pip runs."),
        "whl_modifications": attr.label_keyed_string_dict(doc = "Not offered; stops the build."),
    },
)

# Without them Bazel would say that there is no such tag, and nothing of what to do.
_override = tag_class(
    doc = "Not offered; stops the build.",
    attrs = {
        "file": attr.string(mandatory = True, doc = "The wheel."),
        "patch_strip": attr.int(doc = "As of rules_python."),
        "patches": attr.label_list(doc = "As of rules_python."),
    },
)

_whl_mods = tag_class(
    doc = "Not offered; stops the build.",
    attrs = {
        "additive_build_content": attr.string(doc = "As of rules_python."),
        "additive_build_content_file": attr.label(doc = "As of rules_python."),
        "copy_executables": attr.string_dict(doc = "As of rules_python."),
        "copy_files": attr.string_dict(doc = "As of rules_python."),
        "data": attr.string_list(doc = "As of rules_python."),
        "data_exclude_glob": attr.string_list(doc = "As of rules_python."),
        "hub_name": attr.string(doc = "As of rules_python."),
        "srcs_exclude_glob": attr.string_list(doc = "As of rules_python."),
        "whl_name": attr.string(mandatory = True, doc = "The package."),
    },
)

pip = module_extension(
    implementation = _pip_impl,
    doc = "Packages from locks.",
    tag_classes = {
        "override": _override,
        "parse": _parse,
        "whl_mods": _whl_mods,
    },
)
