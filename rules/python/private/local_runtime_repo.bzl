"""Repositories for Python interpreters that are installed on the machine the build runs on."""

_PROBE = """\
import json, platform, sys, sysconfig
print(json.dumps({
    "abi_flags": getattr(sys, "abiflags", ""),
    "cache_tag": sys.implementation.cache_tag,
    "executable": sys.executable,
    "implementation": sys.implementation.name,
    "machine": platform.machine(),
    "platform": sys.platform,
    "soabi": sysconfig.get_config_var("SOABI") or "",
    "version": list(sys.version_info),
}))
"""

_BUILD = """\
load("{py_runtime}", "py_runtime")
load("{py_runtime_pair}", "py_runtime_pair")
load("{py_exec_tools_toolchain}", "py_exec_tools_toolchain")
load("{py_cc_toolchain}", "py_cc_toolchain")

package(default_visibility = ["//visibility:public"])

py_runtime(
    name = "runtime",
    abi_flags = "{abi_flags}",
    implementation_name = "{implementation}",
    interpreter_path = "{executable}",
    interpreter_version_info = {{
        "major": "{major}",
        "micro": "{micro}",
        "minor": "{minor}",
        "releaselevel": "{releaselevel}",
        "serial": "{serial}",
    }},
    pyc_tag = "{cache_tag}",
)

py_runtime_pair(
    name = "runtime_pair",
    py3_runtime = ":runtime",
)

py_exec_tools_toolchain(
    name = "exec_tools",
    exec_interpreter = ":runtime",
    precompiler = "{precompiler}",
)

filegroup(name = "no_headers")

py_cc_toolchain(
    name = "cc",
    abi_flags = "{abi_flags}",
    headers = ":no_headers",
    platform_machine = "{machine}",
    python_version = "{major}.{minor}",
    soabi = "{soabi}",
    sys_platform = "{platform}",
)
"""

def _local_runtime_repo_impl(rctx):
    path = rctx.attr.interpreter_path
    interpreter = rctx.path(path) if "/" in path else rctx.which(path)
    if not interpreter or not interpreter.exists:
        return _give_up(rctx, "there is no {}".format(path))

    # -I keeps the environment of whoever runs the build out of the answer; -B writes nothing.
    result = rctx.execute([interpreter, "-I", "-B", "-c", _PROBE])
    if result.return_code != 0:
        return _give_up(rctx, "{} failed: {}".format(interpreter, result.stderr.strip()))
    answer = json.decode(result.stdout)
    major, minor, micro, releaselevel, serial = answer.pop("version")
    found = "{}.{}.{}".format(major, minor, micro)
    if rctx.attr.python_version and not (found + ".").startswith(rctx.attr.python_version + "."):
        return _give_up(rctx, "{} is Python {}, not {}".format(interpreter, found, rctx.attr.python_version))
    rctx.file("BUILD.bazel", _BUILD.format(
        major = major,
        minor = minor,
        micro = micro,
        releaselevel = releaselevel,
        serial = serial,
        precompiler = Label("//tools/precompiler"),
        py_cc_toolchain = Label("//python/cc:py_cc_toolchain.bzl"),
        py_exec_tools_toolchain = Label("//python:py_exec_tools_toolchain.bzl"),
        py_runtime = Label("//python:py_runtime.bzl"),
        py_runtime_pair = Label("//python:py_runtime_pair.bzl"),
        **answer
    ))
    rctx.file("interpreter.txt", answer["executable"])
    rctx.file("runtime.bzl", "FOUND = True\nPYTHON_VERSION = \"{}.{}\"\nMICRO = \"{}\"\n".format(major, minor, micro))
    return None

def _give_up(rctx, reason):
    message = "{}: no local Python runtime: {}".format(rctx.name, reason)
    if rctx.attr.advice:
        message += "; " + rctx.attr.advice
    if rctx.attr.on_failure == "fail":
        fail(message)
    if rctx.attr.on_failure == "warn":
        print(message)  # buildifier: disable=print
    rctx.file("BUILD.bazel", "")
    rctx.file("runtime.bzl", "FOUND = False\nPYTHON_VERSION = None\nMICRO = None\n")

local_runtime_repo = repository_rule(
    implementation = _local_runtime_repo_impl,
    doc = """\
A runtime that is installed on the machine the build runs on: `:runtime`, `:runtime_pair`, `:exec_tools`, `:cc`.
Make toolchains of it with local_runtime_toolchains_repo.
""",
    attrs = {
        "advice": attr.string(doc = "What to do if there is no such interpreter, as an end of the message."),
        "interpreter_path": attr.string(
            default = "python3",
            doc = "The interpreter: an absolute path, or a name to look for on PATH.",
        ),
        "on_failure": attr.string(
            default = "skip",
            values = ["skip", "warn", "fail"],
            doc = "What to do if the interpreter is missing or does not run.",
        ),
        "python_version": attr.string(
            doc = "The version it has to be of: MAJOR.MINOR, or MAJOR.MINOR.MICRO. By default any.",
        ),
    },
    environ = ["PATH"],
    local = True,
    configure = True,
)

def _local_runtime_toolchains_repo_impl(rctx):
    lines = [
        "load(\"{}\", \"declare_local_toolchains\")".format(Label("//python/private:local_toolchains.bzl")),
    ]
    calls = []
    for index, runtime in enumerate(rctx.attr.runtimes):
        lines.append("load(\"@{0}//:runtime.bzl\", _FOUND_{1} = \"FOUND\", _VERSION_{1} = \"PYTHON_VERSION\", _MICRO_{1} = \"MICRO\")".format(
            runtime,
            index,
        ))
        calls.append("declare_local_toolchains(name = \"{0}\", found = _FOUND_{1}, version = _VERSION_{1}, micro = _MICRO_{1}, default = {2}, target_settings = {3})".format(
            runtime,
            index,
            runtime in rctx.attr.default_runtimes or (not rctx.attr.default_runtimes and index == 0),
            rctx.attr.target_settings.get(runtime, []),
        ))
    rctx.file("BUILD.bazel", "\n".join(lines + [""] + calls) + "\n")

local_runtime_toolchains_repo = repository_rule(
    implementation = _local_runtime_toolchains_repo_impl,
    doc = """\
The toolchains of runtimes declared by local_runtime_repo, to be registered as `@NAME//:all`. A runtime is
chosen when the flag python_version asks for its version; the default ones also when the flag is not set.
""",
    attrs = {
        "default_runtimes": attr.string_list(
            doc = "The runtimes that serve when no version is asked for; by default the first.",
        ),
        "runtimes": attr.string_list(
            mandatory = True,
            doc = "The names of the local_runtime_repo repositories, as this repository sees them.",
        ),
        "target_settings": attr.string_list_dict(
            doc = "From a runtime to more config settings that have to match.",
        ),
    },
)
