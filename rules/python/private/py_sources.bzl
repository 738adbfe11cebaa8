"""What a target's own sources add to PyInfo, to its outputs and to runfiles.

The decisions about precompiling are in precompile_settings.bzl and the actions in precompile_action.bzl; here
they meet.
"""

load(":imports.bzl", "own_imports")
load(":precompile_action.bzl", "compile_sources")
load(":py_info.bzl", "PyInfo", "merge_py_infos", "py_info_of")
load(":runfiles_paths.bzl", "package_short_path", "runfiles_path")
load(":source_files.bzl", "is_shared_library")

def collect_py_info(ctx, settings, sources = None):
    """Compiles a target's sources and merges them with what its dependencies give.

    Args:
        ctx: the context of a rule with COMMON_ATTRS, PRECOMPILE_EXEC_GROUPS and the target toolchain type.
        settings: struct as of precompile_settings.
        sources: list[File], those that are Python; by default all in `srcs`.

    Returns:
        struct with
        py_info: PyInfo;
        compiled: list of struct as of compile_sources;
        outputs: list[File], what building the target makes: the sources that are kept, the required pycs.
    """
    if settings.executable:
        _check_name_is_free(ctx)
    compiled = compile_sources(ctx, ctx.files.srcs if sources == None else sources, settings)
    direct = {
        name: []
        for name in [
            "direct_pyc_files",
            "implicit_pyc_runfiles",
            "pyc_runfiles",
            "transitive_implicit_pyc_files",
            "transitive_implicit_pyc_source_files",
            "transitive_required_sources",
            "transitive_sources",
        ]
    }
    outputs = []
    links = {}
    for each in compiled:
        if not each.pyc or settings.keeps_source:
            direct["transitive_required_sources"].append(each.source)
            direct["transitive_sources"].append(each.source)
            if settings.keeps_source or not each.unwanted:
                outputs.append(each.source)
        elif not settings.required or each.link:
            # The source is omitted, but whoever takes `transitive_sources` and `transitive_pyc_files` and
            # knows nothing else would get neither.
            direct["transitive_sources"].append(each.source)
        if not each.pyc:
            continue
        if not settings.required:
            direct["transitive_implicit_pyc_source_files"].append(each.source)
        if each.link:
            links[each.link] = each.pyc
        if settings.required:
            outputs.append(each.pyc)
            direct["direct_pyc_files"].append(each.pyc)
        else:
            direct["transitive_implicit_pyc_files"].append(each.pyc)
    if links:
        runfiles = ctx.runfiles(root_symlinks = links)
        direct["pyc_runfiles" if settings.required else "implicit_pyc_runfiles"].append(runfiles)
    direct["transitive_pyc_files"] = direct["direct_pyc_files"]

    originals = [source for source in ctx.files.srcs if source.extension == "py" or source.is_directory]
    direct["direct_original_sources"] = originals
    direct["transitive_original_sources"] = originals
    direct["direct_pyi_files"] = ctx.files.pyi_srcs
    direct["transitive_pyi_files"] = ctx.files.pyi_srcs
    infos = [py_info_of(target) for target in ctx.attr.deps]
    stubs = [py_info_of(target) for target in ctx.attr.pyi_deps]
    return struct(
        compiled = compiled,
        outputs = outputs,
        py_info = merge_py_infos(
            direct,
            [info for info in infos if info],
            own_imports(ctx),
            libraries = _has_shared_library(ctx),
            pyi_infos = [info for info in stubs if info],
        ),
    )

def _has_shared_library(ctx):
    """Whether what a target ships beside Python modules has a shared library in it."""
    for target in ctx.attr.deps + ctx.attr.data:
        info = py_info_of(target)
        if info:
            if info.uses_shared_libraries:
                return True
        elif any([is_shared_library(file) for file in target[DefaultInfo].files.to_list()]):
            return True
    return False

def _check_name_is_free(ctx):
    """Explains what Bazel would call a prefix conflict: a pyc in a directory that has the name of the program."""
    taken = package_short_path(ctx) + ctx.label.name + "/"
    for target in ctx.attr.deps:
        if PyInfo not in target or target.label.package != ctx.label.package:
            continue
        info = target[PyInfo]
        if not any([source.short_path.startswith(taken) for source in info.direct_original_sources.to_list()]):
            continue
        for pyc in depset(transitive = [info.direct_pyc_files, info.transitive_implicit_pyc_files]).to_list():
            if pyc.short_path.startswith(taken):
                fail(("{}: the program is a file {}, and {} has sources in a directory of that name, beside which " +
                      "their pycs would stand. Rename the program, or write precompile = \"disabled\" on {}.").format(
                    ctx.label,
                    taken[:-1],
                    target.label,
                    target.label,
                ))

def python_runfiles(ctx, py_info, *, collect_pycs):
    """The modules a program ships.

    Args:
        ctx: the rule's context.
        py_info: PyInfo of the program, its own sources included.
        collect_pycs: bool, whether implicit pycs are shipped; else their sources are.

    Returns:
        runfiles.
    """
    pycs = [py_info.transitive_pyc_files]
    linked = py_info.pyc_runfiles
    sources = [py_info.transitive_required_sources]
    if collect_pycs:
        pycs.append(py_info.transitive_implicit_pyc_files)
        linked = linked + py_info.implicit_pyc_runfiles
    else:
        sources.append(py_info.transitive_implicit_pyc_source_files)
    pycs = depset(transitive = pycs)
    if linked:
        return ctx.runfiles(transitive_files = depset(transitive = sources)).merge(_at_their_places(ctx, pycs, linked))
    return ctx.runfiles(transitive_files = depset(transitive = sources + [pycs]))

def _at_their_places(ctx, pycs, linked):
    """The pycs where Python looks for them, one for each place, and nowhere else.

    Targets that compile the same source in different ways each have a pyc of it; only one can be found by
    Python. Flattening is fine here: there are links for few sources, unless each target is one action.

    Args:
        ctx: the rule's context.
        pycs: depset[File], with those that stand beside their sources and those that have to be linked there.
        linked: list of runfiles with root symlinks.

    Returns:
        runfiles.
    """
    entries = linked[0].merge_all(linked[1:]).root_symlinks.to_list()
    elsewhere = {entry.target_file: None for entry in entries}
    beside = [pyc for pyc in pycs.to_list() if pyc not in elsewhere]
    taken = {runfiles_path(ctx, pyc): None for pyc in beside}
    links = {}
    for entry in entries:
        if entry.path not in taken:
            links.setdefault(entry.path, entry.target_file)
    return ctx.runfiles(beside, root_symlinks = links)

def explain_lost_pycs(ctx, py_info):
    """Says which dependencies cannot hand on pycs, since they only know Bazel's builtin PyInfo.

    Their sources are shipped, so the program works, but it is not the program that was asked for.

    Args:
        ctx: the rule's context.
        py_info: PyInfo of the program.
    """
    for label in py_info.transitive_builtin_targets.to_list():
        # buildifier: disable=print
        print((
            "{}: {} gives only the PyInfo built into Bazel, which has no room for pycs: its modules and " +
            "those below it are shipped as source. Load its rule, or the PyInfo that its rule returns, " +
            "from {}."
        ).format(ctx.label, label, Label("//python:py_info.bzl")))
