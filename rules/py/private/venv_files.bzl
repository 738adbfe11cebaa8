"""The files of a virtualenv: links and small texts, all known when the build is analysed.

Nothing is copied, looked for or made when a program starts: its interpreter finds `pyvenv.cfg` beside its own `bin`
(https://docs.python.org/3/library/site.html), one link in `site-packages` for each top-level name of each wheel, and
one `.pth` file with what is left.

What is in a wheel is known as far as its target says so. Where it does not, or where two wheels have parts of one
package, an action looks into the wheels and writes another `.pth` file.

The way from `site-packages` to a wheel has two hops: `NAME -> ../../../_wheels/INDEX/…/NAME`, which stays inside the
virtualenv, and `_wheels/INDEX`, which leads out of it.
"""

load("//python/private:runfiles_paths.bzl", "package_runfiles_path", "runfiles_path")
load("//python/private:version_info.bzl", "version_text")
load(":layout.bzl", "plan_layout", "report_collisions")
load(":links.bzl", "declare_link", "declare_link_text", "links", "relative_path")
load(":virtualenv_info.bzl", "VirtualenvInfo")
load(":wheels.bzl", "wheels_of")

VENV_ATTRS = {
    "include_system_site_packages": attr.bool(
        doc = "Whether the packages installed for the interpreter itself can be imported too.",
    ),
    "include_user_site_packages": attr.bool(
        doc = "Whether, beside the system's, the packages of the user who runs the program can be imported.",
    ),
    "interpreter_options": attr.string_list(
        doc = "Options for the interpreter, such as `-X dev`; locations and make variables expand.",
    ),
    "package_collisions": attr.string(
        default = "error",
        values = ["error", "warning", "ignore"],
        doc = "What to do when two wheels bring the same package, dist-info, command or data file.",
    ),
    "venv_dir_basename": attr.string(
        doc = "The name of the virtualenv's directory in the package; by default a dot and the target's name.",
    ),
    "_activate_template": attr.label(
        default = "//py/private:activate_template.sh",
        allow_single_file = True,
    ),
    "_console_script_template": attr.label(
        default = "//py/private:console_script_template.sh",
        allow_single_file = True,
    ),
    "_tool_interpreter": attr.label(
        default = "//python/private:current_interpreter_executable",
        cfg = "exec",
        executable = True,
    ),
    "_venv_imports": attr.label(
        default = "//py/private:venv_imports.py",
        allow_single_file = True,
    ),
    "_wheels_tool": attr.label(
        default = "//py/private:look_into_wheels.py",
        allow_single_file = True,
    ),
}

# Puts the commands of the virtualenv on PATH, once: programs that run Python again process the line again.
_PATH_LINE = (
    "import os, sys; _b = os.path.join(sys.prefix, 'bin'); _p = os.environ.get('PATH', os.defpath); " +
    "_b in _p.split(os.pathsep) or os.environ.__setitem__('PATH', _b + os.pathsep + _p)"
)

# Paths in this file are relative, and are taken as relative to where the virtualenv seems to be. Reached through a link to
# its directory, such as an editor has, it is processed again where it is.
_LINK_LINE = (
    "import os, site, sys; _s = os.path.join(os.path.realpath(sys.prefix), '{}'); " +
    "_s in sys.path or os.path.islink(sys.prefix) and site.addsitedir(_s)"
)

def site_packages_directory(runtime, *, abi_flags = True):
    """Where a prefix has its modules.

    Args:
        runtime: PyRuntimeInfo.
        abi_flags: bool, whether the free-threaded build has a directory of its own: it has in a virtualenv,
            not in an unpacked wheel.

    Returns:
        str, such as `lib/python3.12/site-packages`.
    """
    return "lib/python{}{}/site-packages".format(
        python_version_of(runtime),
        "t" if abi_flags and "t" in runtime.abi_flags else "",
    )

