"""The parts of an interpreter, chosen by the platform that the build is for."""

# From the name of a part to its name in a repository of an interpreter that is installed on the machine.
_PARTS = {
    "files": "runtime",
    "includes": "no_headers",
    "libpython": "no_headers",
    "py3_runtime": "runtime",
    "py_cc_toolchain": "cc",
    "py_exec_tools_toolchain": "exec_tools",
    "python": "runtime",
    "python3": "runtime",
    "python_headers": "no_headers",
    "python_runtimes": "runtime_pair",
}

def declare_version_aliases(runtimes):
    """Declares an alias for each part of the interpreter.

    Args:
        runtimes: list of dicts with repo (str, as the calling package sees it) and platform (dict as of
            platform_of; None for an interpreter that is installed on the machine).
    """
    archives = [runtime for runtime in runtimes if runtime["platform"]]
    for index, runtime in enumerate(archives):
        native.config_setting(
            name = "is_platform_{}".format(index),
            constraint_values = runtime["platform"]["constraints"],
            flag_values = runtime["platform"]["flag_values"],
        )
    for part, local_part in _PARTS.items():
        if archives:
            actual = select(
                {
                    ":is_platform_{}".format(index): "@{}//:{}".format(runtime["repo"], part)
                    for index, runtime in enumerate(archives)
                },
                no_match_error = "no archive of this Python is for the platform of the build",
            )
        else:
            actual = "@{}//:{}".format(runtimes[0]["repo"], local_part)
        native.alias(name = part, actual = actual)
