"""A stand-in."""

def bzl_library(**_kwargs):
    pass