def python_version_of(runtime):
    """The version that the paths in a virtualenv name; stops the analysis if it is not known.

    Args:
        runtime: PyRuntimeInfo.

    Returns:
        str, MAJOR.MINOR.
    """
    version = version_text(runtime.interpreter_version_info)
    if not version or not runtime.supports_build_time_venv:
        fail(("a virtualenv is made for one version of Python{}, and the resolved Python toolchain finds its " +
              "interpreter only at run time: register one whose version is known, such as those of " +
              "//python/local_toolchains:repos.bzl").format(" (here: {})".format(version) if version else ""))
    return version

def declare_venv(ctx, *, directory, py_info, runtime, runfiles, env = {}):
    """Declares the files of a virtualenv.

    Args:
        ctx: the context of a rule with VENV_ATTRS.
        directory: str, the virtualenv's directory, relative to the package.
        py_info: PyInfo of what it has.
        runtime: PyRuntimeInfo.
        runfiles: runfiles of what it has: modules and data.
        env: dict[str, str], for programs that run in it.

    Returns:
        struct with
        info: VirtualenvInfo;
        files: depset[File], what the virtualenv consists of, where runfiles have the same as bazel-bin;
        in_bin: depset[File], what else belongs to it in bazel-bin.
    """
    site_packages = site_packages_directory(runtime)
    wheels = wheels_of(py_info)
    layout = plan_layout(wheels)
    report_collisions(ctx.label, layout.collisions, ctx.attr.package_collisions)

    collection = links()
    variants = directory + ".in_runfiles"
    _declare_wheels(ctx, collection, directory, variants, site_packages, wheels, layout)
    _declare_interpreter(ctx, collection, directory, variants, runtime)
    root = package_runfiles_path(ctx) + "/" + directory
    imports = depset([ctx.label.repo_name or ctx.workspace_name], transitive = [py_info.imports])
    on_path = _find_on_path(ctx, imports, wheels)
    texts = [
        _write_config(ctx, directory, runtime),
        _write_pth(ctx, directory, site_packages, root, on_path),
        _write_activate(ctx, directory, wheels),
    ] + _look_into_wheels(ctx, directory, site_packages, runtime, wheels, layout, on_path) + [
        _write_console_script(ctx, directory, name, target)
        for name, target in layout.console_scripts.items()
    ]
    flags = []
    if ctx.attr.include_system_site_packages and not ctx.attr.include_user_site_packages:
        flags.append("-s")
    own = ctx.runfiles(
        texts + collection.in_both + ([runtime.interpreter] if runtime.interpreter else []),
        transitive_files = runtime.files,
        root_symlinks = collection.in_runfiles,
    )
    return struct(
        info = VirtualenvInfo(
            bin_python = root + "/bin/python",
            env = env,
            env_inherit = ctx.attr.env_inherit,
            imports = imports,
            interpreter_flags = flags,
            python_version = python_version_of(runtime),
            root = root,
            runfiles = runfiles.merge_all([own, ctx.runfiles([wheel.tree for wheel in wheels])]),
            venv_name = directory.split("/")[-1],
            wheels = depset(wheels),
        ),
        files = depset(texts + collection.in_both),
        in_bin = depset(collection.in_bin + [wheel.tree for wheel in wheels]),
    )

def venv_directory(ctx, suffix):
    """Where a target's virtualenv stands.

    Args:
        ctx: the context of a rule with VENV_ATTRS.
        suffix: str that follows the target's name.

    Returns:
        str, relative to the package.
    """
    parent, slash, name = ctx.label.name.rpartition("/")
    return parent + slash + (ctx.attr.venv_dir_basename or "." + name + suffix)

