"""py_binary and py_test: one target each, or two if the virtualenv is to be a target of its own."""

load(":py_binary_rule.bzl", _py_binary = "py_binary", _py_test = "py_test")
load(":py_venv_rule.bzl", "py_venv")
load(":resolutions.bzl", "label_keyed_resolutions")

# What shapes a virtualenv, and what a target has in common with the virtualenv that is made for it. Not its
# `srcs`: two targets would compile them.
_VENV_ATTRS = [
    "compatible_with",
    "config_settings",
    "deps",
    "env",
    "env_inherit",
    "exec_compatible_with",
    "exec_properties",
    "features",
    "imports",
    "include_system_site_packages",
    "include_user_site_packages",
    "interpreter_options",
    "package_collisions",
    "pyc_collection",
    "python_version",
    "restricted_to",
    "tags",
    "target_compatible_with",
    "testonly",
    "toolchains",
    "venv",
    "venv_dir_basename",
    "virtual_deps",
    "visibility",
]

def _program(rule, name, *, expose_venv, external_venv, resolutions, **kwargs):
    resolutions = label_keyed_resolutions(resolutions)
    if not expose_venv:
        rule(
            name = name,
            external_venv = external_venv,
            resolutions = resolutions,
            **kwargs
        )
        return
    if external_venv:
        fail("{}: expose_venv makes a virtualenv and external_venv names one; drop one of them".format(name))
    venv = {attribute: kwargs[attribute] for attribute in _VENV_ATTRS if attribute in kwargs}
    py_venv(
        name = name + ".venv",
        data = (kwargs.get("data") or []) + (kwargs.get("srcs") or []),
        resolutions = resolutions,
        **venv
    )
    rule(
        name = name,
        expose_venv = True,
        external_venv = ":" + name + ".venv",
        resolutions = resolutions,
        **kwargs
    )

def py_binary(name, *, expose_venv = False, external_venv = None, resolutions = None, **kwargs):
    """A Python program in a virtualenv.

    Args:
        name: str, the target.
        expose_venv: bool, whether the virtualenv is a target of its own, `NAME.venv`: other targets can use it,
            and running it runs its interpreter. Otherwise there is no target but the program.
        external_venv: label of a py_venv to run in, instead of a virtualenv of the program's own. It has to have
            all that the program imports.
        resolutions: what the names in `virtual_deps` stand for: a value made with `resolutions`, or a dict from
            names to labels or from labels to names.
        **kwargs: the attributes of py_binary_rule.
    """
    _program(
        _py_binary,
        name,
        expose_venv = expose_venv,
        external_venv = external_venv,
        resolutions = resolutions,
        **kwargs
    )

def py_test(name, *, expose_venv = False, external_venv = None, resolutions = None, **kwargs):
    """A Python test in a virtualenv.

    Args:
        name: str, the target.
        expose_venv: bool, as of py_binary.
        external_venv: label, as of py_binary.
        resolutions: as of py_binary.
        **kwargs: the attributes of py_test_rule; with `pytest_main = True` pytest runs what is in the
            directories of `srcs`, and has to be among the dependencies.
    """
    if expose_venv:
        # As rules for tests do by themselves, but the virtualenv is no test.
        kwargs.setdefault("testonly", True)
    _program(
        _py_test,
        name,
        expose_venv = expose_venv,
        external_venv = external_venv,
        resolutions = resolutions,
        **kwargs
    )
