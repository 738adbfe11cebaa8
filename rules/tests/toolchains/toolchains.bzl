"""Runtimes, the tools that actions run, and which of them resolution picks."""

load("//python:current_py_toolchain.bzl", "current_py_toolchain")
load("//python:py_binary.bzl", "py_binary")
load("//python:py_exec_tools_toolchain.bzl", "py_exec_tools_toolchain")
load("//python:py_executable_info.bzl", "PyExecutableInfo")
load("//python:py_library.bzl", "py_library")
load("//python:py_runtime.bzl", "py_runtime")
load("//python:py_runtime_info.bzl", "PyRuntimeInfo")
load("//python:py_runtime_pair.bzl", "py_runtime_pair")
load("//python/cc:py_cc_toolchain.bzl", "py_cc_toolchain")
load("//python/private:builtin_providers.bzl", "BuiltinPyRuntimeInfo")
load("//python/private:current_interpreter_rule.bzl", "current_interpreter")
load("//python/private:sentinel.bzl", "SentinelInfo")
load("//tests/support:analysis_test.bzl", "actions_of", "analysis_test", "expect_equal", "message_has", "names")

def _toolchains(*targets):
    """The toolchains that may be resolved, the first that matches before the others."""

    # To Bazel, what is last on the command line is what was meant.
    first_to_last = list(targets) + ["//tests/support:fake_exec_tools_toolchain"]
    return {"extra_toolchains": ",".join(reversed(first_to_last))}

def _runtime_fields_test(name):
    py_runtime(
        name = name + "_subject",
        files = ["a.txt"],
        interpreter = "python",
        interpreter_version_info = {
            "major": "3",
            "micro": "1",
            "minor": "12",
            "releaselevel": "beta",
            "serial": "2",
        },
        stub_shebang = "#!/x",
        tags = ["manual"],
    )
    analysis_test(name = name, impl = _runtime_fields_test_impl, target = name + "_subject")

def _runtime_fields_test_impl(ctx, target):
    runtime = target[PyRuntimeInfo]
    failures = []
    expect_equal(failures, "interpreter", runtime.interpreter.basename, "python")
    expect_equal(failures, "interpreter_path", runtime.interpreter_path, None)
    expect_equal(failures, "files", names(runtime.files, ctx.label.package), ["a.txt", "python"])
    expect_equal(failures, "pyc_tag", runtime.pyc_tag, "cpython-312")
    expect_equal(failures, "implementation_name", runtime.implementation_name, "cpython")
    expect_equal(failures, "python_version", runtime.python_version, "PY3")
    expect_equal(failures, "abi_flags", runtime.abi_flags, "")
    expect_equal(failures, "stub_shebang", runtime.stub_shebang, "#!/x")
    expect_equal(failures, "interpreter_version_info", runtime.interpreter_version_info, struct(
        major = 3,
        micro = 1,
        minor = 12,
        releaselevel = "beta",
        serial = 2,
    ))
    builtin = target[BuiltinPyRuntimeInfo]
    expect_equal(failures, "builtin interpreter", builtin.interpreter, runtime.interpreter)
    return failures

def _runtime_from_flags_test(name):
    py_runtime(
        name = name + "_subject",
        interpreter_path = "/usr/bin/python3",
        tags = ["manual"],
    )
    py_runtime(
        name = name + "_pypy",
        implementation_name = "pypy",
        interpreter_path = "/usr/bin/pypy3",
        tags = ["manual"],
    )
    analysis_test(
        name = name,
        impl = _runtime_from_flags_test_impl,
        target = name + "_subject",
        flags = {
            "py_freethreaded": "yes",
            "python_version": "3.13.2",
        },
        targets = {"pypy": name + "_pypy"},
    )

def _runtime_from_flags_test_impl(ctx, target):
    runtime = target[PyRuntimeInfo]
    failures = []
    expect_equal(failures, "files", runtime.files, None)
    expect_equal(failures, "abi_flags", runtime.abi_flags, "t")
    expect_equal(failures, "micro", runtime.interpreter_version_info.micro, 2)

    # The interpreter looks for this name, free-threaded or not.
    expect_equal(failures, "pyc_tag", runtime.pyc_tag, "cpython-313")
    pypy = ctx.attr.pypy[0] if type(ctx.attr.pypy) == type([]) else ctx.attr.pypy
    expect_equal(failures, "pyc_tag of PyPy", pypy[PyRuntimeInfo].pyc_tag, "pypy313")
    return failures

