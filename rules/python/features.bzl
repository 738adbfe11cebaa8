"""What this module can do, for rules that have to work with several releases.

A feature of a later release is read with `getattr(features, NAME, False)`.
"""

features = struct(
    # The pyc of a target says in its name at which -O level it was compiled.
    optimize_level_in_pyc_name = True,
    # The module extension `pip`, with hubs of wheels, and pip_parse for WORKSPACE.
    pip_extension = True,
    # The attribute `precompile` and what belongs to it.
    precompile = True,
    # The flag precompile_actions and its value per_target.
    precompile_per_target = True,
    # PyInfo has the fields direct_original_sources and transitive_original_sources.
    py_info_original_sources = True,
    # The module extension `python`, with archives and local interpreters, and the macros for WORKSPACE.
    python_extension = True,
)
