"""What the compile actions look like."""

load("//python:py_binary.bzl", "py_binary")
load("//python:py_info.bzl", "PyInfo")
load("//python:py_library.bzl", "py_library")
load(
    "//tests/support:analysis_test.bzl",
    "actions_of",
    "analysis_test",
    "expect_equal",
    "names",
    "runfiles_names",
)

_COMPILE = "PyCompile"

def _compile_actions(target):
    return actions_of(target, _COMPILE)

def _options(action):
    """The arguments as dict from option to list of values."""
    options = {}
    argv = action.argv
    for index, argument in enumerate(argv):
        if argument.startswith("--") and index + 1 < len(argv):
            options.setdefault(argument, []).append(argv[index + 1])
    return options

def _outputs(target, package):
    return sorted([
        name
        for action in _compile_actions(target)
        for name in names(action.outputs, package)
    ])

def _arguments_test(name):
    py_library(
        name = name + "_subject",
        srcs = ["arguments.py"],
        precompile = "enabled",
        precompile_invalidation_mode = "unchecked_hash",
        precompile_optimize_level = 2,
        tags = ["manual"],
    )
    analysis_test(name = name, impl = _arguments_test_impl, target = name + "_subject")

def _arguments_test_impl(ctx, target):
    failures = []
    actions = _compile_actions(target)
    expect_equal(failures, "number of actions", len(actions), 1)
    options = _options(actions[0])
    source = ctx.label.package + "/arguments.py"
    expect_equal(failures, "--invalidation_mode", options["--invalidation_mode"], ["unchecked_hash"])
    expect_equal(failures, "--optimize", options["--optimize"], ["2"])
    expect_equal(failures, "--python_version", options["--python_version"], ["4.5"])
    expect_equal(failures, "--src", options["--src"], [source])
    expect_equal(failures, "--src_name", options["--src_name"], [source])
    expect_equal(failures, "--on_error", options.get("--on_error"), None)
    expect_equal(
        failures,
        "outputs",
        names(actions[0].outputs, ctx.label.package),
        ["__pycache__/arguments.fakepy-45.opt-2.pyc"],
    )
    expect_equal(failures, "environment", actions[0].env, {
        "PYTHONDEVMODE": "",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONHOME": "",
        "PYTHONINTMAXSTRDIGITS": "",
        "PYTHONNODEBUGRANGES": "",
        "PYTHONNOUSERSITE": "1",
        "PYTHONOPTIMIZE": "",
        "PYTHONPATH": "",
        "PYTHONSAFEPATH": "1",
        "PYTHONWARNINGS": "",
    })
    inputs = [file for file in names(actions[0].inputs) if not file.endswith(".params")]
    expect_equal(failures, "inputs", inputs, [source, "tests/support/fake_precompiler.py"])
    return failures

def _mode_test(name):
    for mode, expected in [("fastbuild", "checked_hash"), ("dbg", "checked_hash"), ("opt", "unchecked_hash")]:
        analysis_test(
            name = "{}_{}".format(name, mode),
            impl = _mode_test_impl(expected),
            target = _inheriting(name + "_" + mode),
            builtin = {"compilation_mode": mode},
        )

def _inheriting(name):
    py_library(
        name = name + "_subject",
        srcs = ["lib.py"],
        tags = ["manual"],
    )
    return name + "_subject"

def _mode_test_impl(expected):
    def _impl(_ctx, target):
        failures = []
        for action in _compile_actions(target):
            expect_equal(failures, "--invalidation_mode", _options(action)["--invalidation_mode"], [expected])
        expect_equal(failures, "number of actions", len(_compile_actions(target)), 1)
        return failures

    return _impl

def _level_test(name):
    for suffix, attributes, optimize, output in [
        ("inherited", {"precompile_optimize_level": -1}, "-1", "__pycache__/inherited.fakepy-45.pyc"),
        ("none", {"precompile_optimize_level": 0}, "0", "__pycache__/level.fakepy-45.pyc"),
        ("asserts", {"precompile_optimize_level": 1}, "1", "__pycache__/level.fakepy-45.opt-1.pyc"),
        ("docstrings", {"precompile_strip": ["docstrings"]}, "docstrings", "__pycache__/level.fakepy-45.pyc"),
        ("asserts_as_set", {"precompile_strip": ["asserts"]}, "1", "__pycache__/level.fakepy-45.opt-1.pyc"),
        ("both", {"precompile_strip": ["docstrings", "asserts"]}, "2", "__pycache__/level.fakepy-45.opt-2.pyc"),
        ("sourceless", {"precompile_optimize_level": 2, "precompile_source_retention": "omit_source"}, "2", "level.pyc"),
    ]:
        subject = "{}_{}_subject".format(name, suffix)
        py_library(name = subject, srcs = ["inherited.py" if suffix == "inherited" else "level.py"], tags = ["manual"], **attributes)
        analysis_test(
            name = "{}_{}".format(name, suffix),
            impl = _level_test_impl(optimize, output),
            target = subject,
        )

