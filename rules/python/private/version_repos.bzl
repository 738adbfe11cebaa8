"""Repositories that stand for a Python version, whatever machine it is for."""

load(":runtime_platforms.bzl", "is_host")

_LOAD = "load(\"{}\", \"{}\")\n"

_RULES = {
    "compile_pip_requirements": Label("//python:pip.bzl"),
    "py_binary": Label("//python:py_binary.bzl"),
    "py_console_script_binary": Label("//python/entry_points:py_console_script_binary.bzl"),
    "py_test": Label("//python:py_test.bzl"),
}

def _version_defs(version):
    """A file with the rules of one version; new code sets the attribute `python_version`."""
    lines = ["\"\"\"The rules for Python {}.\"\"\"\n".format(version)]
    for rule, label in _RULES.items():
        lines.append("load(\"{}\", _{} = \"{}\")".format(label, rule, rule))
    for rule in _RULES:
        lines.append("\ndef {0}(name, **kwargs):\n    _{0}(name = name, **({{\"python_version\": {1}}} | kwargs))".format(
            rule,
            repr(version),
        ))
    return "\n".join(lines) + "\n"

def _version_repo_impl(rctx):
    rctx.file("BUILD.bazel", _LOAD.format(Label("//python/private:version_aliases.bzl"), "declare_version_aliases") + """
package(default_visibility = ["//visibility:public"])

exports_files(["defs.bzl"])

declare_version_aliases(runtimes = {})
""".format(repr(json.decode(rctx.attr.runtimes))))
    rctx.file("defs.bzl", _version_defs(rctx.attr.python_version))

version_repo = repository_rule(
    implementation = _version_repo_impl,
    doc = "The parts of an interpreter, for the platform that the build is for, and the rules of its version.",
    attrs = {
        "python_version": attr.string(mandatory = True, doc = "The version, as it was asked for."),
        "runtimes": attr.string(mandatory = True, doc = "JSON: list of dicts with repo and platform."),
    },
)

def _host_repo_impl(rctx):
    # Repositories beside this one have its canonical name but for the end.
    prefix = rctx.name.removesuffix(rctx.attr.own_name)
    rctx.file("BUILD.bazel", "exports_files([\"python\"], visibility = [\"//visibility:public\"])\n")
    for runtime in json.decode(rctx.attr.runtimes):
        if runtime["platform"] and is_host(runtime["platform"], rctx.os):
            rctx.symlink(_archive_interpreter(rctx, Label("@@{}{}//:BUILD.bazel".format(prefix, runtime["repo"]))), "python")
            return
        if not runtime["platform"]:
            content = rctx.read(Label("@@{}{}//:interpreter.txt".format(prefix, runtime["repo"])))
            rctx.symlink(content.strip(), "python")
            return
    fail("{}: none of the interpreters of Python {} runs on this machine ({}, {})".format(
        rctx.attr.own_name,
        rctx.attr.python_version,
        rctx.os.name,
        rctx.os.arch,
    ))

def _archive_interpreter(rctx, build_file):
    return rctx.path(rctx.path(build_file).dirname).get_child(rctx.read(build_file.same_package_label("interpreter.txt")).strip())

host_repo = repository_rule(
    implementation = _host_repo_impl,
    doc = "The interpreter of this machine as `:python`, for repository rules to run.",
    attrs = {
        "own_name": attr.string(mandatory = True, doc = "The name of this repository, as its maker gave it."),
        "python_version": attr.string(mandatory = True, doc = "The version, as it was asked for."),
        "runtimes": attr.string(mandatory = True, doc = "JSON: list of dicts with repo and platform."),
    },
    local = True,
)

def _versions_repo_impl(rctx):
    rctx.file("BUILD.bazel", "")
    for version in rctx.attr.python_versions:
        rctx.file(version + "/BUILD.bazel", "exports_files([\"defs.bzl\"], visibility = [\"//visibility:public\"])\n")
        rctx.file(version + "/defs.bzl", _version_defs(version))

versions_repo = repository_rule(
    implementation = _versions_repo_impl,
    doc = "A package for each version, with the rules of that version in `defs.bzl`.",
    attrs = {"python_versions": attr.string_list(doc = "The versions, as they were asked for.")},
)

def _number(index):
    """What makes the order of names that of the numbers: by names is how Bazel orders the toolchains of a package."""
    return ("000" + str(index))[-4:] + "_"

def _toolchains_repo_impl(rctx):
    lines = [
        _LOAD.format(Label("//python/private:runtime_toolchains.bzl"), "declare_runtime_toolchains"),
        _LOAD.format(Label("//python/private:local_toolchains.bzl"), "HOST"),
    ]
    for index, toolchain in enumerate(json.decode(rctx.attr.toolchains)):
        platform = toolchain["platform"]
        names = ["py_cc_toolchain", "py_exec_tools_toolchain", "python_runtimes"] if platform else ["cc", "exec_tools", "runtime_pair"]
        lines.append("declare_runtime_toolchains(name = {}, versions = {}, constraints = {}, flag_values = {}, target_settings = {}, implementations = {})\n".format(
            repr(_number(index) + toolchain["repo"] if rctx.attr.in_order else toolchain["repo"]),
            repr(toolchain["versions"]),
            repr(platform["constraints"]) if platform else "HOST",
            repr(platform["flag_values"]) if platform else "{}",
            repr((platform["target_settings"] if platform else []) + toolchain["target_settings"]),
            repr({
                key: "@{}//:{}".format(toolchain["repo"], name)
                for key, name in zip(["cc", "exec_tools", "runtime"], names)
            }),
        ))
    rctx.file("BUILD.bazel", "".join(lines))
    rctx.file("versions.bzl", "DEFAULT_PYTHON_VERSION = {}\n\nPYTHON_VERSIONS = {}\n".format(
        repr(rctx.attr.default_version),
        repr(rctx.attr.python_versions),
    ))

toolchains_repo = repository_rule(
    implementation = _toolchains_repo_impl,
    doc = "The toolchains of several interpreters, to be registered as `@NAME//:all`.",
    attrs = {
        "default_version": attr.string(doc = "The version that serves builds that ask for none."),
        "in_order": attr.bool(doc = "Whether the first toolchain that fits is taken, and not the first by name."),
        "python_versions": attr.string_list(doc = "The versions, as they were asked for."),
        "toolchains": attr.string(mandatory = True, doc = "JSON: list of dicts with repo, platform, versions and target_settings."),
    },
)
