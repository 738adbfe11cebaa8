"""What PyInfo hands on, and what becomes of it in rules that know less."""

load("//python:py_binary.bzl", "py_binary")
load("//python:py_info.bzl", "PyInfo")
load("//python:py_library.bzl", "py_library")
load("//python/private:builtin_providers.bzl", "BuiltinPyInfo")
load("//tests/support:analysis_test.bzl", "analysis_test", "expect_equal", "names", "runfiles_names")

def _pycs(*stems):
    return ["__pycache__/{}.fakepy-45.pyc".format(stem) for stem in stems]

def _chain(name, **kwargs):
    py_library(name = name + "_c", srcs = ["c.py"], tags = ["manual"], **kwargs)
    py_library(name = name + "_b", srcs = ["b.py"], deps = [name + "_c"], tags = ["manual"], **kwargs)
    py_binary(name = name + "_subject", srcs = ["a.py"], main = "a.py", deps = [name + "_b"], tags = ["manual"], **kwargs)

def _required_chain_test(name):
    _chain(name, precompile = "enabled")
    analysis_test(name = name, impl = _required_chain_test_impl, target = name + "_subject")

def _required_chain_test_impl(ctx, target):
    package = ctx.label.package
    info = target[PyInfo]
    failures = []
    expect_equal(failures, "direct_pyc_files", names(info.direct_pyc_files, package), _pycs("a"))
    expect_equal(failures, "transitive_pyc_files", names(info.transitive_pyc_files, package), _pycs("a", "b", "c"))
    expect_equal(failures, "implicit pycs", names(info.transitive_implicit_pyc_files), [])
    expect_equal(failures, "implicit sources", names(info.transitive_implicit_pyc_source_files), [])
    sources = ["a.py", "b.py", "c.py"]
    expect_equal(failures, "transitive_sources", names(info.transitive_sources, package), sources)
    expect_equal(failures, "direct_original_sources", names(info.direct_original_sources, package), ["a.py"])
    expect_equal(failures, "original sources", names(info.transitive_original_sources, package), sources)
    runfiles = [name for name in runfiles_names(target, package) if "_subject" not in name]
    expect_equal(failures, "runfiles", runfiles, sorted(sources + _pycs("a", "b", "c")))
    return failures

def _implicit_chain_test(name):
    _chain(name)
    analysis_test(name = name, impl = _implicit_chain_test_impl, target = name + "_subject")

def _implicit_chain_test_impl(ctx, target):
    package = ctx.label.package
    info = target[PyInfo]
    failures = []
    expect_equal(failures, "transitive_pyc_files", names(info.transitive_pyc_files), [])
    expect_equal(
        failures,
        "implicit pycs",
        names(info.transitive_implicit_pyc_files, package),
        _pycs("a", "b", "c"),
    )
    expect_equal(
        failures,
        "implicit sources",
        names(info.transitive_implicit_pyc_source_files, package),
        ["a.py", "b.py", "c.py"],
    )
    return failures

def _stubs_test(name):
    py_library(name = name + "_types", srcs = ["c.py"], pyi_srcs = ["c.pyi"], tags = ["manual"])
    py_library(
        name = name + "_subject",
        srcs = ["b.py"],
        pyi_deps = [name + "_types"],
        pyi_srcs = ["b.pyi"],
        tags = ["manual"],
    )
    analysis_test(name = name, impl = _stubs_test_impl, target = name + "_subject")

def _stubs_test_impl(ctx, target):
    package = ctx.label.package
    info = target[PyInfo]
    failures = []
    expect_equal(failures, "direct_pyi_files", names(info.direct_pyi_files, package), ["b.pyi"])
    expect_equal(failures, "transitive_pyi_files", names(info.transitive_pyi_files, package), ["b.pyi", "c.pyi"])
    expect_equal(failures, "transitive_sources", names(info.transitive_sources, package), ["b.py"])
    return failures

def _imports_test(name):
    py_library(name = name + "_dep", imports = [".", "../toolchains/"], tags = ["manual"])
    py_library(name = name + "_subject", deps = [name + "_dep"], imports = ["x/../y"], tags = ["manual"])
    analysis_test(name = name, impl = _imports_test_impl, target = name + "_subject")

def _imports_test_impl(ctx, target):
    root = "_main/" + ctx.label.package
    failures = []
    expect_equal(failures, "imports", sorted(target[PyInfo].imports.to_list()), sorted([
        root,
        root + "/y",
        "_main/tests/toolchains",
    ]))
    return failures

def _old_forwarder_impl(ctx):
    """A rule that knows PyInfo as it was before precompiling."""
    infos = [target[PyInfo] for target in ctx.attr.deps]
    return [
        PyInfo(
            has_py2_only_sources = False,
            has_py3_only_sources = False,
            imports = depset(transitive = [info.imports for info in infos]),
            transitive_sources = depset(transitive = [info.transitive_sources for info in infos]),
            uses_shared_libraries = False,
        ),
        DefaultInfo(),
    ]

_old_forwarder = rule(
    implementation = _old_forwarder_impl,
    attrs = {"deps": attr.label_list(providers = [PyInfo])},
)

def _builtin_forwarder_impl(ctx):
    """A rule that knows only the provider built into Bazel."""
    infos = [target[BuiltinPyInfo] for target in ctx.attr.deps]
    return [
        BuiltinPyInfo(
            imports = depset(transitive = [info.imports for info in infos]),
            transitive_sources = depset(transitive = [info.transitive_sources for info in infos]),
        ),
        DefaultInfo(),
    ]

