"""The module extension for Python versions."""

load("//python/private:python_extension.bzl", _python = "python")

python = _python
