"""The toolchain targets of a runtime found on this machine."""

load("@local_config_platform//:constraints.bzl", "HOST_CONSTRAINTS")
load(":runtime_toolchains.bzl", "declare_runtime_toolchains")

# As labels, since the repository in which the toolchains are declared may not see @platforms.
HOST = [Label(constraint) for constraint in HOST_CONSTRAINTS]

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
    declare_runtime_toolchains(
        name = name,
        constraints = HOST,
        implementations = {
            "cc": "@{}//:cc".format(name),
            "exec_tools": "@{}//:exec_tools".format(name),
            "runtime": "@{}//:runtime_pair".format(name),
        },
        target_settings = target_settings,
        versions = [version, version + "." + micro] + ([""] if default else []),
    )