def _declare_wheels(ctx, collection, directory, variants, site_packages, wheels, layout):
    for index, wheel in enumerate(wheels):
        declare_link(ctx, collection, "{}/_wheels/{}".format(directory, index), wheel.tree, variants)
    for path, index in layout.top_levels.items():
        wheel = wheels[index]
        paths = [path]
        if path.endswith(".py") and wheel.pyc_suffix:
            parent, slash, name = path.rpartition("/")
            paths.append("{}{}__pycache__/{}{}".format(parent, slash, name[:-len(".py")], wheel.pyc_suffix))
        for each in paths:
            place = site_packages + "/" + each
            declare_link_text(ctx, collection, directory + "/" + place, relative_path(
                place.rpartition("/")[0],
                "_wheels/{}/{}/{}".format(index, wheel.site_packages, each),
            ))
    for path, index in layout.data_files.items():
        text = "../" * path.count("/") + "_wheels/{}/{}".format(index, path)
        declare_link_text(ctx, collection, directory + "/" + path, text)

def _declare_interpreter(ctx, collection, directory, variants, runtime):
    binary = directory + "/bin/"
    if runtime.interpreter:
        declare_link(ctx, collection, binary + "python", runtime.interpreter, variants)
    else:
        declare_link_text(ctx, collection, binary + "python", runtime.interpreter_path)
    suffix = "t" if "t" in runtime.abi_flags else ""
    for name in ["python3", "python{}{}".format(python_version_of(runtime), suffix)]:
        declare_link_text(ctx, collection, binary + name, "python")

def _write_config(ctx, directory, runtime):
    info = runtime.interpreter_version_info
    micro = getattr(info, "micro", None)
    lines = [
        # Without a home the interpreter follows its own link to its standard library. A relative one would be
        # taken as relative to the current directory.
        ("home = " + (runtime.interpreter_path or "").rpartition("/")[0]).strip(),
        "implementation = CPython",
        "version_info = {}.{}{}".format(info.major, info.minor, "" if micro == None else ".{}".format(micro)),
        "include-system-site-packages = " + str(ctx.attr.include_system_site_packages).lower(),
        "relocatable = true",
        # Python does not read this; programs that list virtualenvs of these rules may.
        "aspect-include-user-site-packages = " + str(ctx.attr.include_user_site_packages).lower(),
        "",
    ]
    output = ctx.actions.declare_file(directory + "/pyvenv.cfg")
    ctx.actions.write(output, "\n".join(lines))
    return output

def _find_on_path(ctx, imports, wheels):
    """What has no place of its own in site-packages, in the order of imports.

    Each is a path below the runfiles root, or the number of a wheel that is on the path as a whole.
    """
    numbers = {runfiles_path(ctx, wheel.tree) + "/" + wheel.site_packages: number for number, wheel in enumerate(wheels)}
    found = [numbers.get(each, each) for each in imports.to_list()]
    return [each for each in found if type(each) != "int" or wheels[each].top_levels == None]

def _write_pth(ctx, directory, site_packages, root, on_path):
    here = root + "/" + site_packages
    lines = [relative_path(here, "").rstrip("/"), _LINK_LINE.format(site_packages), _PATH_LINE]
    start = 0
    stop = 0
    for each in on_path:
        if type(each) == "int":
            stop += 1
            continue
        lines += _lines_for_wheels(directory, site_packages, start, stop)
        start = stop
        lines.append(relative_path(here, each))
    lines += _lines_for_wheels(directory, site_packages, start, stop)
    output = ctx.actions.declare_file("{}/{}/{}.pth".format(directory, site_packages, _stem(directory)))
    ctx.actions.write(output, "\n".join(lines) + "\n")
    return output

def _lines_for_wheels(directory, site_packages, start, stop):
    """One line for wheels that follow each other on the path: a thousand of their own would take their time."""
    if start == stop:
        return []
    index = site_packages + "/" + _index_name(directory)
    return ["import _venv_imports; _venv_imports.add_wheels({}, {}, {})".format(repr(index), start, stop)]

def _index_name(directory):
    return _stem(directory) + ".wheels.txt"

def _stem(directory):
    return directory.split("/")[-1].strip(".").partition(".")[0]

