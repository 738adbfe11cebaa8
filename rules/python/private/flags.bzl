"""The few kinds of build flags this module needs, so that it depends on no other module."""

load(":flag_info.bzl", "FlagInfo")

def _string_flag_impl(ctx):
    value = ctx.build_setting_value
    replacement = ctx.attr.removed_values.get(value)
    if replacement:
        fail("{}: the value {} was removed: {}".format(ctx.label, repr(value), replacement))
    if ctx.attr.values and value not in ctx.attr.values:
        fail("{}: {} is not one of {}".format(ctx.label, repr(value), ", ".join(ctx.attr.values)))
    return [FlagInfo(value = value)]

string_flag = rule(
    implementation = _string_flag_impl,
    doc = "A flag that takes one string, set with --LABEL=VALUE.",
    build_setting = config.string(flag = True),
    attrs = {
        "removed_values": attr.string_dict(
            doc = "Values of earlier releases, each with what to write instead.",
        ),
        "values": attr.string_list(doc = "The values allowed; any if empty."),
    },
)

def _bool_flag_impl(ctx):
    return [FlagInfo(value = ctx.build_setting_value)]

bool_flag = rule(
    implementation = _bool_flag_impl,
    doc = "A flag that is on or off, set with --LABEL, --noLABEL or --LABEL=VALUE, as Bazel's own are.",
    build_setting = config.bool(flag = True),
)

def _string_list_flag_impl(ctx):
    return [FlagInfo(value = [value for value in ctx.build_setting_value if value])]

string_list_flag = rule(
    implementation = _string_list_flag_impl,
    doc = "A flag that may be given more than once; each time adds a value to the list.",
    build_setting = config.string_list(flag = True, repeatable = True),
)

def _removed_flag_impl(ctx):
    if ctx.build_setting_value:
        fail("--{} was removed: {}".format(ctx.label, ctx.attr.replacement))
    return [FlagInfo(value = "")]

removed_flag = rule(
    implementation = _removed_flag_impl,
    doc = "A flag of an earlier release, which stops the build with its replacement when it is set.",
    build_setting = config.string(flag = True),
    attrs = {"replacement": attr.string(mandatory = True, doc = "What to write instead.")},
)

def _version_part_impl(ctx):
    version = ctx.attr.flag[FlagInfo].value
    return [config_common.FeatureFlagInfo(value = ".".join(version.split(".")[:ctx.attr.parts]))]

version_part = rule(
    implementation = _version_part_impl,
    doc = "The first parts of a version flag, for `flag_values` of a config_setting.",
    attrs = {
        "flag": attr.label(mandatory = True, providers = [FlagInfo], doc = "The flag with the version."),
        "parts": attr.int(mandatory = True, doc = "How many parts: 2 for MAJOR.MINOR."),
    },
)

def _version_match_impl(ctx):
    matches = ctx.attr.flag[FlagInfo].value in ctx.attr.versions
    return [config_common.FeatureFlagInfo(value = "yes" if matches else "no")]

version_match = rule(
    implementation = _version_match_impl,
    doc = "`yes` or `no`: whether a version flag has one of several values, for `flag_values`.",
    attrs = {
        "flag": attr.label(mandatory = True, providers = [FlagInfo], doc = "The flag with the version."),
        "versions": attr.string_list(mandatory = True, doc = "The values to look for."),
    },
)
