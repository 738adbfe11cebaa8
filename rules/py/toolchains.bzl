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
