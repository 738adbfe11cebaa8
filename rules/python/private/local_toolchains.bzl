"""The toolchain targets of a runtime found on this machine."""

load("@local_config_platform//:constraints.bzl", "HOST_CONSTRAINTS")
load(":flags.bzl", "version_match")
load(":toolchain_types.bzl", "EXEC_TOOLS_TOOLCHAIN_TYPE", "PY_CC_TOOLCHAIN_TYPE", "TARGET_TOOLCHAIN_TYPE")

# As labels, since the repository in which the toolchains are declared may not see @platforms.
_HOST = [Label(constraint) for constraint in HOST_CONSTRAINTS]

_CONFIG_SETTINGS = "//python/config_settings:"

def declare_local_toolchains(name, found, version, micro, default, target_settings):
    """Declares the toolchains of a local_runtime_repo.

    Args:
        name: str, the repository, as the calling package sees it.
        found: bool, whether it has a runtime at all.
        version: str, MAJOR.MINOR.
        micro: str, the patch release.
        default: bool, whether it also serves builds that ask for no version.
        target_settings: list of labels of config settings that have to match as well.
    """
    if not found:
        return
    flag = Label(_CONFIG_SETTINGS + "python_version")
    matches = name + "_matches"
    version_match(
        name = matches + "_value",
        flag = flag,
        versions = [version, version + "." + micro] + ([""] if default else []),
    )
    native.config_setting(
        name = matches,
        flag_values = {":" + matches + "_value": "yes"},
    )
    for suffix, implementation, toolchain_type, settings in [
        ("runtime", "runtime_pair", TARGET_TOOLCHAIN_TYPE, []),
        ("exec_tools", "exec_tools", EXEC_TOOLS_TOOLCHAIN_TYPE, [
            Label(_CONFIG_SETTINGS + "is_exec_tools_toolchain_enabled"),
        ]),
        ("cc", "cc", PY_CC_TOOLCHAIN_TYPE, []),
    ]:
        constraints = {"target_compatible_with": _HOST}
        if suffix == "exec_tools":
            # Bytecode does not depend on the platform: only where the compiler runs matters.
            constraints = {"exec_compatible_with": _HOST}
        native.toolchain(
            name = name + "_" + suffix + "_toolchain",
            target_settings = [":" + matches] + settings + target_settings,
            toolchain = "@{}//:{}".format(name, implementation),
            toolchain_type = toolchain_type,
            **constraints
        )