def _look_into_wheels(ctx, directory, site_packages, runtime, wheels, layout, on_path):
    """What only the files of the wheels tell: the one thing that takes an action, where it is needed."""
    unknown = _unknown(wheels)
    if not unknown and not layout.shared:
        return []
    output = ctx.actions.declare_file("{}/{}/{}.wheels.pth".format(directory, site_packages, _stem(directory)))
    index = ctx.actions.declare_file("{}/{}/{}".format(directory, site_packages, _index_name(directory)))
    arguments = ctx.actions.args()
    arguments.use_param_file("@%s")
    arguments.set_param_file_format("multiline")
    arguments.add(str(ctx.label), format = "--target=%s")
    arguments.add("--output", output)
    arguments.add("--index", index)
    arguments.add("--site-packages", site_packages)
    arguments.add("--collisions", ctx.attr.package_collisions)
    arguments.add_all(layout.shared, before_each = "--dropped")
    trees = []

    # What is linked into site-packages is found before what is only on the path, and that in the path's order.
    known = [number for number in range(len(wheels)) if number not in unknown]
    ordered = {number: None for number in on_path if type(number) == "int"} | {number: None for number in unknown}
    for number in known + ordered.keys():
        wheel = wheels[number]
        if not unknown and not [path for path in wheel.top_levels if path.split("/")[0] in layout.shared]:
            continue
        trees.append(wheel.tree)
        arguments.add("--wheel", json.encode(struct(
            label = str(wheel.label),
            place = "_wheels/{}".format(number),
            scripts = [name for name, _ in wheel.console_scripts],
            site_packages = wheel.site_packages,
            top_levels = wheel.top_levels,
            tree = wheel.tree.path,
        )))
    outputs = [index, output]
    if runtime.pyc_tag:
        # Each start would compile it anew.
        path = "{}/{}/__pycache__/_venv_imports.{}.pyc".format(directory, site_packages, runtime.pyc_tag)
        outputs.append(ctx.actions.declare_file(path))
        arguments.add("--compile", ctx.file._venv_imports)
        arguments.add("--compiled", outputs[-1])
    ctx.actions.run(
        executable = ctx.executable._tool_interpreter,
        arguments = [_tool_command(ctx), arguments],
        inputs = trees + [ctx.file._wheels_tool, ctx.file._venv_imports],
        outputs = outputs,
        mnemonic = "PyVenvWheels",
        progress_message = "Looking into the wheels of %{label}",
    )
    module = ctx.actions.declare_file("{}/{}/_venv_imports.py".format(directory, site_packages))
    ctx.actions.expand_template(template = ctx.file._venv_imports, output = module, substitutions = {})
    return outputs + [module]

def _unknown(wheels):
    """The numbers of the wheels of which nothing is said, as the keys of a dict."""
    return {number: None for number, wheel in enumerate(wheels) if wheel.top_levels == None}

def _tool_command(ctx):
    arguments = ctx.actions.args()
    arguments.add_all(["-B", "-I", ctx.file._wheels_tool])
    return arguments

def _write_activate(ctx, directory, wheels):
    output = ctx.actions.declare_file(directory + "/bin/activate")
    ctx.actions.expand_template(
        template = ctx.file._activate_template,
        output = output,
        substitutions = {
            "%prompt%": directory.split("/")[-1].strip("."),
            "%wheels%": " ".join([str(number) for number in _unknown(wheels)]),
        },
    )
    return output

def _write_console_script(ctx, directory, name, target):
    module, _, function = target.partition(":")
    output = ctx.actions.declare_file("{}/bin/{}".format(directory, name))
    ctx.actions.expand_template(
        template = ctx.file._console_script_template,
        output = output,
        substitutions = {
            "%function%": function.partition("[")[0].strip(),
            "%first%": function.partition("[")[0].strip().partition(".")[0],
            "%module%": module.strip(),
        },
        is_executable = True,
    )
    return output
