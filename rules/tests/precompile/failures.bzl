"""What is refused, and that the message says what to write instead."""

load("//python:py_binary.bzl", "py_binary")
load("//python:py_library.bzl", "py_library")
load("//tests/support:analysis_test.bzl", "analysis_test", "message_has")

# name: (attributes, flags, what the message has to say)
_LIBRARIES = {
    "flag_add_to_runfiles": ({}, {"precompile_add_to_runfiles": "always"}, ["was removed", "pyc_collection"]),
    "flag_default": ({}, {"precompile_default": "all"}, ["was removed", "the flag precompile"]),
    "flag_force": ({}, {"precompile_force": "all"}, ["was removed", "force_enabled"]),
    "flag_force_retain": (
        {},
        {"precompile_force_retain_sources": "yes"},
        ["was removed", "precompile_source_retention"],
    ),
    "flag_generated": ({}, {"precompile": "if_generated_source"}, ["if_generated_source", "was removed", "enabled"]),
    "flag_generated_retention": (
        {},
        {"precompile_source_retention": "omit_if_generated_source"},
        ["omit_if_generated_source", "was removed", "omit_source"],
    ),
    "flag_misspelt": ({}, {"precompile": "enable"}, ["\"enable\" is not one of", "force_disabled"]),
    "imports_absolute": ({"imports": ["/usr"]}, {}, ["imports", "relative"]),
    "imports_outside": ({"imports": ["../../../.."]}, {}, ["imports", "leads out of the repository"]),
    "level": ({"precompile_optimize_level": 3}, {}, ["3 is not one of -1, 0, 1, 2"]),
    "level_and_strip": (
        {"precompile_optimize_level": 1, "precompile_strip": ["docstrings"]},
        {},
        ["precompile_strip", "exclude each other"],
    ),
    "mode": ({"precompile_invalidation_mode": "timestamp"}, {}, ["\"timestamp\" is not one of", "unchecked_hash"]),
    "precompile_always": ({"precompile": "always"}, {}, ["was removed", "\"enabled\""]),
    "precompile_generated": (
        {"precompile": "if_generated_source"},
        {},
        ["precompile = \"if_generated_source\" was removed", "\"enabled\""],
    ),
    "precompile_misspelt": ({"precompile": "enable"}, {}, ["\"enable\" is not one of", "\"disabled\""]),
    "retention_generated": (
        {"precompile_source_retention": "omit_if_generated_source"},
        {},
        ["was removed", "\"omit_source\""],
    ),
    "srcs": ({"srcs": ["data.txt"]}, {}, ["data.txt does not produce any Python file", "data"]),
    "srcs_version": ({"srcs_version": "PY2"}, {}, ["Python 3 only", "delete"]),
    "strip": ({"precompile_strip": ["annotations"]}, {}, ["\"annotations\" is not one of"]),
}

_BINARIES = {
    "collection": ({"pyc_collection": "include"}, {}, ["\"include\" is not one of", "include_pyc"]),
    "config_settings": (
        {"config_settings": {"//tools/precompiler:execution_requirements": "x"}},
        {},
        ["execution_requirements is not one of", "config_settings:precompile"],
    ),
    "main_and_module": ({"main": "main.py", "main_module": "main"}, {}, ["exclude each other"]),
    "main_elsewhere": ({"main": "lib.py"}, {}, ["is not in srcs"]),
    "main_missing": ({"srcs": ["lib.py", "level.py"]}, {}, ["does not appear in srcs", "set main"]),
    "main_missing_of_one": ({"srcs": ["lib.py"]}, {}, ["does not appear in srcs", "set main, or main_module"]),
    "python_version": ({"python_version": "PY2"}, {}, ["Python 3 only"]),
}

def failure_test_suite(name):
    """Declares the tests.

    Args:
        name: str, what their names begin with.
    """
    for rule, cases, common in [
        (py_library, _LIBRARIES, {"srcs": ["lib.py"]}),
        (py_binary, _BINARIES, {"srcs": ["main.py"]}),
    ]:
        for case, (attributes, flags, parts) in cases.items():
            subject = "{}_{}_subject".format(name, case)
            rule(
                name = subject,
                tags = ["manual"],
                **(common | attributes)
            )
            analysis_test(
                name = "{}_{}_test".format(name, case),
                impl = message_has(*parts),
                target = subject,
                flags = flags,
                fails = True,
            )