_builtin_forwarder = rule(
    implementation = _builtin_forwarder_impl,
    attrs = {"deps": attr.label_list()},
)

def _forwarder_test(name):
    for kind, rule in [("old", _old_forwarder), ("builtin", _builtin_forwarder)]:
        for retention in ["keep_source", "omit_source"]:
            test = "_".join([name, kind, retention])
            py_library(
                name = test + "_lib",
                srcs = ["b.py"],
                precompile_source_retention = retention,
                tags = ["manual"],
            )
            rule(name = test + "_forwarder", tags = ["manual"], deps = [test + "_lib"])
            py_binary(
                name = test + "_subject",
                srcs = ["a.py"],
                main = "a.py",
                pyc_collection = "include_pyc",
                tags = ["manual"],
                deps = [test + "_forwarder"],
            )
            analysis_test(name = test, impl = _forwarder_test_impl, target = test + "_subject")

def _forwarder_test_impl(ctx, target):
    failures = []
    runfiles = [name for name in runfiles_names(target, ctx.label.package) if "_subject" not in name]
    expect_equal(failures, "runfiles", runfiles, sorted(_pycs("a") + ["a.py", "b.py"]))
    return failures

def _native_test(name):
    py_library(
        name = name + "_lib",
        srcs = ["b.py"],
        precompile = "enabled",
        precompile_source_retention = "omit_source",
        tags = ["manual"],
    )
    native.py_library(name = name + "_subject", srcs = ["c.py"], tags = ["manual"], deps = [name + "_lib"])
    analysis_test(name = name, impl = _native_test_impl, target = name + "_subject")

def _native_test_impl(ctx, target):
    failures = []
    sources = names(target[BuiltinPyInfo].transitive_sources, ctx.label.package)
    expect_equal(failures, "transitive_sources", sources, ["b.py", "c.py"])
    return failures

def _tree_impl(ctx):
    tree = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(outputs = [tree], command = "touch {}/m.py".format(tree.path))
    return [DefaultInfo(files = depset([tree]))]

_tree = rule(implementation = _tree_impl)

def _tree_test(name):
    _tree(name = name + "_tree", tags = ["manual"])
    py_library(
        name = name + "_subject",
        srcs = [name + "_tree"],
        precompile = "enabled",
        precompile_source_retention = "omit_source",
        tags = ["manual"],
    )
    analysis_test(name = name, impl = _tree_test_impl, target = name + "_subject")

def _tree_test_impl(ctx, target):
    failures = []
    outputs = names(target[DefaultInfo].files, ctx.label.package)
    expect_equal(failures, "outputs", outputs, [target.label.name.replace("_subject", "_tree")])
    return failures

def _runfiles_flag_test(name):
    for value, expected in [("auto", ["b.py"]), ("enabled", ["b.py"]), ("disabled", [])]:
        subject = "{}_{}_subject".format(name, value)
        py_library(name = subject, srcs = ["b.py"], tags = ["manual"])
        analysis_test(
            name = "{}_{}".format(name, value),
            impl = _runfiles_flag_test_impl(expected),
            target = subject,
            flags = {"add_srcs_to_runfiles": value},
        )

def _runfiles_flag_test_impl(expected):
    def _impl(ctx, target):
        failures = []
        expect_equal(failures, "runfiles", runfiles_names(target, ctx.label.package), expected)
        return failures

    return _impl

def _config_settings_test(name):
    py_binary(
        name = name + "_subject",
        srcs = ["a.py"],
        config_settings = {
            "//python/config_settings:precompile": "enabled",
            "//python/config_settings:precompile_source_retention": "omit_source",
        },
        main = "a.py",
        tags = ["manual"],
    )
    analysis_test(name = name, impl = _config_settings_test_impl, target = name + "_subject")

def _config_settings_test_impl(ctx, target):
    failures = []
    runfiles = [name for name in runfiles_names(target, ctx.label.package) if "_subject" not in name]
    expect_equal(failures, "runfiles", runfiles, ["a.pyc"])
    return failures

def _collection_flag_test(name):
    for value, expected in [
        ("auto", ["a.py"]),
        ("include_pyc", _pycs("a") + ["a.py"]),
        ("disabled", ["a.py"]),
    ]:
        subject = "{}_{}_subject".format(name, value)
        py_binary(name = subject, srcs = ["a.py"], main = "a.py", tags = ["manual"])
        analysis_test(
            name = "{}_{}".format(name, value),
            impl = _collection_flag_test_impl(expected),
            target = subject,
            flags = {"pyc_collection": value},
        )

def _collection_flag_test_impl(expected):
    def _impl(ctx, target):
        failures = []
        runfiles = [name for name in runfiles_names(target, ctx.label.package) if "_subject" not in name]
        expect_equal(failures, "runfiles", runfiles, expected)
        return failures

    return _impl

def provider_test_suite(name):
    """Declares the tests.

    Args:
        name: str, what their names begin with.
    """
    for test in [
        _collection_flag_test,
        _config_settings_test,
        _forwarder_test,
        _implicit_chain_test,
        _imports_test,
        _native_test,
        _required_chain_test,
        _runfiles_flag_test,
        _stubs_test,
        _tree_test,
    ]:
        test(name + str(test).split(" ")[1].removesuffix(">"))
