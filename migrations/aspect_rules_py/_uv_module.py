"""The MODULE.bazel of the cases that are about a hub of the uv extension: `@pypi`."""

from __future__ import annotations


def _module(version: str, extension: str) -> str:
    return f"""\
bazel_dep(name = "aspect_rules_py", version = "{version}")

uv = use_extension("@aspect_rules_py//uv{extension}", "uv")
uv.declare_hub(hub_name = "pypi")
use_repo(uv, "pypi")
"""


ON_V1 = _module("1.11.7", "/unstable:extension.bzl")
ON_V2 = _module("2.0.0-alpha.6", ":extensions.bzl")
