load("@aspect_rules_py//py:defs.bzl", "py_binary")

def service(name):
    py_binary(name = name, srcs = ["svc.py"])