def _level_test_impl(optimize, output):
    def _impl(ctx, target):
        failures = []
        action = _compile_actions(target)[0]
        expect_equal(failures, "--optimize", _options(action)["--optimize"], [optimize])
        outputs = [name.partition("precompile/")[2] or name for name in names(action.outputs, ctx.label.package)]
        expect_equal(failures, "outputs", outputs, [output])
        return failures

    return _impl

def _on_error_test(name):
    py_library(
        name = name + "_subject",
        srcs = ["lib.py"],
        precompile_on_error = "source",
        tags = ["manual"],
    )
    analysis_test(name = name, impl = _on_error_test_impl, target = name + "_subject")

def _on_error_test_impl(_ctx, target):
    failures = []
    expect_equal(failures, "--on_error", _options(_compile_actions(target)[0])["--on_error"], ["source"])
    return failures

def _per_target_test(name):
    py_library(
        name = name + "_subject",
        srcs = ["lib.py", "main.py", "script"],
        tags = ["manual"],
    )
    py_binary(
        name = name + "_binary",
        srcs = ["main.py"],
        main = "main.py",
        pyc_collection = "include_pyc",
        tags = ["manual"],
        deps = [name + "_subject"],
    )
    analysis_test(
        name = name,
        impl = _per_target_test_impl,
        target = name + "_subject",
        flags = {"precompile_actions": "per_target"},
        targets = {"binary": name + "_binary"},
    )

def _per_target_test_impl(ctx, target):
    failures = []
    package = ctx.label.package
    actions = _compile_actions(target)
    expect_equal(failures, "number of actions", len(actions), 1)
    expect_equal(
        failures,
        "--src_name",
        _options(actions[0])["--src_name"],
        [package + "/lib.py", package + "/main.py"],
    )
    pycs = [name for name in runfiles_names(_only(ctx.attr.binary), package) if name.endswith(".pyc")]
    expect_equal(failures, "pycs in runfiles", pycs, [
        "__pycache__/lib.fakepy-45.pyc",
        "__pycache__/main.fakepy-45.pyc",
    ])
    return failures

def _only(targets):
    return targets[0] if type(targets) == type([]) else targets

def _generated_test(name):
    native.genrule(
        name = name + "_gen",
        outs = ["sub/generated.py"],
        cmd = "touch $@",
        tags = ["manual"],
    )
    py_library(
        name = name + "_subject",
        srcs = [name + "_gen"],
        precompile = "enabled",
        tags = ["manual"],
    )
    analysis_test(name = name, impl = _generated_test_impl, target = name + "_subject")

def _generated_test_impl(ctx, target):
    failures = []
    expected = ["sub/__pycache__/generated.fakepy-45.pyc"]
    expect_equal(failures, "outputs", _outputs(target, ctx.label.package), expected)
    expect_equal(failures, "direct_pyc_files", names(target[PyInfo].direct_pyc_files, ctx.label.package), expected)
    return failures

def _elsewhere_test(name):
    for retention in ["keep_source", "omit_source"]:
        for precompile in ["inherit", "enabled"]:
            test = "_".join([name, precompile, retention])
            py_library(
                name = test + "_lib",
                srcs = ["//tests/precompile/elsewhere:foreign.py"],
                precompile = precompile,
                precompile_source_retention = retention,
                tags = ["manual"],
            )
            py_binary(
                name = test + "_subject",
                srcs = ["main.py"],
                main = "main.py",
                pyc_collection = "include_pyc",
                tags = ["manual"],
                deps = [test + "_lib"],
            )
            analysis_test(
                name = test,
                impl = _elsewhere_test_impl(
                    ["__pycache__/foreign.fakepy-45.pyc", "foreign.py"] if retention == "keep_source" else ["foreign.pyc"],
                ),
                target = test + "_subject",
                targets = {"library": test + "_lib"},
            )

def _elsewhere_test_impl(expected):
    def _impl(ctx, target):
        failures = []
        expect_equal(failures, "runfiles", runfiles_names(target, ctx.label.package + "/elsewhere"), expected)
        info = _only(ctx.attr.library)[PyInfo]
        expect_equal(
            failures,
            "sources for packaging rules",
            names(info.transitive_sources, ctx.label.package),
            ["elsewhere/foreign.py"],
        )
        return failures

    return _impl

def _exec_properties_test(name):
    for index, properties in enumerate([{}, {"pool": "big"}, {"py_precompile.pool": "small"}]):
        py_library(
            name = "{}_lib{}".format(name, index),
            srcs = ["lib.py"],
            exec_properties = properties,
            precompile = "enabled",
            tags = ["manual"],
        )
    py_binary(
        name = name + "_subject",
        srcs = ["main.py"],
        main = "main.py",
        tags = ["manual"],
        deps = ["{}_lib{}".format(name, index) for index in range(3)],
    )
    analysis_test(
        name = name,
        impl = _exec_properties_test_impl,
        target = name + "_subject",
        targets = {"lib{}".format(index): "{}_lib{}".format(name, index) for index in range(3)},
    )

