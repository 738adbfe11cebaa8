"""The module extension `python`: interpreters from archives, and what the tags mean."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.rules.bazel import precompile
from tests.rules_toolchains.conftest import Suite

pytestmark = pytest.mark.xdist_group("bazel")

ARCHIVES = """
python.single_version_override(
    python_version = "<OLD>", sha256 = {"<PLATFORM>": "<OLD_SHA>"}, urls = ["file://<OLD_PATH>"],
)
python.single_version_platform_override(
    platform = "<PLATFORM>", python_version = "<NEW>", sha256 = "<NEW_SHA>",
    urls = ["<NEW_DIR>/{python_version}.tar.gz"],
)
"""


def test_interpreters_from_archives(suite: Suite) -> None:
    """By URL and by path; chosen by version; the default serves builds that ask for none."""
    suite.module(
        """
python.toolchain(python_version = "<OLD_MINOR>")
python.toolchain(python_version = "<NEW_MINOR>", is_default = True)
"""
        + ARCHIVES
    )
    result = suite.workspace.bazel("test", precompile("enabled"), "--test_output=errors", "//versions/...").check()
    assert "Executed 4 out of 4 tests: 4 tests pass." in result.out
    version, root_path = (suite.workspace.bin() / "versions" / "make_variable.txt").read_text().splitlines()
    assert version.startswith(suite.new.version + " ")
    assert "external" in version
    assert root_path.startswith("../")


def test_an_archive_that_is_changed_and_an_interpreter_on_path(suite: Suite) -> None:
    """Patches and distutils.cfg go into the archive; a version without an archive is that of the machine."""
    directory = suite.new.path.parent / "unpacked"
    shutil.unpack_archive(suite.new.path, directory, filter="data")
    suite.module(
        """
python.toolchain(python_version = "<OLD_MINOR>")
python.toolchain(python_version = "<NEW_MINOR>", is_default = True)
python.toolchain(python_version = "<NEW_MINOR>.99")
python.toolchain(python_version = "3.99")
python.override(base_url = "<OLD_DIR>", add_target_settings = ["//changed:is_wanted"])
python.single_version_override(
    python_version = "<OLD>", sha256 = {"<PLATFORM>": "<OLD_SHA>"}, urls = ["<OLD>.tar.gz"],
    patches = ["//changed:added.patch"], patch_strip = 1, distutils_content = "[install]",
)
use_repo(python, "python_versions", "python_<OLD_NAME>", "python_<NEW_NAME>_host")
"""
    )
    suite.workspace.write(
        {
            "changed/BUILD.bazel": suite.fill(
                """
load("<RULES>//python:py_test.bzl", "py_test")
load("@python_<OLD_NAME>//:defs.bzl", py_test_again = "py_test")
load("@python_versions//<OLD_MINOR>:defs.bzl", py_test_of_version = "py_test")

config_setting(name = "is_wanted", values = {"compilation_mode": "fastbuild"}, visibility = ["//visibility:public"])

py_test_of_version(name = "patched", srcs = ["patched.py"])
py_test_again(name = "again", srcs = ["patched.py"], main = "patched.py")
py_test(name = "local", srcs = ["local.py"], python_version = "<NEW_MINOR>")
py_test(name = "other_release", srcs = ["local.py"], main = "local.py", python_version = "<NEW_MINOR>.99")
py_test(name = "nowhere", srcs = ["local.py"], main = "local.py", python_version = "3.99")

genrule(
    name = "host",
    outs = ["host.txt"],
    cmd = "$(location @python_<NEW_NAME>_host//:python) -V > $@",
    tools = ["@python_<NEW_NAME>_host//:python"],
)
"""
            ),
            "changed/patched.py": suite.fill(
                "import os\nimport added_by_patch\nlibrary = os.path.dirname(added_by_patch.__file__)\n"
                'assert open(os.path.join(library, "distutils", "distutils.cfg")).read() == "[install]"\n'
            ),
            "changed/local.py": suite.fill(
                'import sys\nassert sys.version.split()[0] == "<NEW>", sys.version\n'
                'assert "unpacked" in sys.prefix, sys.prefix\n'
            ),
            "changed/added.patch": suite.fill(
                "--- /dev/null\n+++ b/lib/python<OLD_MINOR>/added_by_patch.py\n@@ -0,0 +1 @@\n+VALUE = 1\n"
            ),
        }
    )
    env = {"PATH": f"{directory / 'python' / 'bin'}:{os.environ['PATH']}"}
    targets = ["//changed:patched", "//changed:again", "//changed:local", "//changed:host"]
    suite.workspace.bazel("test", "--test_output=errors", *targets, env=env).check()
    assert (suite.workspace.bin() / "changed" / "host.txt").read_text() == f"Python {suite.new.version}\n"

    other = suite.workspace.bazel("build", "//changed:other_release", env=env)
    assert suite.fill("is Python <NEW>, not <NEW_MINOR>.99; install it, or name an archive") in other.err
    assert "there is no python3.99" in suite.workspace.bazel("build", "//changed:nowhere", env=env).err


def test_an_archive_of_another_version_is_refused(suite: Suite) -> None:
    suite.module(
        """
python.toolchain(python_version = "<OLD_MINOR>")
python.single_version_override(
    python_version = "<OLD>", sha256 = {"<PLATFORM>": "<NEW_SHA>"}, urls = ["<NEW_PATH>"],
)
"""
    )
    result = suite.workspace.bazel("build", "//versions:default")
    assert result.code != 0
    assert suite.fill("is not of Python <OLD>") in result.err or "has none of" in result.err


def test_a_server_that_asks_who_it_is(suite: Suite) -> None:
    """The password is that of `netrc`, for the manifest as for the archive."""
    platform = suite.fill("<PLATFORM>-install_only.tar.gz")
    listed = f"{suite.new.sha256}  cpython-{suite.new.version}+20260101-{platform}\n".encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers.get("Authorization") == "Bearer secret"
            content = listed if "SUMS" in self.path else suite.new.path.read_bytes()
            self.send_response(200 if known else 401)
            self.end_headers()
            self.wfile.write(content if known else b"")

        def log_message(self, *_: object) -> None:
            """Nothing is worth the noise."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        netrc = suite.workspace.root / "netrc"
        netrc.write_text("machine 127.0.0.1\npassword secret\n")
        tags = (
            'python.toolchain(python_version = "<NEW_MINOR>")\nuse_repo(python, "python_<NEW_NAME>_<PLATFORM>")\n'
            f'python.override(add_runtime_manifest_urls = ["{url}/SUMS"], base_url = "{url}", '
            f'runtime_manifest_sha = "{hashlib.sha256(listed).hexdigest()}"'
        )
        build = "@" + suite.fill("python_<NEW_NAME>_<PLATFORM>") + "//:python3"
        suite.module(tags + ")")
        refused = suite.workspace.bazel("build", build)
        assert "401" in refused.err, refused.err
        auth = '{"127.0.0.1": "Bearer <password>"}'
        suite.module(tags + f', auth_patterns = {auth}, netrc = "{netrc}")')
        suite.workspace.bazel("build", build).check()
    finally:
        server.shutdown()
        server.server_close()
