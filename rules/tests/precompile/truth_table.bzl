"""What ends up where, for each combination of flag, attributes and collection.

The rows are the whole specification: a combination that no row names, or that two rows name, fails to load.
"""

load("//python:py_binary.bzl", "py_binary")
load("//python:py_executable_info.bzl", "PyExecutableInfo")
load("//python:py_info.bzl", "PyInfo")
load("//python:py_library.bzl", "py_library")
load(
    "//tests/support:analysis_test.bzl",
    "expect_equal",
    "flag_settings",
    "names",
    "result_of",
    "runfiles_names",
)

_FLAGS = ["auto", "disabled", "enabled", "force_enabled", "force_disabled"]
_PRECOMPILE = ["inherit", "enabled", "disabled"]
_RETENTION = ["keep_source", "omit_source"]
_COLLECTION = ["inherit", "include_pyc", "disabled"]

# In a row, what is not named may be anything. `collects` is what pyc_collection and the flag come to.
_UNFORCED = ["auto", "disabled", "enabled"]

_PY = "py"
_CACHE = "cache"  # __pycache__/STEM.TAG.pyc
_SIBLING = "sibling"  # STEM.pyc

def _row(runfiles, outputs, **conditions):
    return struct(runfiles = runfiles, outputs = outputs, conditions = conditions)

_LIBRARY_ROWS = [
    _row([_PY, _CACHE], [_PY], flag = _UNFORCED, precompile = ["inherit"], retention = ["keep_source"], collects = [True]),
    _row([_PY], [_PY], flag = _UNFORCED, precompile = ["inherit"], retention = ["keep_source"], collects = [False]),
    _row([_SIBLING], [], flag = _UNFORCED, precompile = ["inherit"], retention = ["omit_source"], collects = [True]),
    _row([_PY], [], flag = _UNFORCED, precompile = ["inherit"], retention = ["omit_source"], collects = [False]),
    _row([_PY, _CACHE], [_PY, _CACHE], flag = _UNFORCED, precompile = ["enabled"], retention = ["keep_source"]),
    # The pyc is required and stands for the source, so the source is never beside it.
    _row([_SIBLING], [_SIBLING], flag = _UNFORCED, precompile = ["enabled"], retention = ["omit_source"]),
    _row([_PY], [_PY], flag = _UNFORCED, precompile = ["disabled"]),
    _row([_PY, _CACHE], [_PY, _CACHE], flag = ["force_enabled"], retention = ["keep_source"]),
    _row([_SIBLING], [_SIBLING], flag = ["force_enabled"], retention = ["omit_source"]),
    _row([_PY], [_PY], flag = ["force_disabled"]),
]

# What `precompile` comes to for a program's own sources: the forcing flags decide whether they are compiled, and
# only the attribute decides whether the pycs are required.
_OWN_PRECOMPILE = {
    ("force_disabled", "disabled"): "disabled",
    ("force_disabled", "enabled"): "disabled",
    ("force_disabled", "inherit"): "disabled",
    ("force_enabled", "disabled"): "inherit",
    ("force_enabled", "enabled"): "enabled",
    ("force_enabled", "inherit"): "inherit",
}

_OWN_ROWS = [
    _row([_PY], [_PY], precompile = ["disabled"]),
    _row([_PY, _CACHE], [_PY], precompile = ["inherit"], retention = ["keep_source"], collects = [True]),
    _row([_PY], [_PY], precompile = ["inherit"], retention = ["keep_source"], collects = [False]),
    _row([_SIBLING], [], precompile = ["inherit"], retention = ["omit_source"], collects = [True]),
    _row([_PY], [], precompile = ["inherit"], retention = ["omit_source"], collects = [False]),
    _row([_PY, _CACHE], [_PY, _CACHE], precompile = ["enabled"], retention = ["keep_source"]),
    _row([_SIBLING], [_SIBLING], precompile = ["enabled"], retention = ["omit_source"]),
]

_WITHOUT_TOOLCHAIN = _row([_PY], [_PY])

def _find(rows, **cell):
    found = [
        row
        for row in rows
        if all([cell[name] in values for name, values in row.conditions.items()])
    ]
    if len(found) != 1:
        fail("{} rows for {}".format(len(found), cell))
    return found[0]

def _files(kinds, stem):
    return sorted([{
        _CACHE: "__pycache__/{}.fakepy-45.pyc",
        _PY: "{}.py",
        _SIBLING: "{}.pyc",
    }[kind].format(stem) for kind in kinds])

