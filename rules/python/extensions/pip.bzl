"""The module extension for packages from package indexes."""

load("//python/private:pip_extension.bzl", _pip = "pip")

pip = _pip