def _exec_properties_test_impl(ctx, target):
    failures = []
    package = ctx.label.package
    libraries = [_only(getattr(ctx.attr, "lib{}".format(index))) for index in range(3)]
    outputs = [_outputs(library, package) for library in libraries]
    for library, expected in zip(libraries, outputs):
        expect_equal(failures, "direct_pyc_files", names(library[PyInfo].direct_pyc_files, package), expected)
    beside = ["__pycache__/lib.fakepy-45.pyc"]
    expect_equal(failures, "without exec_properties", outputs[0], beside)
    different = {str(each): None for each in outputs}
    expect_equal(failures, "number of different outputs", len(different), 3)
    pycs = [each for each in runfiles_names(target, package) if each.endswith(".pyc")]
    expect_equal(failures, "runfiles", pycs, beside)
    return failures

def _no_python_test(name):
    py_library(
        name = name + "_subject",
        srcs = ["ready.pyc", "script"],
        precompile = "enabled",
        precompile_source_retention = "omit_source",
        tags = ["manual"],
    )
    analysis_test(name = name, impl = _no_python_test_impl, target = name + "_subject")

def _no_python_test_impl(ctx, target):
    failures = []
    expected = ["ready.pyc", "script"]
    expect_equal(failures, "number of actions", len(_compile_actions(target)), 0)
    expect_equal(failures, "outputs", names(target[DefaultInfo].files, ctx.label.package), expected)
    expect_equal(failures, "runfiles", runfiles_names(target, ctx.label.package), expected)
    return failures

def _mixed_test(name):
    native.genrule(
        name = name + "_gen",
        outs = ["mixed.py", "mixed.txt"],
        cmd = "touch $(OUTS)",
        tags = ["manual"],
    )
    py_library(name = name + "_subject", srcs = [name + "_gen"], precompile = "enabled", tags = ["manual"])
    analysis_test(name = name, impl = _mixed_test_impl, target = name + "_subject")

def _mixed_test_impl(ctx, target):
    """What else a source's generator makes is no source, but whoever asked for it has it at run time."""
    failures = []
    package = ctx.label.package
    expect_equal(
        failures,
        "outputs",
        names(target[DefaultInfo].files, package),
        ["__pycache__/mixed.fakepy-45.pyc", "mixed.py"],
    )
    expect_equal(failures, "sources", names(target[PyInfo].transitive_sources, package), ["mixed.py"])
    expect_equal(failures, "runfiles", runfiles_names(target, package), ["mixed.py", "mixed.txt"])
    return failures

def _retention_test(name):
    for attribute, flag, expected in [
        ("inherit", "auto", ["__pycache__/lib.fakepy-45.pyc", "lib.py"]),
        ("inherit", "keep_source", ["__pycache__/lib.fakepy-45.pyc", "lib.py"]),
        ("inherit", "omit_source", ["lib.pyc"]),
        ("keep_source", "omit_source", ["__pycache__/lib.fakepy-45.pyc", "lib.py"]),
        ("omit_source", "keep_source", ["lib.pyc"]),
    ]:
        test = "_".join([name, attribute, flag])
        py_library(
            name = test + "_subject",
            srcs = ["lib.py"],
            precompile = "enabled",
            precompile_source_retention = attribute,
            tags = ["manual"],
        )
        analysis_test(
            name = test,
            impl = _retention_test_impl(expected),
            target = test + "_subject",
            flags = {"precompile_source_retention": flag},
        )

def _retention_test_impl(expected):
    """The attribute takes precedence over the flag."""

    def _impl(ctx, target):
        failures = []
        expect_equal(failures, "outputs", names(target[DefaultInfo].files, ctx.label.package), expected)
        return failures

    return _impl

def _main_module_test(name):
    for retention in ["keep_source", "omit_source"]:
        subject = "{}_{}_subject".format(name, retention)
        py_binary(
            name = subject,
            srcs = ["main.py"],
            main_module = "tests.precompile.main",
            precompile_source_retention = retention,
            pyc_collection = "include_pyc",
            tags = ["manual"],
        )
        analysis_test(
            name = "{}_{}".format(name, retention),
            impl = _main_module_test_impl(
                "main.pyc" if retention == "omit_source" else "__pycache__/main.fakepy-45.pyc",
            ),
            target = subject,
        )

def _main_module_test_impl(expected):
    def _impl(ctx, target):
        pycs = [name for name in runfiles_names(target, ctx.label.package) if name.endswith(".pyc")]
        failures = []
        expect_equal(failures, "pycs", pycs, [expected])
        return failures

    return _impl

def compile_action_test_suite(name):
    """Declares the tests.

    Args:
        name: str, what their names begin with.
    """
    for test in [
        _arguments_test,
        _elsewhere_test,
        _exec_properties_test,
        _generated_test,
        _level_test,
        _main_module_test,
        _mixed_test,
        _mode_test,
        _no_python_test,
        _on_error_test,
        _per_target_test,
        _retention_test,
    ]:
        test(name + str(test).split(" ")[1].removesuffix(">"))
