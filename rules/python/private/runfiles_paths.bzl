"""Where files and targets stand in a runfiles tree."""

def runfiles_path(ctx, file):
    """The path of a file below the runfiles root.

    Args:
        ctx: the rule's context.
        file: File.

    Returns:
        str that starts with the name of a repository.
    """
    return below_runfiles(ctx, file.short_path)

def below_runfiles(ctx, short_path):
    """The path below the runfiles root that goes with a `short_path`.

    Args:
        ctx: the rule's context.
        short_path: str, relative to the main repository; `../REPO/…` for the files of others.

    Returns:
        str that starts with the name of a repository.
    """
    if short_path.startswith("../"):
        return short_path[len("../"):]
    return ctx.workspace_name + "/" + short_path

def package_runfiles_path(ctx):
    """The path of the target's package below the runfiles root.

    Args:
        ctx: the rule's context.

    Returns:
        str that starts with the name of a repository.
    """
    repo = ctx.label.repo_name or ctx.workspace_name
    return repo + "/" + ctx.label.package if ctx.label.package else repo

def package_short_path(ctx):
    """What the `short_path` of the files of the target's package begins with.

    Args:
        ctx: the rule's context.

    Returns:
        str: empty, or with a slash at the end.
    """
    package = ctx.label.package + "/" if ctx.label.package else ""
    return "../{}/{}".format(ctx.label.repo_name, package) if ctx.label.repo_name else package
