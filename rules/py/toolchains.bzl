"""What a WORKSPACE file calls to have the tools of these rules."""

load("//py/private:no_tools_repo.bzl", "no_tools_repo")

DEFAULT_TOOLS_REPOSITORY = "rules_py_tools"

def rules_py_toolchains(name = DEFAULT_TOOLS_REPOSITORY, register = True, is_prerelease = False):
    """Makes the repository of tools: an empty one, since the rules need no tools of their own any more.

    Args:
        name: str, the repository.
        register: bool, without effect: there is nothing to register.
        is_prerelease: bool, without effect.
    """

    # buildifier: disable=unused-variable
    _ignored = (register, is_prerelease)
    no_tools_repo(name = name)

def register_autodetecting_python_toolchain(name = None, **kwargs):
    """Removed: the interpreters of a machine are found by repositories.

    Args:
        name: str, the toolchain.
        **kwargs: what else there was.
    """
    fail(("register_autodetecting_python_toolchain ({}) was removed: load local_runtime_repo and " +
          "local_runtime_toolchains_repo from //python/local_toolchains:repos.bzl, or in MODULE.bazel use " +
          "python_interpreters of //py:extensions.bzl, and register what they make. " +
          "`trekbok migrate aspect-rules-py-v2 --check` lists where it is called.").format(name or kwargs.get("python_path", "")))
