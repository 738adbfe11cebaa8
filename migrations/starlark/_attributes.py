"""The attributes of the rules and macros of rules_python and aspect_rules_py, in all their versions together.

https://rules-python.readthedocs.io/en/latest/api/, https://github.com/aspect-build/rules_py/tree/main/docs,
https://bazel.build/reference/be/common-definitions
"""

from __future__ import annotations


def _names(*texts: str) -> frozenset[str]:
    return frozenset(name for text in texts for name in text.split())


COMMON = _names(
    "name applicable_licenses aspect_hints compatible_with deprecation distribs exec_compatible_with",
    "exec_group_compatible_with exec_properties features generator_function generator_location generator_name",
    "licenses package_metadata restricted_to tags target_compatible_with testonly toolchains transitive_configs",
    "visibility",
)
"""What every rule has."""

_TEST = _names("args env env_inherit flaky local shard_count size timeout")
_RUN = _names("args env output_licenses")
_PRECOMPILE = _names(
    "precompile precompile_invalidation_mode precompile_optimize_level precompile_source_retention pyc_collection"
)
_SOURCES = _names("data deps imports srcs")

_PYTHON_LIBRARY = (
    COMMON
    | _SOURCES
    | _PRECOMPILE
    | _names("experimental_venvs_site_packages namespace_package_files pyi_deps pyi_srcs srcs_version")
)
_PYTHON_RUN = (
    _PYTHON_LIBRARY
    | _RUN
    | _names("config_settings env_inherit interpreter_args legacy_create_init main main_module python_version stamp")
)

_ASPECT_SOURCES = COMMON | _SOURCES | _names("resolutions virtual_deps")
_ASPECT_VENV = (
    _ASPECT_SOURCES
    | _RUN
    | _names("debug dep_group env_inherit include_system_site_packages include_user_site_packages interpreter_options")
    | _names("mode package_collisions python_version venv")
)
_ASPECT_RUN = _ASPECT_VENV | _names("expose_venv expose_venv_link external_venv isolated main precompile pyc")

PYTHON = {
    "py_library": _PYTHON_LIBRARY,
    "py_binary": _PYTHON_RUN,
    "py_test": _PYTHON_RUN | _TEST,
    "py_runtime": COMMON
    | _names(
        "abi_flags bootstrap_template coverage_tool files implementation_name interpreter interpreter_path",
        "interpreter_version_info pyc_tag python_version site_init_template stage2_bootstrap_template stub_shebang",
        "supports_build_time_venv venv_bin_files zip_main_template",
    ),
    "py_runtime_pair": COMMON | _names("py2_runtime py3_runtime"),
    "py_exec_tools_toolchain": COMMON | _names("exec_interpreter precompiler exec_runtime"),
    "py_cc_toolchain": COMMON
    | _names("abi_flags headers headers_abi3 libc libs platform_machine python_version soabi sys_platform"),
    "py_interpreter_program": COMMON | _names("data deps env execution_requirements interpreter_args main srcs"),
    "current_py_toolchain": COMMON,
    "py_console_script_binary": _PYTHON_RUN | _names("binary_rule entry_points_txt pkg script shebang"),
    "py_package": COMMON | _names("deps packages"),
    "py_wheel": COMMON
    | _names(
        "abi add_path_prefix author author_email classifiers compress console_scripts data_files deps",
        "description_content_type description_file distribution entry_points extra_distinfo_files extra_requires",
        "extra_requires_files homepage incompatible_normalize_name incompatible_normalize_version license platform",
        "project_urls publish_args python_requires python_tag requires requires_file stamp strip_path_prefixes",
        "summary twine twine_binary version",
    ),
    "compile_pip_requirements": COMMON
    | _TEST
    | _names(
        "constraints data deps extra_args extra_data extra_deps generate_hashes py_binary py_test requirements_darwin",
        "requirements_in requirements_linux requirements_overrides requirements_txt requirements_windows src srcs",
    ),
}
"""The rules of rules_python by name."""

ASPECT = {
    "py_library": _ASPECT_SOURCES,
    "py_binary": _ASPECT_RUN,
    "py_binary_rule": _ASPECT_RUN,
    "py_test": _ASPECT_RUN | _TEST | _names("pytest_main"),
    "py_test_rule": _ASPECT_RUN | _TEST,
    "py_pytest_test": _ASPECT_RUN | _TEST | _names("chdir pytest_args"),
    "py_unittest_test": _ASPECT_RUN | _TEST,
    "py_venv": _ASPECT_VENV | _names("venv_name"),
    "py_venv_binary": _ASPECT_RUN,
    "py_venv_test": _ASPECT_RUN | _TEST,
    "py_venv_link": _ASPECT_VENV | _names("link_name venv_name"),
    "py_pytest_main": COMMON | _names("args chdir data deps py_library template"),
    "py_unpacked_wheel": COMMON | _names("src"),
    "py_pex_binary": COMMON | _names("binary inherit_path inject_env python_interpreter_constraints python_shebang"),
    "py_image_layer": COMMON
    | _names(
        "binaries binary compress compute_unused_inputs group group_compress_levels group_execution_requirements",
        "groups launcher_dir layer_groups layer_tier owner platform root tar_args warn_layer_count",
        "warn_remote_cache_threshold_mb",
    ),
    "py_layer_tier": COMMON | _names("compression group groups interpreter_group owner root strip_prefix"),
    "gazelle_python_manifest": COMMON | _names("hub lockfile venvs"),
    "py_console_script_binary": _ASPECT_RUN | _names("pkg script"),
    "py_entrypoint_binary": _ASPECT_RUN | _names("entrypoint pkg"),
}
"""The rules and macros of aspect_rules_py by name."""

NATIVE = {
    **{name: PYTHON[name] for name in ("py_library", "py_binary", "py_test", "py_runtime")},
    "toolchain": COMMON | _names("target_settings toolchain toolchain_type use_target_platform_constraints"),
}
"""What Bazel itself has under these names."""

KNOWN = frozenset(name for table in (PYTHON, ASPECT, NATIVE) for names in table.values() for name in names)
"""Every attribute that any of them has: never a misspelling."""
