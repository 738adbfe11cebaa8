"""Main programs that run pytest."""

load("//python/private:runfiles_paths.bzl", "runfiles_path")
load(":py_library_rule.bzl", _default_py_library = "py_library")

PYTEST_ATTRS = {
    "pytest_main": attr.bool(
        doc = "Whether pytest runs what is in the directories of `srcs`; there is no `main` then.",
    ),
    "_pytest_template": attr.label(
        default = "//py/private:pytest_main.py.tmpl",
        allow_single_file = True,
    ),
}

def write_pytest_main(ctx):
    """The main program of a test with `pytest_main = True`.

    Args:
        ctx: the context of a rule with PYTEST_ATTRS.

    Returns:
        struct with file: File; path: str, below the runfiles root.
    """
    if ctx.attr.main:
        fail("pytest_main = True is a main program of its own; drop main, or pytest_main")
    directories = {}
    for source in ctx.files.srcs:
        # Of the tree that the test is started in, which is that of the main repository.
        directories[source.short_path.rpartition("/")[0] or "."] = None
    output = ctx.actions.declare_file("__test__{}__.py".format(ctx.label.name))
    _expand(ctx, output, ctx.file._pytest_template, sorted(directories), "")
    return struct(file = output, path = runfiles_path(ctx, output))

def _expand(ctx, output, template, args, chdir):
    substitutions = {"$$FLAGS$$": ", ".join([repr(arg) for arg in args])}
    if chdir:
        substitutions["_ = 0  # no-op"] = "os.chdir({})".format(repr(chdir))

        # As templates of users have it that were written for earlier releases.
        substitutions["_ = 0 # no-op"] = "os.chdir({})".format(repr(chdir))
    ctx.actions.expand_template(
        template = template,
        output = output,
        substitutions = substitutions,
    )

def _pytest_main_impl(ctx):
    args = [ctx.expand_make_variables("args", arg, {}) for arg in ctx.attr.pytest_args]
    _expand(ctx, ctx.outputs.out, ctx.file.template, args, ctx.attr.chdir)
    return [DefaultInfo(files = depset([ctx.outputs.out]))]

_pytest_main = rule(
    implementation = _pytest_main_impl,
    attrs = {
        "chdir": attr.string(),
        "out": attr.output(mandatory = True),
        "pytest_args": attr.string_list(),
        "template": attr.label(
            default = "//py/private:pytest_main.py.tmpl",
            allow_single_file = True,
        ),
    },
)

def py_pytest_main(
        name,
        py_library = _default_py_library,
        deps = [],
        data = [],
        testonly = True,
        args = [],
        chdir = None,
        template = None,
        visibility = None,
        tags = []):
    """A main program that runs pytest, as a library and as a file for the `main` of tests.

    The file is `__test__NAME__.py`, or `NAME.py` if the name is one between double underscores already.

    Args:
        name: str, the library.
        py_library: the rule of the library.
        deps: list of labels; pytest is one of them.
        data: list of labels.
        testonly: bool.
        args: list of str, for pytest.
        chdir: str, a directory to change to first, relative to the one that the test is started in.
        template: label of a template to use instead of this module's.
        visibility: list of labels.
        tags: list of str.
    """
    stem = name if name.startswith("__") and name.endswith("__") else "__test__{}__".format(name)
    _pytest_main(
        name = name + "_template",
        out = stem + ".py",
        chdir = chdir or "",
        pytest_args = args,
        tags = tags,
        template = template,
        testonly = testonly,
        visibility = visibility,
    )
    py_library(
        name = name,
        srcs = [stem + ".py"],
        data = data,
        deps = deps,
        tags = tags,
        testonly = testonly,
        visibility = visibility,
    )
