"""The provider of what C and C++ code needs of a Python runtime."""

PyCcToolchainInfo = provider(
    doc = "What C and C++ code needs to build against a Python runtime.",
    fields = {
        "abi_flags": "str: `sys.abiflags`.",
        "headers": "struct: `providers_map`, dict from a provider's name to what the headers target gives.",
        "headers_abi3": "struct like `headers`, for the stable ABI, or None.",
        "libs": "struct like `headers`, for the libraries, or None.",
        "platform_machine": "str: `platform.machine()`, such as `x86_64`.",
        "platform_tag": "str: the platform part of a wheel's name as far as libc and machine give it.",
        "python_version": "str: `MAJOR.MINOR`.",
        "soabi": "str: the SOABI of extension modules.",
        "sys_platform": "str: `sys.platform`, such as `linux`.",
    },
)
