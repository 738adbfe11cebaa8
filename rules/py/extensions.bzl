"""Module extensions: interpreters, and the tools of earlier releases.

Nothing is downloaded. `python_interpreters` finds the versions asked for on the machine the build runs on.
"""

load("//py/private:no_tools_repo.bzl", "PLATFORMS", "no_tools_repo")
load("//python/local_toolchains:repos.bzl", "local_runtime_repo", "local_runtime_toolchains_repo")

def _minor(version):
    return ".".join(version.split(".")[:2])

def _say_what_is_not_done(tag, what, attributes):
    given = [attribute for attribute in attributes if getattr(tag, attribute)]
    if given:
        # buildifier: disable=print
        print("{}: {} has no effect: an interpreter is taken as it is found on this machine".format(what, ", ".join(given)))

def _python_interpreters_impl(module_ctx):
    runtimes = {}
    default = []
    for module in module_ctx.modules:
        for tag in module.tags.configure:
            _say_what_is_not_done(tag, "python_interpreters.configure", ["base_url", "releases"])
        for tag in module.tags.toolchain:
            _say_what_is_not_done(tag, "python_interpreters.toolchain", _CONSTRAINTS)
            name = "python_" + _minor(tag.python_version).replace(".", "_")
            runtimes.setdefault(name, "python" + _minor(tag.python_version))
            if tag.is_default and module.is_root:
                default = [name]
        for tag in module.tags.local:
            _say_what_is_not_done(tag, "python_interpreters.local", _CONSTRAINTS.keys() + ["env"])
            version = tag.python_version or tag.interpreter_path.rpartition("/")[2]
            name = "python_local_" + version.replace(".", "_").replace("-", "_")
            runtimes.setdefault(name, tag.interpreter_path)
    for name, interpreter in runtimes.items():
        # Not on each machine there is each version; a target that needs one which is missing fails to find a toolchain.
        local_runtime_repo(name = name, interpreter_path = interpreter, on_failure = "warn")
    local_runtime_toolchains_repo(
        name = "python_interpreters",
        default_runtimes = default,
        runtimes = runtimes.keys(),
    )

_CONSTRAINTS = {
    "config_settings": attr.label_list(doc = "Not supported: what is found here runs here."),
    "exec_compatible_with": attr.label_list(doc = "Not supported: what is found here runs here."),
    "target_compatible_with": attr.label_list(doc = "Not supported: what is found here runs here."),
}

python_interpreters = module_extension(
    implementation = _python_interpreters_impl,
    doc = "Toolchains for the interpreters of this machine, to be registered as `@python_interpreters//:all`.",
    tag_classes = {
        "configure": tag_class(
            attrs = {
                "base_url": attr.string(),
                "releases": attr.string_list(),
            },
            doc = "Without effect: it says where to download interpreters from, and none is downloaded.",
        ),
        "local": tag_class(
            attrs = _CONSTRAINTS | {
                "env": attr.string_dict(doc = "Not supported."),
                "interpreter_path": attr.string(mandatory = True),
                "python_version": attr.string(),
            },
            doc = "An interpreter by its path.",
        ),
        "toolchain": tag_class(
            attrs = _CONSTRAINTS | {
                "is_default": attr.bool(doc = "Whether it serves builds that ask for no version; else the first does."),
                "pre_release": attr.bool(doc = "Without effect."),
                "python_version": attr.string(mandatory = True),
            },
            doc = "An interpreter by its version: `pythonX.Y` on PATH.",
        ),
    },
)

def _py_tools_impl(module_ctx):
    names = {"rules_py_pex_2_3_1": None, "rules_py_tools": None}
    for module in module_ctx.modules:
        for tag in module.tags.rules_py_tools:
            names[tag.name] = None
    for name in names:
        for each in [name] + ["{}.{}".format(name, platform) for platform in PLATFORMS]:
            no_tools_repo(name = each)

py_tools = module_extension(
    implementation = _py_tools_impl,
    doc = "Empty repositories under the names of those with the tools of earlier releases.",
    tag_classes = {
        "rules_py_tools": tag_class(attrs = {
            "is_prerelease": attr.bool(),
            "name": attr.string(default = "rules_py_tools"),
        }),
    },
)
