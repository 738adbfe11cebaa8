"""A build flag that is on or off."""

load("//python/private:flag_info.bzl", "FlagInfo")

def _bool_flag_impl(ctx):
    return [FlagInfo(value = ctx.build_setting_value)]

bool_flag = rule(
    implementation = _bool_flag_impl,
    doc = "A flag set with --LABEL, --noLABEL or --LABEL=VALUE.",
    build_setting = config.bool(flag = True),
)
