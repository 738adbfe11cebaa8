"""Repository rules for Python interpreters that are installed on the machine the build runs on."""

load(
    "//python/private:local_runtime_repo.bzl",
    _local_runtime_repo = "local_runtime_repo",
    _local_runtime_toolchains_repo = "local_runtime_toolchains_repo",
)

local_runtime_repo = _local_runtime_repo
local_runtime_toolchains_repo = _local_runtime_toolchains_repo