def _program_impl(ctx):
    """An executable with one more output, and with runfiles."""
    executable = ctx.actions.declare_file(ctx.label.name)
    output = ctx.actions.declare_file(ctx.label.name + ".output")
    for file in (executable, output):
        ctx.actions.write(file, "")
    return [DefaultInfo(
        executable = executable,
        files = depset([executable, output]),
        runfiles = ctx.runfiles(ctx.files.data),
    )]

_program = rule(
    implementation = _program_impl,
    attrs = {"data": attr.label_list(allow_files = True)},
    executable = True,
)

def _runtime_of_programs_test(name):
    _program(name = name + "_python", data = ["a.txt"], tags = ["manual"])
    _program(name = name + "_coverage", data = ["a.txt"], tags = ["manual"])
    py_runtime(
        name = name + "_subject",
        coverage_tool = name + "_coverage",
        interpreter = name + "_python",
        tags = ["manual"],
    )
    py_runtime(
        name = name + "_file_subject",
        bootstrap_template = "a.txt",
        coverage_tool = "module.py",
        interpreter_path = "/usr/bin/python3",
        tags = ["manual"],
    )
    analysis_test(
        name = name,
        impl = _runtime_of_programs_test_impl,
        target = name + "_subject",
        targets = {"of_file": name + "_file_subject"},
    )

def _runtime_of_programs_test_impl(ctx, target):
    package = ctx.label.package
    begin = target.label.name.removesuffix("_subject")
    runtime = target[PyRuntimeInfo]
    failures = []
    expect_equal(failures, "interpreter", runtime.interpreter.basename, begin + "_python")
    expect_equal(failures, "how to run it", runtime.interpreter_files_to_run.executable, runtime.interpreter)
    expect_equal(
        failures,
        "files",
        names(runtime.files, package),
        ["a.txt", begin + "_python", begin + "_python.output"],
    )
    expect_equal(failures, "coverage_tool", runtime.coverage_tool.basename, begin + "_coverage")
    expect_equal(
        failures,
        "coverage_files",
        names(runtime.coverage_files, package),
        ["a.txt", begin + "_coverage", begin + "_coverage.output"],
    )
    of_file = ctx.attr.of_file[0] if type(ctx.attr.of_file) == type([]) else ctx.attr.of_file
    runtime = of_file[PyRuntimeInfo]
    expect_equal(failures, "coverage_tool of a file", runtime.coverage_tool.basename, "module.py")
    expect_equal(failures, "bootstrap_template", runtime.bootstrap_template.basename, "a.txt")
    return failures

_BAD_RUNTIMES = {
    "both": ({"interpreter": "python", "interpreter_path": "/usr/bin/python3"}, ["exactly one of interpreter"]),
    "coverage_tool": (
        {"coverage_tool": ":several_files", "interpreter_path": "/usr/bin/python3"},
        ["coverage_tool = ", "exactly one file, not 2"],
    ),
    "files": ({"files": ["a.txt"], "interpreter_path": "/usr/bin/python3"}, ["files must be empty"]),
    "interpreter": ({"interpreter": ":several_files"}, ["interpreter = ", "exactly one file, not 2"]),
    "neither": ({}, ["exactly one of interpreter"]),
    "python2": ({"interpreter_path": "/usr/bin/python2", "python_version": "PY2"}, ["Python 3 only"]),
    "relative": ({"interpreter_path": "bin/python3"}, ["absolute path"]),
    "version": (
        {"interpreter_path": "/usr/bin/python3", "interpreter_version_info": {"majr": "3"}},
        ["unknown key \"majr\"", "major"],
    ),
}

