"""starlark"""