def _truth_table_test_impl(ctx):
    package = ctx.label.package
    binary = ctx.attr.binary[0]
    library = ctx.attr.library[0]
    failures = []
    expect_equal(
        failures,
        "runfiles",
        [
            name
            for name in runfiles_names(binary, package)
            if name.endswith((".py", ".pyc")) and not name.endswith("_stage2_bootstrap.py")
        ],
        sorted(ctx.attr.runfiles),
    )
    expect_equal(failures, "main", names([binary[PyExecutableInfo].main], package), [ctx.attr.main])
    expect_equal(
        failures,
        "outputs of the binary",
        names(binary[DefaultInfo].files, package),
        sorted(ctx.attr.binary_outputs + [binary.label.name]),
    )
    expect_equal(failures, "outputs of the library", names(library[DefaultInfo].files, package), ctx.attr.library_outputs)

    # A packaging rule knows these two fields and no other.
    info = library[PyInfo]
    shipped = names(info.transitive_sources, package) + names(info.transitive_pyc_files, package)
    stems = {name.split("/")[-1].split(".")[0]: None for name in shipped}
    expect_equal(failures, "modules in a package of the library", stems.keys(), ["lib"])
    for name in runfiles_names(library, package):
        if name.endswith(".pyc"):
            failures.append("runfiles of the library: {}".format(name))
    return result_of(failures)

def _truth_table_test(flag, exec_tools = "enabled"):
    transition = analysis_test_transition(settings = flag_settings({
        "exec_tools_toolchain": exec_tools,
        "precompile": flag,
    }))
    return rule(
        implementation = _truth_table_test_impl,
        analysis_test = True,
        attrs = {
            "binary": attr.label(cfg = transition),
            "binary_outputs": attr.string_list(),
            "library": attr.label(cfg = transition),
            "library_outputs": attr.string_list(),
            "main": attr.string(),
            "runfiles": attr.string_list(),
        },
    )

_auto_test = _truth_table_test("auto")
_disabled_test = _truth_table_test("disabled")
_enabled_test = _truth_table_test("enabled")
_force_enabled_test = _truth_table_test("force_enabled")
_force_disabled_test = _truth_table_test("force_disabled")
_without_toolchain_test = _truth_table_test("enabled", exec_tools = "disabled")
_force_without_toolchain_test = _truth_table_test("force_enabled", exec_tools = "disabled")

_TESTS = {
    "auto": _auto_test,
    "disabled": _disabled_test,
    "enabled": _enabled_test,
    "force_disabled": _force_disabled_test,
    "force_enabled": _force_enabled_test,
}

def truth_table_test_suite(name):
    """Declares a test for each cell.

    Args:
        name: str, of the suite.
    """
    tests = []
    for precompile in _PRECOMPILE:
        for retention in _RETENTION:
            library = "lib_{}_{}".format(precompile, retention)
            py_library(
                name = library,
                srcs = ["lib.py"],
                precompile = precompile,
                precompile_source_retention = retention,
                tags = ["manual"],
            )
            for collection in _COLLECTION:
                subject = "{}_{}_{}".format(precompile, retention, collection)
                py_binary(
                    name = subject,
                    srcs = ["main.py"],
                    main = "main.py",
                    precompile = precompile,
                    precompile_source_retention = retention,
                    pyc_collection = collection,
                    tags = ["manual"],
                    deps = [":" + library],
                )
                for flag in _FLAGS:
                    collects = collection == "include_pyc" or (
                        collection == "inherit" and flag in ("enabled", "force_enabled")
                    )
                    lib_row = _find(
                        _LIBRARY_ROWS,
                        flag = flag,
                        precompile = precompile,
                        retention = retention,
                        collects = collects,
                    )
                    own_row = _find(
                        _OWN_ROWS,
                        precompile = _OWN_PRECOMPILE.get((flag, precompile), precompile),
                        retention = retention,
                        collects = collects,
                    )
                    tests.append(_cell(_TESTS[flag], "{}_{}".format(flag, subject), subject, library, lib_row, own_row))
                for test, begin in [
                    (_without_toolchain_test, "without_toolchain_"),
                    (_force_without_toolchain_test, "force_without_toolchain_"),
                ]:
                    tests.append(_cell(
                        test,
                        begin + subject,
                        subject,
                        library,
                        _WITHOUT_TOOLCHAIN,
                        _WITHOUT_TOOLCHAIN,
                    ))
    native.test_suite(name = name, tests = tests)

def _cell(test, name, binary, library, lib_row, own_row):
    test(
        name = name + "_test",
        binary = ":" + binary,
        binary_outputs = _files(own_row.outputs, "main"),
        library = ":" + library,
        library_outputs = _files(lib_row.outputs, "lib"),
        main = "main.py" if _PY in own_row.runfiles else "main.pyc",
        runfiles = sorted(_files(lib_row.runfiles, "lib") + _files(own_row.runfiles, "main")),
    )
    return ":" + name + "_test"