def _bad_runtime_test(name):
    native.filegroup(name = "several_files", srcs = ["a.txt", "module.py"], tags = ["manual"])
    for case, (attributes, parts) in _BAD_RUNTIMES.items():
        py_runtime(name = "{}_{}_subject".format(name, case), tags = ["manual"], **attributes)
        analysis_test(
            name = "{}_{}".format(name, case),
            impl = message_has(*parts),
            target = "{}_{}_subject".format(name, case),
            fails = True,
        )
    py_runtime_pair(
        name = name + "_pair_subject",
        py2_runtime = "//tests/support:fake_runtime",
        tags = ["manual"],
    )
    analysis_test(
        name = name + "_pair",
        impl = message_has("py2_runtime", "Python 3 only"),
        target = name + "_pair_subject",
        fails = True,
    )

def _runtime_toolchain(name, target_settings = [], **kwargs):
    py_runtime(name = name + "_runtime", tags = ["manual"], **kwargs)
    py_runtime_pair(name = name + "_pair", py3_runtime = name + "_runtime", tags = ["manual"])
    native.toolchain(
        name = name,
        target_settings = target_settings,
        toolchain = name + "_pair",
        toolchain_type = "//python:toolchain_type",
    )

def _library(name, **kwargs):
    py_library(name = name, srcs = ["module.py"], precompile = "enabled", tags = ["manual"], **kwargs)

def _compiles(expected):
    def _impl(ctx, target):
        outputs = [
            output
            for action in actions_of(target, "PyCompile")
            for output in names(action.outputs, ctx.label.package)
        ]
        failures = []
        expect_equal(failures, "compiled", outputs, expected)
        return failures

    return _impl

def _tag_less_test(name):
    # As the runtime that is found at run time: neither version nor tag is known.
    _runtime_toolchain(name + "_toolchain", implementation_name = "", interpreter_path = "/fake/python3")
    for retention, expected in [("keep_source", []), ("omit_source", ["module.pyc"])]:
        subject = "{}_{}_subject".format(name, retention)
        _library(subject, precompile_source_retention = retention)
        analysis_test(
            name = "{}_{}".format(name, retention),
            impl = _compiles(expected),
            target = subject,
            builtin = _toolchains("//tests/toolchains:{}_toolchain".format(name)),
        )

def _builtin_runtime_test(name):
    native.py_runtime(
        name = name + "_runtime",
        interpreter_path = "/fake/python3",
        python_version = "PY3",
        tags = ["manual"],
    )
    py_runtime_pair(name = name + "_pair", py3_runtime = name + "_runtime", tags = ["manual"])
    native.toolchain(
        name = name + "_toolchain",
        toolchain = name + "_pair",
        toolchain_type = "//python:toolchain_type",
    )
    py_binary(
        name = name + "_subject",
        srcs = ["module.py"],
        main = "module.py",
        precompile = "enabled",
        tags = ["manual"],
    )
    analysis_test(
        name = name,
        impl = _compiles([]),
        target = name + "_subject",
        builtin = _toolchains("//tests/toolchains:{}_toolchain".format(name)),
    )

def _mismatch_test(name):
    _runtime_toolchain(
        name + "_toolchain",
        interpreter_path = "/fake/python3",
        interpreter_version_info = {
            "major": "3",
            "minor": "12",
        },
    )
    _library(name + "_subject")
    analysis_test(
        name = name,
        impl = message_has("compiles with Python 4.5", "runs on Python 3.12", "is_python_3.12"),
        target = name + "_subject",
        builtin = _toolchains("//tests/toolchains:{}_toolchain".format(name)),
        fails = True,
    )

def _version_test(name):
    for version in ["3.11", "3.12"]:
        _runtime_toolchain(
            "{}_toolchain_{}".format(name, version),
            interpreter_path = "/fake/python" + version,
            interpreter_version_info = {
                "major": "3",
                "minor": version.split(".")[1],
            },
            target_settings = ["//python/config_settings:is_python_" + version],
        )
    for case, attribute, flag, expected in [
        ("attribute", "3.11", "", "/fake/python3.11"),
        ("attribute_over_flag", "3.12", "3.11", "/fake/python3.12"),
        ("flag", "", "3.12", "/fake/python3.12"),
        ("patch", "", "3.11.7", "/fake/python3.11"),
        ("neither", "", "", "/fake/python3"),
    ]:
        subject = "{}_{}_subject".format(name, case)
        py_binary(
            name = subject,
            srcs = ["module.py"],
            main = "module.py",
            python_version = attribute,
            tags = ["manual"],
        )
        analysis_test(
            name = "{}_{}".format(name, case),
            impl = _interpreter(expected),
            target = subject,
            flags = {
                "exec_tools_toolchain": "disabled",
                "python_version": flag,
            },
            builtin = _toolchains(
                "//tests/toolchains:{}_toolchain_3.11".format(name),
                "//tests/toolchains:{}_toolchain_3.12".format(name),
                "//tests/support:fake_runtime_toolchain",
            ),
        )

