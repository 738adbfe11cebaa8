"""Whether a program can run in a virtualenv that is not its own."""

load("//python/private:runfiles_paths.bzl", "runfiles_path")
load(":wheels.bzl", "wheels_of")

def check_version(ctx, version, venv_label, venv):
    """Stops the analysis if a program is built for another Python than that of its external virtualenv.

    Args:
        ctx: the rule's context.
        version: str, MAJOR.MINOR for which the program is built.
        venv_label: Label.
        venv: VirtualenvInfo.
    """
    if version != venv.python_version:
        fail(("{}: it is built for Python {}, and the virtualenv {} has Python {}. Write the same python_version on " +
              "both, or drop external_venv.").format(ctx.label, version, venv_label, venv.python_version))

def check_covered(ctx, py_info, venv_label, venv):
    """Stops the analysis if a program imports from where its external virtualenv does not look.

    Args:
        ctx: the rule's context.
        py_info: PyInfo of the program.
        venv_label: Label.
        venv: VirtualenvInfo.
    """
    covered = {root: None for root in venv.imports.to_list()}
    missing = [root for root in py_info.imports.to_list() if root not in covered]
    if not missing:
        return
    wheels = {
        runfiles_path(ctx, wheel.tree) + "/" + wheel.site_packages: wheel
        for wheel in wheels_of(py_info)
    }
    names = {}
    roots = []
    for root in missing:
        wheel = wheels.get(root)
        if not wheel:
            roots.append(root)
        for name in (wheel.top_levels or [root]) if wheel else []:
            if not name.endswith(".dist-info"):
                names[name] = None
    lines = ["{}: the virtualenv {} lacks some of what the program imports".format(ctx.label, venv_label)]
    if names:
        lines.append("  wheels: " + ", ".join(sorted(names)))
    if roots:
        lines.append("  first-party import roots: " + ", ".join(sorted(roots)))
    lines.append("Add them to the deps of {}, or drop external_venv.".format(venv_label))
    fail("\n".join(lines))
