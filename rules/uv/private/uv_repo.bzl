"""The repository with uv."""

def _uv_repo_impl(rctx):
    found = rctx.which("uv")
    script = "#!/bin/sh\nexec '{}' \"$@\"\n".format(found) if found else (
        "#!/bin/sh\necho 'There is no uv on PATH, and none is downloaded: install it.' >&2\nexit 127\n"
    )
    rctx.file("uv", script, executable = True)
    rctx.file("BUILD.bazel", "exports_files([\"uv\"], visibility = [\"//visibility:public\"])\n")

uv_repo = repository_rule(
    implementation = _uv_repo_impl,
    doc = "uv as found on PATH.",
    environ = ["PATH"],
    local = True,
)
