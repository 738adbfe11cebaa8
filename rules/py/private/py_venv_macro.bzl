"""py_venv with the forms of `resolutions` that macros take."""

load(":py_venv_rule.bzl", _py_venv = "py_venv")
load(":resolutions.bzl", "label_keyed_resolutions")

def py_venv(name, *, resolutions = None, **kwargs):
    """A virtualenv that programs can share, and whose interpreter can be run.

    Args:
        name: str, the target.
        resolutions: what the names in `virtual_deps` stand for, as of py_binary.
        **kwargs: the attributes of the rule.
    """
    if "venv_name" in kwargs:
        fail(("py_venv ({}) is the virtualenv itself now; for a link to it in the workspace add " +
              "py_venv_link(venv = \":{}\", link_name = …). `trekbok migrate aspect-rules-py-v2` rewrites it.").format(
            name,
            name,
        ))
    _py_venv(
        name = name,
        resolutions = label_keyed_resolutions(resolutions),
        **kwargs
    )
