"""The configuration that an executable asks for itself."""

load(":wanted_pycs.bzl", "WANTED_PYCS_FLAG", "wanted_pycs_for")

_FLAGS = "//python/config_settings:"
_PYTHON_VERSION = _FLAGS + "python_version"

# What `config_settings` may set.
_SETTABLE_FLAGS = [
    _FLAGS + "add_srcs_to_runfiles",
    _FLAGS + "bootstrap_impl",
    _FLAGS + "exec_tools_toolchain",
    _FLAGS + "precompile",
    _FLAGS + "precompile_actions",
    _FLAGS + "precompile_source_retention",
    _FLAGS + "py_freethreaded",
    _FLAGS + "py_linux_libc",
    _FLAGS + "pyc_collection",
    _PYTHON_VERSION,
    _FLAGS + "venvs_site_packages",
]

_BY_LABEL = {Label(flag): flag for flag in _SETTABLE_FLAGS}

# A transition has to declare what it sets.
TRANSITIONED_FLAGS = _SETTABLE_FLAGS + [WANTED_PYCS_FLAG]

def python_version_settings(settings, attr):
    """The implementation of the transition, for transitions that set more.

    Args:
        settings: dict from each of TRANSITIONED_FLAGS, and perhaps others, to its value.
        attr: struct of the rule's attributes, with `config_settings`, `python_version` and `pyc_collection`.

    Returns:
        dict: the settings, changed as the attributes say.
    """
    new = dict(settings)
    for label, value in attr.config_settings.items():
        # check_config_settings answers for the others, where the message can name the target.
        if label in _BY_LABEL:
            new[_BY_LABEL[label]] = value

    # PY2 and PY3 are values of the past; the rule's implementation answers for them.
    if attr.python_version and not attr.python_version.startswith("PY"):
        new[_PYTHON_VERSION] = attr.python_version
    new[WANTED_PYCS_FLAG] = wanted_pycs_for(
        attr.pyc_collection,
        new[_FLAGS + "precompile"],
        new[_FLAGS + "pyc_collection"],
    )
    return new

python_version_transition = transition(
    implementation = python_version_settings,
    inputs = TRANSITIONED_FLAGS,
    outputs = TRANSITIONED_FLAGS,
)

def check_config_settings(ctx):
    """Stops the analysis if `config_settings` names a flag that it cannot set.

    Args:
        ctx: the context of a rule with this transition.
    """
    for target in ctx.attr.config_settings:
        if target.label not in _BY_LABEL:
            fail("config_settings: {} is not one of {}".format(
                target.label,
                ", ".join([str(label) for label in _BY_LABEL]),
            ))
