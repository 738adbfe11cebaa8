import os
import sys

expected = {
    "BAZEL_TARGET": "//env:env_test",
    "BAZEL_TARGET_NAME": "env_test",
    "BAZEL_WORKSPACE": "_main",
    "BOTH": "from the binary",
    "DEFAULT": "default",
    "INHERITED": "from the caller",
    "INHERITED_BY_VENV": "from the caller",
    "INHERITED_DEFAULT": "from the caller",
    "LOCATION": "env/data.txt",
    "MODE": "fastbuild",
    "ONLY_VENV": "from the virtualenv's env/data.txt",
    "QUOTED": "a 'b' \"c\" $HOME `d` \\",
    "VIRTUAL_ENV": sys.prefix,
}
actual = {name: os.environ.get(name) for name in expected}
assert actual == expected, actual
