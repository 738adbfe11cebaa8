"""Which files count as what."""

def is_python(file):
    """Whether a file can be a module or a program.

    Args:
        file: File.

    Returns:
        bool: also true of directories, of modules that are bytecode already, and of scripts without extension.
    """
    return file.is_directory or file.extension in ("py", "py3", "pyc", "")

def is_shared_library(file):
    """Whether a file is a shared library.

    Args:
        file: File.

    Returns:
        bool.
    """
    return file.extension in ("so", "dylib", "dll", "pyd") or ".so." in file.basename

def python_sources(ctx):
    """The Python files in `srcs`; stops the analysis if a target there has other files only.

    Args:
        ctx: the context of a rule with COMMON_ATTRS.

    Returns:
        list[File].
    """
    for target in ctx.attr.srcs:
        files = target[DefaultInfo].files.to_list()
        if files and not any([is_python(file) for file in files]):
            fail("srcs: {} does not produce any Python file; if the program reads it, write it into data".format(
                target.label,
            ))
    return [file for file in ctx.files.srcs if is_python(file)]
