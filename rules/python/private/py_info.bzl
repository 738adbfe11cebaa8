"""The provider of Python targets, and how several of them are merged."""

load(":builtin_providers.bzl", "BuiltinPyInfo")

def _check_depset(name, value):
    if type(value) != type(depset()):
        fail("PyInfo: {} must be a depset, not {}".format(name, type(value)))

def _init(
        *,
        transitive_sources,
        imports = depset(),
        uses_shared_libraries = False,
        has_py2_only_sources = False,
        has_py3_only_sources = False,
        direct_pyc_files = depset(),
        transitive_pyc_files = depset(),
        transitive_implicit_pyc_files = depset(),
        transitive_implicit_pyc_source_files = depset(),
        direct_original_sources = depset(),
        transitive_original_sources = depset(),
        direct_pyi_files = depset(),
        transitive_pyi_files = depset(),
        transitive_required_sources = None,
        pyc_runfiles = [],
        implicit_pyc_runfiles = [],
        transitive_builtin_targets = depset(),
        venv_symlinks = depset()):
    """Checks the types and fills in the rest.

    A rule that knows only the fields of earlier releases may leave the others out: `transitive_sources`
    then says what has to be shipped.

    Args:
        transitive_sources: depset[File].
        imports: depset[str].
        uses_shared_libraries: bool.
        has_py2_only_sources: bool.
        has_py3_only_sources: bool.
        direct_pyc_files: depset[File].
        transitive_pyc_files: depset[File].
        transitive_implicit_pyc_files: depset[File].
        transitive_implicit_pyc_source_files: depset[File].
        direct_original_sources: depset[File].
        transitive_original_sources: depset[File].
        direct_pyi_files: depset[File].
        transitive_pyi_files: depset[File].
        transitive_required_sources: depset[File]; by default `transitive_sources`.
        pyc_runfiles: list of runfiles.
        implicit_pyc_runfiles: list of runfiles.
        transitive_builtin_targets: depset[str].
        venv_symlinks: depset.

    Returns:
        dict of the fields.
    """
    if transitive_required_sources == None:
        transitive_required_sources = transitive_sources
    depsets = {
        "direct_original_sources": direct_original_sources,
        "direct_pyc_files": direct_pyc_files,
        "direct_pyi_files": direct_pyi_files,
        "imports": imports,
        "transitive_builtin_targets": transitive_builtin_targets,
        "transitive_implicit_pyc_files": transitive_implicit_pyc_files,
        "transitive_implicit_pyc_source_files": transitive_implicit_pyc_source_files,
        "transitive_original_sources": transitive_original_sources,
        "transitive_pyc_files": transitive_pyc_files,
        "transitive_pyi_files": transitive_pyi_files,
        "transitive_required_sources": transitive_required_sources,
        "transitive_sources": transitive_sources,
        "venv_symlinks": venv_symlinks,
    }
    for name, value in depsets.items():
        _check_depset(name, value)

    # Fails here rather than in whoever flattens it if the order is not a postorder.
    depset(transitive = [transitive_sources], order = "postorder")
    return depsets | {
        "has_py2_only_sources": has_py2_only_sources,
        "has_py3_only_sources": has_py3_only_sources,
        "implicit_pyc_runfiles": implicit_pyc_runfiles,
        "pyc_runfiles": pyc_runfiles,
        "uses_shared_libraries": uses_shared_libraries,
    }

PyInfo, _new_py_info = provider(
    doc = "What a Python target gives to those that depend on it.",
    init = _init,
    fields = {
        "direct_original_sources": "depset[File]: this target's `.py` inputs, whatever the settings.",
        "direct_pyc_files": """\
depset[File]: this target's required pycs, those of `pyc_runfiles` too, which stand elsewhere.
""",
        "direct_pyi_files": "depset[File]: this target's type stubs.",
        "has_py2_only_sources": "bool: only true if a rule of somebody else's says so; kept for rules that forward it.",
        "has_py3_only_sources": "bool: as `has_py2_only_sources`.",
        "implicit_pyc_runfiles": """\
list[runfiles]: as `transitive_implicit_pyc_files`, for pycs that are not made beside their sources and
have to be linked there: the root symlinks say where.
""",
        "imports": "depset[str]: paths below the runfiles root that belong on `sys.path`.",
        "pyc_runfiles": "list[runfiles]: as `transitive_pyc_files`, for pycs not made beside their sources.",
        "transitive_builtin_targets": """\
depset[str]: labels of targets below this one that give only Bazel's builtin PyInfo, where pycs are lost.
""",
        "transitive_implicit_pyc_files": "depset[File]: pycs that a binary may choose to ship.",
        "transitive_implicit_pyc_source_files": """\
depset[File]: the sources of the implicit pycs, to be shipped when those are not.
""",
        "transitive_original_sources": "depset[File]: all `.py` inputs, whatever the settings; for analysers.",
        "transitive_pyc_files": "depset[File]: required pycs, which each binary ships.",
        "transitive_pyi_files": "depset[File]: type stubs.",
        "transitive_required_sources": "depset[File]: sources that each binary ships.",
        "transitive_sources": """\
depset[File]: sources that have to be shipped by whoever takes these and `transitive_pyc_files` and knows of
no implicit pycs, such as packaging rules.
""",
        "uses_shared_libraries": "bool: whether a shared library is among the dependencies or the data.",
        "venv_symlinks": "depset: for rules that build virtualenvs.",
    },
)

