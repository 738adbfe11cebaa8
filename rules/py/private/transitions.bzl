"""The configuration that programs and virtualenvs ask for themselves."""

load("//python/private:python_version_transition.bzl", "TRANSITIONED_FLAGS", "python_version_settings")

_VENV = "//uv/private/constraints/venv:venv"

def _venv_impl(settings, attr):
    new = python_version_settings(settings, attr)
    if attr.venv:
        new[_VENV] = attr.venv
    return new

venv_transition = transition(
    implementation = _venv_impl,
    inputs = TRANSITIONED_FLAGS + [_VENV],
    outputs = TRANSITIONED_FLAGS + [_VENV],
)

TRANSITION_ATTRS = {
    "config_settings": attr.label_keyed_string_dict(
        doc = "Flags of this module to build with, each with its value.",
    ),
    "python_version": attr.string(
        doc = "The Python version, such as `3.12`; by default that of the flag.",
    ),
    "venv": attr.string(
        doc = "The set of third-party packages to build with, where the hub that has them offers several.",
    ),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}
