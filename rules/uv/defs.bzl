"""Programs from third-party packages."""

load(
    "//uv/private:entry_point.bzl",
    _py_console_script_binary = "py_console_script_binary",
    _py_entrypoint_binary = "py_entrypoint_binary",
)
load("//uv/private:manifest.bzl", _gazelle_python_manifest = "gazelle_python_manifest")

gazelle_python_manifest = _gazelle_python_manifest
py_console_script_binary = _py_console_script_binary
py_entrypoint_binary = _py_entrypoint_binary
