"""The settings that say which Python version the build is for."""

load(":flags.bzl", "version_part")
load(":versions.bzl", "LATEST_MICRO")

def declare_version_settings(flag):
    """Declares is_python_X.Y, is_python_X.Y.Z and the parts of the version they look at.

    Args:
        flag: label of the version flag.
    """
    version_part(
        name = "python_version_major_minor",
        flag = flag,
        parts = 2,
    )
    native.config_setting(
        name = "is_python_version_unset",
        flag_values = {flag: ""},
    )
    for minor, micro in LATEST_MICRO.items():
        # A patch release is a release of its minor version too.
        native.config_setting(
            name = "is_python_" + minor,
            flag_values = {":python_version_major_minor": minor},
        )
        for number in range(micro + 1):
            version = "{}.{}".format(minor, number)
            native.config_setting(
                name = "is_python_" + version,
                flag_values = {flag: version},
            )
