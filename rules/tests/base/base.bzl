"""What all Python rules have in common, whatever is compiled."""

load("//python:py_binary.bzl", "py_binary")
load("//python:py_executable_info.bzl", "PyExecutableInfo")
load("//python:py_info.bzl", "PyInfo")
load("//python:py_library.bzl", "py_library")
load("//python:py_runtime_info.bzl", "PyRuntimeInfo")
load("//python:py_test.bzl", "py_test")
load("//python/private:builtin_providers.bzl", "BuiltinPyInfo", "BuiltinPyRuntimeInfo")
load("//tests/support:analysis_test.bzl", "analysis_test", "expect_equal", "message_has", "names", "runfiles_names")

_PROGRAMS = {"py_binary": py_binary, "py_test": py_test}
_RULES = _PROGRAMS | {"py_library": py_library}

def _generated(*outs):
    """Declares generated files, so that no source has to lie around for each test."""
    for out in outs:
        native.genrule(name = "gen_" + out.replace("/", "_"), outs = [out], cmd = "touch $@", tags = ["manual"])

def _providers_test(name):
    for kind, rule in _RULES.items():
        subject = "{}_{}_subject".format(name, kind)
        _generated(subject + ".py")
        rule(name = subject, srcs = [subject + ".py"], tags = ["manual"])
        analysis_test(
            name = "{}_{}".format(name, kind),
            impl = _providers_test_impl(kind != "py_library"),
            target = subject,
        )

def _providers_test_impl(runs):
    def _impl(ctx, target):
        package = ctx.label.package
        source = target.label.name + ".py"
        executable = [target.label.name] if runs else []
        failures = []
        for what, provider, expected in [
            ("PyInfo", PyInfo, True),
            ("builtin PyInfo", BuiltinPyInfo, True),
            ("InstrumentedFilesInfo", InstrumentedFilesInfo, True),
            ("PyExecutableInfo", PyExecutableInfo, runs),
            ("PyRuntimeInfo", PyRuntimeInfo, runs),
            ("builtin PyRuntimeInfo", BuiltinPyRuntimeInfo, runs),
        ]:
            expect_equal(failures, what, provider in target, expected)
        expect_equal(failures, "outputs", names(target[DefaultInfo].files, package), executable + [source])
        for path in executable + [source]:
            if path not in runfiles_names(target, package):
                failures.append("{} is not in the runfiles".format(path))
        for group in ("compilation_outputs", "compilation_prerequisites_INTERNAL_"):
            expect_equal(failures, group, names(getattr(target[OutputGroupInfo], group), package), [source])
        info = target[PyInfo]
        expect_equal(failures, "uses_shared_libraries", info.uses_shared_libraries, False)
        expect_equal(failures, "has_py2_only_sources", info.has_py2_only_sources, False)
        return failures

    return _impl

def _main_test(name):
    for kind, rule in _PROGRAMS.items():
        begin = "{}_{}_".format(name, kind)
        _generated(begin + "deep/program.py", begin + "twice.py", "other/{}twice.py".format(begin), begin + "named.py")
        rule(
            name = begin + "deep/program",
            srcs = [begin + "deep/program.py"],
            tags = ["manual"],
        )
        rule(
            name = begin + "by_directory",
            srcs = [begin + "deep/program.py", begin + "twice.py"],
            main = begin + "twice.py",
            tags = ["manual"],
        )
        rule(
            name = begin + "twice",
            srcs = [begin + "twice.py", "other/{}twice.py".format(begin)],
            tags = ["manual"],
        )
        rule(
            name = begin + "suffix.py",
            srcs = [begin + "named.py"],
            tags = ["manual"],
        )
        rule(
            name = begin + "no_source",
            main = begin + "named.py",
            tags = ["manual"],
        )
        for case, target, main in [
            ("several_segments", begin + "deep/program", begin + "deep/program.py"),
            ("explicit", begin + "by_directory", begin + "twice.py"),
        ]:
            analysis_test(name = begin + case, impl = _main_test_impl(main), target = target)
        for case, target, message in [
            ("ambiguous", begin + "twice", message_has("default main", "matches multiple files", "other/", "set main")),
            ("ends_in_py", begin + "suffix.py", message_has("name must not end in .py")),
            ("not_in_srcs", begin + "no_source", message_has("named.py is not in srcs")),
        ]:
            analysis_test(name = begin + case, impl = message, target = target, fails = True)

def _main_test_impl(expected):
    def _impl(ctx, target):
        failures = []
        main = names([target[PyExecutableInfo].main], ctx.label.package)
        expect_equal(failures, "main", main, [expected])
        return failures

    return _impl