# What the targets in `deps` may be.
PY_DEP_PROVIDERS = [[PyInfo]] + ([[BuiltinPyInfo]] if BuiltinPyInfo else [])

def py_info_of(target):
    """What a dependency gives, in this module's terms.

    Args:
        target: Target.

    Returns:
        PyInfo; made from Bazel's builtin one if that is all there is, in which case nothing is known of
        pycs; None if the target is no Python target.
    """
    if PyInfo in target:
        return target[PyInfo]
    if BuiltinPyInfo and BuiltinPyInfo in target:
        builtin = target[BuiltinPyInfo]
        return PyInfo(
            has_py2_only_sources = builtin.has_py2_only_sources,
            has_py3_only_sources = builtin.has_py3_only_sources,
            imports = builtin.imports,
            transitive_builtin_targets = depset([str(target.label)]),
            transitive_original_sources = builtin.transitive_sources,
            transitive_sources = builtin.transitive_sources,
            uses_shared_libraries = builtin.uses_shared_libraries,
        )
    return None

def builtin_py_info(info):
    """The same as Bazel's builtin provider, for rules that know no other.

    It has all sources: pycs are lost on this way, and a module without either would be missing.

    Args:
        info: PyInfo.

    Returns:
        list with one provider; empty if this Bazel has none.
    """
    if not BuiltinPyInfo:
        return []
    return [BuiltinPyInfo(
        has_py2_only_sources = info.has_py2_only_sources,
        has_py3_only_sources = info.has_py3_only_sources,
        imports = info.imports,
        transitive_sources = depset(transitive = [
            info.transitive_sources,
            info.transitive_original_sources,
        ]),
        uses_shared_libraries = info.uses_shared_libraries,
    )]

_TRANSITIVE = [
    "transitive_builtin_targets",
    "transitive_implicit_pyc_files",
    "transitive_implicit_pyc_source_files",
    "transitive_original_sources",
    "transitive_pyc_files",
    "transitive_pyi_files",
    "transitive_required_sources",
    "transitive_sources",
    "venv_symlinks",
]

def merge_py_infos(direct, infos, imports, *, libraries = False, pyi_infos = []):
    """Adds what a target has itself to what it has from its dependencies.

    Args:
        direct: dict from a field's name to list[File] (depset fields) or list[runfiles].
        infos: list[PyInfo] of the dependencies.
        imports: list[str], the target's own.
        libraries: bool, whether the target itself has a shared library.
        pyi_infos: list[PyInfo] of dependencies for type checkers only.

    Returns:
        PyInfo.
    """
    fields = {
        name: depset(
            direct.get(name, []),
            transitive = [getattr(info, name) for info in infos],
            order = "postorder" if name.endswith("sources") else "default",
        )
        for name in _TRANSITIVE
    }
    fields["transitive_pyi_files"] = depset(
        transitive = [fields["transitive_pyi_files"]] + [info.transitive_pyi_files for info in pyi_infos],
    )
    for name in ("direct_original_sources", "direct_pyc_files", "direct_pyi_files"):
        fields[name] = depset(direct.get(name, []))
    return PyInfo(
        implicit_pyc_runfiles = _merged(direct, infos, "implicit_pyc_runfiles"),
        has_py2_only_sources = any([info.has_py2_only_sources for info in infos]),
        has_py3_only_sources = any([info.has_py3_only_sources for info in infos]),
        imports = depset(imports, transitive = [info.imports for info in infos]),
        pyc_runfiles = _merged(direct, infos, "pyc_runfiles"),
        uses_shared_libraries = libraries or any([info.uses_shared_libraries for info in infos]),
        **fields
    )

def _merged(direct, infos, name):
    """At most one runfiles object, so that the list does not grow with the depth of the graph."""
    runfiles = list(direct.get(name, []))
    for info in infos:
        runfiles.extend(getattr(info, name))
    return [runfiles[0].merge_all(runfiles[1:])] if runfiles else []