def _interpreter(expected):
    def _impl(_ctx, target):
        failures = []
        expect_equal(failures, "interpreter_path", target[PyExecutableInfo].interpreter_path, expected)
        return failures

    return _impl

def _current_test(name):
    current_py_toolchain(name = name + "_subject", tags = ["manual"])
    analysis_test(name = name + "_system", impl = _variables("/fake/python3"), target = name + "_subject")
    _runtime_toolchain(name + "_toolchain", interpreter = "python")
    analysis_test(
        name = name + "_in_build",
        impl = _variables("tests/toolchains/python"),
        target = name + "_subject",
        builtin = _toolchains("//tests/toolchains:{}_toolchain".format(name)),
    )

def _interpreter_of_test(name):
    py_runtime(name = name + "_some_runtime", interpreter = "python", tags = ["manual"])
    py_library(name = name + "_no_program", tags = ["manual"])
    py_binary(name = name + "_some_program", srcs = ["module.py"], main = "module.py", tags = ["manual"])
    for case, source, expected in [
        ("resolved", "none", "/fake/python3"),
        ("runtime", name + "_some_runtime", "python"),
        ("program", name + "_some_program", "/fake/python3"),
    ]:
        current_interpreter(
            name = "{}_{}_subject".format(name, case),
            runtime_of = "//python:none" if source == "none" else source,
            tags = ["manual"],
        )
        analysis_test(
            name = "{}_{}".format(name, case),
            impl = _interpreter_of_test_impl(expected),
            target = "{}_{}_subject".format(name, case),
        )
    current_interpreter(name = name + "_library_subject", runtime_of = name + "_no_program", tags = ["manual"])
    analysis_test(
        name = name + "_library",
        impl = message_has("_no_program has no Python runtime"),
        target = name + "_library_subject",
        fails = True,
    )

def _interpreter_of_test_impl(expected):
    def _impl(_ctx, target):
        runtime = target[platform_common.ToolchainInfo].py3_runtime
        failures = []
        expect_equal(
            failures,
            "interpreter",
            runtime.interpreter.basename if runtime.interpreter else runtime.interpreter_path,
            expected,
        )
        return failures

    return _impl

def _variables(expected):
    def _impl(_ctx, target):
        failures = []
        expect_equal(failures, "make variables", dict(target[platform_common.TemplateVariableInfo].variables), {
            "PYTHON3": expected,
            "PYTHON3_ROOTPATH": expected,
        })
        return failures

    return _impl

def _exec_tools_test(name):
    py_exec_tools_toolchain(
        name = name + "_default_subject",
        precompiler = "//tests/support:fake_precompiler",
        tags = ["manual"],
    )
    analysis_test(name = name + "_default", impl = _exec_runtime("/fake/python3"), target = name + "_default_subject")
    py_exec_tools_toolchain(
        name = name + "_none_subject",
        exec_interpreter = "//python:none",
        tags = ["manual"],
    )
    analysis_test(name = name + "_none", impl = _exec_runtime(None), target = name + "_none_subject")
    py_exec_tools_toolchain(
        name = name + "_cannot_run_subject",
        exec_interpreter = "//python:none",
        precompiler = "//tests/support:fake_precompiler",
        tags = ["manual"],
    )
    analysis_test(
        name = name + "_cannot_run",
        impl = message_has("run by exec_interpreter, which is none"),
        target = name + "_cannot_run_subject",
        fails = True,
    )

def _exec_runtime(expected):
    def _impl(_ctx, target):
        tools = target[platform_common.ToolchainInfo].exec_tools
        failures = []
        expect_equal(failures, "exec_interpreter is none", tools.exec_interpreter == None, expected == None)
        expect_equal(failures, "exec_runtime", getattr(tools.exec_runtime, "interpreter_path", None), expected)
        return failures

    return _impl

