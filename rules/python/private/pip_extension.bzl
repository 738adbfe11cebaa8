"""What the tags of the module extension `pip` mean."""

load("@pythons_hub//:versions.bzl", "DEFAULT_PYTHON_VERSION")
load(":pip_hub_repo.bzl", "pip_hub_repo")
load(":pip_repos.bzl", "LOCK_ATTRS", "lock_of", "wheel_repo_attrs")
load(":wheel_repo.bzl", "wheel_repo")

def _pip_impl(module_ctx):
    hubs = {}
    default_version = ".".join(DEFAULT_PYTHON_VERSION.split(".")[:2])
    for module in module_ctx.modules:
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
package that has no wheel cannot be used. Packages that depend on each other in a circle cannot, either.
""",
    attrs = LOCK_ATTRS | {
        "hub_name": attr.string(mandatory = True, doc = "The name of the hub. One may have a lock for each of several Python versions."),
    },
)

pip = module_extension(
    implementation = _pip_impl,
    doc = "Packages from locks.",
    tag_classes = {"parse": _parse},
)