def _no_provider_impl(_ctx):
    return []

_no_provider = rule(implementation = _no_provider_impl)

def _foreign_impl(_ctx):
    """A rule of somebody else's, with all that was there before precompiling."""
    return [PyInfo(
        has_py2_only_sources = True,
        has_py3_only_sources = True,
        imports = depset(["foreign/import"]),
        transitive_sources = depset(),
        uses_shared_libraries = True,
    )]

_foreign = rule(implementation = _foreign_impl)

def _deps_test(name):
    _no_provider(name = name + "_no_provider", tags = ["manual"])
    _foreign(name = name + "_foreign", tags = ["manual"])
    for kind, rule in _RULES.items():
        begin = "{}_{}_".format(name, kind)
        main = begin + "subject.py"
        _generated(main)
        arguments = {} if kind == "py_library" else {"main": main}
        rule(name = begin + "bad", srcs = [main], deps = [name + "_no_provider"], tags = ["manual"], **arguments)
        analysis_test(
            name = begin + "without_provider",
            impl = message_has("_no_provider", "PyInfo"),
            target = begin + "bad",
            fails = True,
        )
        rule(name = begin + "subject", srcs = [main], deps = [name + "_foreign"], tags = ["manual"], **arguments)
        analysis_test(name = begin + "forwards", impl = _forwards_test_impl, target = begin + "subject")

def _forwards_test_impl(_ctx, target):
    failures = []
    for what, info in [("PyInfo", target[PyInfo]), ("builtin PyInfo", target[BuiltinPyInfo])]:
        expect_equal(failures, what + ": imports", info.imports.to_list(), ["foreign/import"])
        for field in ("has_py2_only_sources", "has_py3_only_sources", "uses_shared_libraries"):
            expect_equal(failures, "{}: {}".format(what, field), getattr(info, field), True)
    return failures

def _libraries_test(name):
    _generated(name + ".so", name + ".so.1", name + ".txt")
    py_library(name = name + "_lib", data = [name + ".so"], tags = ["manual"])
    for case, attributes, expected in [
        ("data", {"data": [name + ".so"]}, True),
        ("versioned", {"data": [name + ".so.1"]}, True),
        ("other_data", {"data": [name + ".txt"]}, False),
        ("data_of_library", {"data": [name + "_lib"]}, True),
        ("dependency", {"deps": [name + "_lib"]}, True),
    ]:
        subject = "{}_{}_subject".format(name, case)
        py_library(name = subject, tags = ["manual"], **attributes)
        analysis_test(name = "{}_{}".format(name, case), impl = _libraries_test_impl(expected), target = subject)

def _libraries_test_impl(expected):
    def _impl(_ctx, target):
        failures = []
        expect_equal(failures, "uses_shared_libraries", target[PyInfo].uses_shared_libraries, expected)
        return failures

    return _impl

def _exec_properties_test(name):
    """What may be written for the rules that these replace is no error."""
    for kind, rule in _PROGRAMS.items():
        subject = "{}_{}_subject".format(name, kind)
        _generated(subject + ".py")
        rule(
            name = subject,
            srcs = [subject + ".py"],
            exec_properties = {"cpp_link.mem": "8g", "py_precompile.mem": "8g"},
            tags = ["manual"],
        )
        analysis_test(name = "{}_{}".format(name, kind), impl = _exec_properties_test_impl, target = subject)

def _exec_properties_test_impl(_ctx, target):
    return [] if PyInfo in target else ["it does not analyse"]

def _macos_test(name):
    _generated(name + "_subject.py")
    py_test(name = name + "_subject", srcs = [name + "_subject.py"], tags = ["manual"])
    for platform, expected in [("macos", True), ("linux", False)]:
        analysis_test(
            name = "{}_{}".format(name, platform),
            impl = _macos_test_impl(expected),
            target = name + "_subject",
            builtin = {"platforms": "//tests/support:" + platform},
        )

def _macos_test_impl(expected):
    def _impl(_ctx, target):
        requires = testing.ExecutionInfo in target and "requires-darwin" in target[testing.ExecutionInfo].requirements
        failures = []
        expect_equal(failures, "requires-darwin", requires, expected)
        return failures

    return _impl

def base_test_suite(name):
    """Declares the tests.

    Args:
        name: str, what their names begin with.
    """
    for test in [
        _deps_test,
        _exec_properties_test,
        _libraries_test,
        _macos_test,
        _main_test,
        _providers_test,
    ]:
        test(name + str(test).split(" ")[1].removesuffix(">"))
