"""Symbolic links to files that stand elsewhere in bazel-bin than in runfiles.

Bazel keeps the text of a link made with `declare_symlink` as it is, wherever it puts it. A relative text to another
repository, to the interpreter or to another configuration cannot be right both in bazel-bin and below the runfiles
root. Where it cannot, two links are made: the one in bazel-bin, and one that runfiles have in its place.
"""

load("//python/private:runfiles_paths.bzl", "runfiles_path")

def relative_path(from_directory, path):
    """The way from a directory to a path, both relative to the same root.

    Args:
        from_directory: str.
        path: str.

    Returns:
        str, with as many `../` as needed.
    """
    here = from_directory.split("/")
    there = path.split("/")
    common = 0
    for one, other in zip(here, there):
        if one != other:
            break
        common += 1
    return "/".join([".."] * (len(here) - common) + there[common:]) or "."

def links():
    """An empty collection for declare_link.

    Returns:
        struct with
        in_both: list[File], links that are right in bazel-bin and in runfiles;
        in_bin: list[File], links for bazel-bin only;
        in_runfiles: dict from a path below the runfiles root to the File for there.
    """
    return struct(in_both = [], in_bin = [], in_runfiles = {})

def declare_link_text(ctx, collection, path, text):
    """Makes a link with a given text.

    Args:
        ctx: the rule's context.
        collection: struct as of links, which takes the result.
        path: str, the link, relative to the package.
        text: str, what the link says.
    """
    link = ctx.actions.declare_symlink(path)
    ctx.actions.symlink(output = link, target_path = text)
    collection.in_both.append(link)

def declare_link(ctx, collection, path, target, variants):
    """Makes a link to a file or directory of the build.

    Args:
        ctx: the rule's context.
        collection: struct as of links, which takes the result.
        path: str, the link, relative to the package.
        target: File.
        variants: str, a directory relative to the package for links that only runfiles have.
    """
    link = ctx.actions.declare_symlink(path)
    there = runfiles_path(ctx, link)
    in_bin = relative_path(link.dirname, target.path)
    in_runfiles = relative_path(there.rpartition("/")[0], runfiles_path(ctx, target))
    ctx.actions.symlink(output = link, target_path = in_bin)
    if in_bin == in_runfiles:
        collection.in_both.append(link)
        return
    variant = ctx.actions.declare_symlink(variants + "/" + path)
    ctx.actions.symlink(output = variant, target_path = in_runfiles)
    collection.in_bin.append(link)
    collection.in_runfiles[there] = variant
