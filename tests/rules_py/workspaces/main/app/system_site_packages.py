import sys

assert any(path.startswith(sys.base_prefix) and path.endswith("-packages") for path in sys.path), sys.path
assert sys.flags.no_user_site
