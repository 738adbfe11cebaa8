"""The toolchain targets of one runtime: its own, the one with the tools, and the one for C code."""

load(":flags.bzl", "version_match")
load(":toolchain_types.bzl", "EXEC_TOOLS_TOOLCHAIN_TYPE", "PY_CC_TOOLCHAIN_TYPE", "TARGET_TOOLCHAIN_TYPE")

_CONFIG_SETTINGS = "//python/config_settings:"

def declare_runtime_toolchains(*, name, implementations, versions, constraints, flag_values = {}, target_settings = []):
    """Declares the toolchains of a runtime in the calling package.

    Args:
        name: str, what the names of the targets start with.
        implementations: dict from runtime, exec_tools and cc to the labels of what implements them.
        versions: list of values of the flag python_version that the runtime serves; the empty one is a
            build that asks for no version.
        constraints: list of labels of constraint values: the platform the runtime runs on.
        flag_values: dict from labels of flags to their values that programs have to be built with.
        target_settings: list of labels of config settings that have to match as well.
    """
    matches = name + "_matches"
    version_match(
        name = matches + "_value",
        flag = Label(_CONFIG_SETTINGS + "python_version"),
        versions = versions,
    )
    native.config_setting(
        name = matches,
        flag_values = {":" + matches + "_value": "yes"},
    )
    settings = [":" + matches]
    if flag_values:
        native.config_setting(
            name = name + "_is_platform",
            flag_values = flag_values,
        )
        settings = settings + [":" + name + "_is_platform"]
    for key, toolchain_type, more_settings in [
        ("runtime", TARGET_TOOLCHAIN_TYPE, settings[1:]),
        ("exec_tools", EXEC_TOOLS_TOOLCHAIN_TYPE, [
            Label(_CONFIG_SETTINGS + "is_exec_tools_toolchain_enabled"),
        ]),
        ("cc", PY_CC_TOOLCHAIN_TYPE, settings[1:]),
    ]:
        platform = {"target_compatible_with": constraints}
        if key == "exec_tools":
            # Bytecode does not depend on the platform: only where the compiler runs matters.
            platform = {"exec_compatible_with": constraints}
        native.toolchain(
            name = "{}_{}_toolchain".format(name, key),
            target_settings = settings[:1] + more_settings + target_settings,
            toolchain = implementations[key],
            toolchain_type = toolchain_type,
            **platform
        )