def _executable_precompiler_test(name):
    # A compiler of the user's own: an executable, which needs no interpreter.
    native.sh_binary(name = name + "_compiler", srcs = ["compiler.sh"], tags = ["manual"])
    py_exec_tools_toolchain(
        name = name + "_tools",
        exec_interpreter = "//python:none",
        precompiler = name + "_compiler",
        tags = ["manual"],
    )
    native.toolchain(
        name = name + "_toolchain",
        toolchain = name + "_tools",
        toolchain_type = "//python:exec_tools_toolchain_type",
    )
    _library(name + "_subject")
    analysis_test(
        name = name,
        impl = _executable_precompiler_test_impl,
        target = name + "_subject",
        builtin = _toolchains(
            "//tests/toolchains:{}_toolchain".format(name),
            "//tests/support:fake_runtime_toolchain",
        ),
    )

def _executable_precompiler_test_impl(_ctx, target):
    action = actions_of(target, "PyCompile")[0]
    failures = []
    expect_equal(failures, "command", [argument.split("/")[-1] for argument in action.argv][:2], [
        "toolchain_executable_precompiler_test_compiler",
        "--invalidation_mode",
    ])
    return failures

def _cc_test(name):
    native.filegroup(name = name + "_headers", srcs = ["a.txt"], tags = ["manual"])
    py_cc_toolchain(
        name = name + "_subject",
        headers = name + "_headers",
        libc = "musl",
        platform_machine = "x86_64",
        python_version = "3.12",
        soabi = "cpython-312-x86_64-linux-musl",
        sys_platform = "linux",
        tags = ["manual"],
    )
    analysis_test(name = name, impl = _cc_test_impl, target = name + "_subject")
    native.toolchain(
        name = name + "_toolchain",
        toolchain = name + "_subject",
        toolchain_type = "//python/cc:toolchain_type",
    )
    builtin = _toolchains("//tests/toolchains:{}_toolchain".format(name))
    analysis_test(
        name = name + "_current_headers",
        impl = _cc_headers_test_impl,
        target = "//python/cc:current_py_cc_headers",
        builtin = builtin,
    )
    analysis_test(
        name = name + "_current_libs",
        impl = message_has("the C toolchain for Python 3.12 has no libs"),
        target = "//python/cc:current_py_cc_libs",
        builtin = builtin,
        fails = True,
    )

def _cc_test_impl(ctx, target):
    info = target[platform_common.ToolchainInfo].py_cc_toolchain
    failures = []
    headers = info.headers.providers_map["DefaultInfo"].files
    expect_equal(failures, "headers", names(headers, ctx.label.package), ["a.txt"])
    expect_equal(failures, "headers_abi3, libs", [info.headers_abi3, info.libs], [None, None])
    expect_equal(
        failures,
        "the rest",
        [info.python_version, info.abi_flags, info.soabi, info.platform_tag, info.platform_machine, info.sys_platform],
        ["3.12", "", "cpython-312-x86_64-linux-musl", "musllinux_x86_64", "x86_64", "linux"],
    )
    return failures

def _cc_headers_test_impl(ctx, target):
    failures = []
    expect_equal(failures, "headers", names(target[DefaultInfo].files, ctx.label.package), ["a.txt"])
    return failures

def _none_test(name):
    analysis_test(name = name, impl = _none_test_impl, target = "//python:none")

def _none_test_impl(_ctx, target):
    failures = []
    expect_equal(failures, "is the sentinel", SentinelInfo in target, True)
    expect_equal(failures, "stands for a toolchain", platform_common.ToolchainInfo in target, True)
    return failures

def toolchain_test_suite(name):
    """Declares the tests.

    Args:
        name: str, what their names begin with.
    """
    for test in [
        _bad_runtime_test,
        _builtin_runtime_test,
        _cc_test,
        _current_test,
        _exec_tools_test,
        _executable_precompiler_test,
        _interpreter_of_test,
        _mismatch_test,
        _none_test,
        _runtime_fields_test,
        _runtime_from_flags_test,
        _runtime_of_programs_test,
        _tag_less_test,
        _version_test,
    ]:
        test(name + str(test).split(" ")[1].removesuffix(">"))
