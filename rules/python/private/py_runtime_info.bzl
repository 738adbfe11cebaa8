"""The provider of a Python runtime."""

load(":builtin_providers.bzl", "BuiltinPyRuntimeInfo")

_SHEBANG = "#!/usr/bin/env python3"

def _init(
        *,
        python_version = "PY3",
        interpreter = None,
        interpreter_path = None,
        files = None,
        interpreter_files_to_run = None,
        interpreter_version_info = None,
        implementation_name = None,
        pyc_tag = None,
        abi_flags = "",
        coverage_tool = None,
        coverage_files = None,
        bootstrap_template = None,
        stage2_bootstrap_template = None,
        zip_main_template = None,
        site_init_template = None,
        stub_shebang = None,
        supports_build_time_venv = False,
        venv_bin_files = None):
    """Checks what belongs together and fills in the rest.

    Args:
        python_version: str, `PY3`.
        interpreter: File, the interpreter of an in-build runtime; or
        interpreter_path: str, the absolute path of a system runtime's interpreter.
        files: depset[File], what the interpreter needs at run time; in-build runtimes only.
        interpreter_files_to_run: FilesToRunProvider of the interpreter, if it is an executable target.
        interpreter_version_info: struct (major, minor, micro, releaselevel, serial) or dict of the same.
        implementation_name: str, `sys.implementation.name`.
        pyc_tag: str, `sys.implementation.cache_tag`; None if the runtime is not known before run time.
        abi_flags: str, `sys.abiflags`.
        coverage_tool: File, the entry point of coverage.py.
        coverage_files: depset[File], what coverage_tool needs.
        bootstrap_template: File, the first stage of start-up, instead of this module's.
        stage2_bootstrap_template: File, the second stage of start-up, instead of this module's.
        zip_main_template: File, the template of `__main__.py` in zip files.
        site_init_template: File, kept for rules that build virtualenvs.
        stub_shebang: str, the first line of a first stage written in Python.
        supports_build_time_venv: bool, whether a virtualenv of this runtime may be made at build time.
        venv_bin_files: list[File], more files for the bin directory of a virtualenv.

    Returns:
        dict of the fields.
    """
    if bool(interpreter) == bool(interpreter_path):
        fail("exactly one of interpreter and interpreter_path must be given")
    if interpreter_path and files:
        fail("files must be empty with interpreter_path: those of {} are not part of the build".format(interpreter_path))
    if python_version != "PY3":
        fail("python_version must be PY3, not {}".format(repr(python_version)))
    if type(interpreter_version_info) == type({}):
        interpreter_version_info = struct(**interpreter_version_info)
    return {
        "abi_flags": abi_flags,
        "bootstrap_template": bootstrap_template,
        "coverage_files": coverage_files,
        "coverage_tool": coverage_tool,
        "files": (files or depset()) if interpreter else None,
        "implementation_name": implementation_name,
        "interpreter": interpreter,
        "interpreter_files_to_run": interpreter_files_to_run,
        "interpreter_path": interpreter_path,
        "interpreter_version_info": interpreter_version_info,
        "pyc_tag": pyc_tag,
        "python_version": python_version,
        "site_init_template": site_init_template,
        "stage2_bootstrap_template": stage2_bootstrap_template,
        "stub_shebang": stub_shebang or _SHEBANG,
        "supports_build_time_venv": supports_build_time_venv,
        "venv_bin_files": venv_bin_files or [],
        "zip_main_template": zip_main_template,
    }

PyRuntimeInfo, _new_py_runtime_info = provider(
    doc = "A Python runtime: one that is part of the build, or one that is installed on the platform.",
    init = _init,
    fields = {
        "abi_flags": "str: `sys.abiflags`.",
        "bootstrap_template": "File or None: the template of the first stage of start-up.",
        "coverage_files": "depset[File] or None: what `coverage_tool` needs.",
        "coverage_tool": "File or None: the entry point of coverage.py.",
        "files": "depset[File]: what an in-build interpreter needs; None for a system runtime.",
        "implementation_name": "str or None: `sys.implementation.name`.",
        "interpreter": "File: the interpreter of an in-build runtime; None for a system runtime.",
        "interpreter_files_to_run": "FilesToRunProvider or None: the interpreter as an executable target.",
        "interpreter_path": "str: the absolute path of a system interpreter; None for an in-build runtime.",
        "interpreter_version_info": "struct (major, minor, micro, releaselevel, serial) or None if not known.",
        "pyc_tag": "str or None: the part of a pyc's name that says which runtime reads it.",
        "python_version": "str: `PY3`.",
        "site_init_template": "File or None: for rules that build virtualenvs.",
        "stage2_bootstrap_template": "File or None: the template of the second stage of start-up.",
        "stub_shebang": "str: the first line of a first stage written in Python.",
        "supports_build_time_venv": "bool: whether a virtualenv may be made at build time.",
        "venv_bin_files": "list[File]: more files for the bin directory of a virtualenv.",
        "zip_main_template": "File or None: the template of `__main__.py` in zip files.",
    },
)

def runtime_providers(runtime):
    """The providers by which a target gives a runtime.

    Args:
        runtime: PyRuntimeInfo, or Bazel's builtin one.

    Returns:
        list of providers: the runtime, and if it is no builtin one the same as that, where this Bazel has it.
    """
    if not BuiltinPyRuntimeInfo or not hasattr(runtime, "pyc_tag"):
        return [runtime]
    return [runtime, BuiltinPyRuntimeInfo(
        bootstrap_template = runtime.bootstrap_template,
        coverage_files = runtime.coverage_files,
        coverage_tool = runtime.coverage_tool,
        files = runtime.files,
        interpreter = runtime.interpreter,
        interpreter_path = runtime.interpreter_path,
        python_version = "PY3",
        stub_shebang = runtime.stub_shebang,
    )]
