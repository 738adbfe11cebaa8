"""Packages from package indexes, for WORKSPACE and BUILD files; modules have //python/extensions:pip.bzl."""

load("//python/private:pip_parse.bzl", _pip_parse = "pip_parse")
load("//python/private:pip_repos.bzl", "NO_MODIFICATIONS")

pip_parse = _pip_parse

def compile_pip_requirements(name, **_kwargs):
    """Not offered: it resolves versions, which takes pip and the network.

    Args:
        name: str.
        **_kwargs: those of rules_python.
    """
    fail(("{}: compile_pip_requirements is not offered by these rules: a lock is compiled outside the build, " +
          "with `uv pip compile --generate-hashes` or `pip-compile --generate-hashes`").format(name))

def package_annotation(**_kwargs):
    """Not offered: wheels are taken as they are.

    Args:
        **_kwargs: those of rules_python.
    """
    fail("package_annotation: " + NO_MODIFICATIONS.format("annotations"))

def pip_install(name = "pip", **_kwargs):
    """Gone: pip_parse came in its place.

    Args:
        name: str.
        **_kwargs: those of rules_python.
    """
    fail("pip_install {}: it is gone; use pip_parse, and call install_deps of @{}//:requirements.bzl".format(repr(name), name))
