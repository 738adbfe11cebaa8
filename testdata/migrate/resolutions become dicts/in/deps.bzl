load("@aspect_rules_py//py:defs.bzl", _res = "resolutions")
load("@pypi//:requirements.bzl", "requirement")

PACKAGES = {"django": None}

BASE = _res.from_requirements(["django", "six"], requirement)
