"""The toolchain with what C and C++ code needs of a Python runtime."""

load(":builtin_providers.bzl", "CcInfo")
load(":flag_info.bzl", "FlagInfo")
load(":py_cc_toolchain_info.bzl", "PyCcToolchainInfo")

def _providers_map(target):
    if not target:
        return None
    providers = {"DefaultInfo": target[DefaultInfo]}
    if CcInfo and CcInfo in target:
        providers["CcInfo"] = target[CcInfo]
    return struct(providers_map = providers)

def _py_cc_toolchain_impl(ctx):
    abi_flags = ctx.attr.abi_flags
    if abi_flags == "<AUTO>":
        abi_flags = "t" if ctx.attr._py_freethreaded_flag[FlagInfo].value == "yes" else ""
    libc = ctx.attr.libc or ctx.attr._py_linux_libc_flag[FlagInfo].value
    platform_tag = ""
    if ctx.attr.sys_platform == "linux" and ctx.attr.platform_machine:
        platform_tag = "{}_{}".format(
            "musllinux" if libc == "musl" else "manylinux",
            ctx.attr.platform_machine,
        )
    return [platform_common.ToolchainInfo(
        py_cc_toolchain = PyCcToolchainInfo(
            abi_flags = abi_flags,
            headers = _providers_map(ctx.attr.headers),
            headers_abi3 = _providers_map(ctx.attr.headers_abi3),
            libs = _providers_map(ctx.attr.libs),
            platform_machine = ctx.attr.platform_machine,
            platform_tag = platform_tag,
            python_version = ctx.attr.python_version,
            soabi = ctx.attr.soabi,
            sys_platform = ctx.attr.sys_platform,
        ),
    )]

py_cc_toolchain = rule(
    implementation = _py_cc_toolchain_impl,
    doc = "The implementation of a toolchain of type //python/cc:toolchain_type.",
    attrs = {
        "abi_flags": attr.string(
            default = "<AUTO>",
            doc = "`sys.abiflags`; by default `t` or nothing, by the flag py_freethreaded.",
        ),
        "headers": attr.label(
            mandatory = True,
            doc = "The target with the runtime's headers, usually a cc_library.",
        ),
        "headers_abi3": attr.label(doc = "The headers for the stable ABI."),
        "libc": attr.string(doc = "glibc or musl; by default the flag py_linux_libc."),
        "libs": attr.label(doc = "The target with the runtime's libraries."),
        "platform_machine": attr.string(doc = "`platform.machine()`."),
        "python_version": attr.string(mandatory = True, doc = "`MAJOR.MINOR`."),
        "soabi": attr.string(doc = "The SOABI of extension modules."),
        "sys_platform": attr.string(doc = "`sys.platform`."),
        "_py_freethreaded_flag": attr.label(
            default = "//python/config_settings:py_freethreaded",
            providers = [FlagInfo],
        ),
        "_py_linux_libc_flag": attr.label(
            default = "//python/config_settings:py_linux_libc",
            providers = [FlagInfo],
        ),
    },
)
