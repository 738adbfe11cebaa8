"""Module extensions: third-party packages by the names of a lock file, and uv itself.

Nothing is downloaded. `uv` makes the hub, in which a package is what `override_package(target = …)` says; a package
without such a target says so when something depends on it. `uv_bin` finds uv on the machine the build runs on.
"""

load("//uv/private:hub_repo.bzl", "hub_repo")
load("//uv/private:uv_repo.bzl", "uv_repo")

def _uv_impl(module_ctx):
    hubs = {}
    for module in module_ctx.modules:
        for tag in module.tags.declare_hub:
            hubs[tag.hub_name] = struct(locks = [], targets = {}, venvs = {})
    for module in module_ctx.modules:
        for tag in module.tags.project:
            if tag.hub_name not in hubs:
                fail("uv.project(lock = {}): there is no hub {}: add uv.declare_hub(hub_name = {}), or name one that is".format(
                    repr(str(tag.lock)),
                    tag.hub_name,
                    repr(tag.hub_name),
                ))
            hub = hubs[tag.hub_name]
            hub.locks.append(tag.lock)
            hub.venvs[tag.name or "default"] = None
    for module in module_ctx.modules:
        for tag in module.tags.override_package:
            if not tag.target:
                # buildifier: disable=print
                print(("uv.override_package(name = {}): nothing is built from source here, so that only target has " +
                       "an effect: name the target that is the package").format(repr(tag.name)))
                continue
            for hub in hubs.values():
                if not tag.lock or tag.lock in hub.locks:
                    hub.targets[tag.target] = tag.name
    for name, hub in hubs.items():
        hub_repo(
            name = name,
            hub = name,
            locks = hub.locks,
            targets = hub.targets,
            venvs = hub.venvs.keys(),
        )

_ANNOTATE = tag_class(
    attrs = {
        "lock": attr.label(),
        "src": attr.label(),
    },
    doc = "Without effect: it is about building packages from source.",
)

uv = module_extension(
    implementation = _uv_impl,
    doc = "Hubs of third-party packages.",
    tag_classes = {
        "annotate_packages": _ANNOTATE,
        "declare_hub": tag_class(attrs = {"hub_name": attr.string(mandatory = True)}),
        "override_package": tag_class(
            attrs = {
                "extra_data": attr.label_list(doc = "Not supported."),
                "extra_deps": attr.label_list(doc = "Not supported."),
                "lock": attr.label(doc = "The lock file it is about; by default all."),
                "name": attr.string(mandatory = True),
                "post_install_patch_strip": attr.int(doc = "Not supported."),
                "post_install_patches": attr.label_list(doc = "Not supported."),
                "pre_build_patch_strip": attr.int(doc = "Not supported."),
                "pre_build_patches": attr.label_list(doc = "Not supported."),
                "target": attr.label(doc = "The target that is the package."),
                "version": attr.string(),
            },
        ),
        "project": tag_class(
            attrs = {
                "default_build_dependencies": attr.string_list(doc = "Without effect."),
                "elide_sbuilds_with_anyarch": attr.bool(doc = "Without effect."),
                "hub_name": attr.string(mandatory = True),
                "lock": attr.label(mandatory = True),
                "name": attr.string(),
                "pyproject": attr.label(),
                "unstable_configure_command": attr.string_list(doc = "Without effect."),
                "version": attr.string(),
            },
        ),
        "unstable_annotate_packages": _ANNOTATE,
    },
)

def _uv_bin_impl(module_ctx):
    names = {"uv": None}
    for module in module_ctx.modules:
        for tag in module.tags.toolchain:
            names[tag.name] = None
    for name in names:
        uv_repo(name = name)

uv_bin = module_extension(
    implementation = _uv_bin_impl,
    doc = "uv as found on this machine.",
    tag_classes = {
        "toolchain": tag_class(attrs = {
            "name": attr.string(default = "uv"),
            "sha256s": attr.string_dict(doc = "Without effect."),
            "strip_prefix": attr.string(doc = "Without effect."),
            "urls": attr.string_list(doc = "Without effect."),
            "version": attr.string(doc = "Without effect."),
        }),
    },
)
