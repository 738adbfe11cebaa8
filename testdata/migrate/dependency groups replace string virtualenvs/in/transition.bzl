_VENV_FLAG = "@aspect_rules_py//uv/private/constraints/venv:venv"

def _impl(settings, attr):
    return {_VENV_FLAG: "x"}
