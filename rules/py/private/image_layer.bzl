"""The layers of a container image with a program."""

# The first that matches has the file; what matches none is in the layer `default`. Both patterns look at the part of
# a path below the runfiles root.
_LAYER_GROUPS = {
    "interpreter": "\\.runfiles/[^/]*python[^/]*/(bin|include|lib|share)/",
    "packages": "\\.runfiles/.*/site-packages/",
}

_EXTENSIONS = {
    "": ".tar",
    "bzip2": ".tar.bz2",
    "gzip": ".tar.gz",
    "xz": ".tar.xz",
}

_ImageManifestInfo = provider(
    doc = "What an image has.",
    fields = {
        "files": "depset[File]: all that the manifest names.",
        "manifest": "File: one line for each, with where it goes and what it is, apart by a tab.",
    },
)

def _platform_impl(settings, attr):
    platform = "//command_line_option:platforms"
    return {platform: str(attr.platform) if attr.platform else settings[platform]}

_platform_transition = transition(
    implementation = _platform_impl,
    inputs = ["//command_line_option:platforms"],
    outputs = ["//command_line_option:platforms"],
)

def _py_image_manifest_impl(ctx):
    # A list, since the transition could give several.
    binary = ctx.attr.binary[0][DefaultInfo]
    executable = binary.files_to_run.executable
    if not executable:
        fail("{}: binary = {} is nothing that can be run: name a py_binary".format(ctx.label, ctx.attr.binary[0].label))
    place = (ctx.attr.root.strip("/") + "/" + executable.short_path.replace("../", "external/")).lstrip("/")
    runfiles = place + ".runfiles/"
    workspace = ctx.workspace_name

    def line_for_file(file):
        path = file.short_path
        return "{}{}\t{}".format(
            runfiles,
            path[len("../"):] if path.startswith("../") else workspace + "/" + path,
            file.path,
        )

    def line_for_symlink(entry):
        return "{}{}/{}\t{}".format(runfiles, workspace, entry.path, entry.target_file.path)

    def line_for_root_symlink(entry):
        return "{}{}\t{}".format(runfiles, entry.path, entry.target_file.path)

    def line_for_empty_file(path):
        return "{}{}\t".format(runfiles, path[len("../"):] if path.startswith("../") else workspace + "/" + path)

    tree = binary.default_runfiles
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    lines.add("{}\t{}".format(place, executable.path))
    lines.add_all(tree.files, map_each = line_for_file, allow_closure = True, expand_directories = False)
    lines.add_all(tree.symlinks, map_each = line_for_symlink, allow_closure = True)
    lines.add_all(tree.root_symlinks, map_each = line_for_root_symlink, allow_closure = True)
    lines.add_all(tree.empty_filenames, map_each = line_for_empty_file, allow_closure = True)
    mapping = getattr(binary.files_to_run, "repo_mapping_manifest", None)
    if mapping:
        lines.add("{}_repo_mapping\t{}".format(runfiles, mapping.path))
    manifest = ctx.actions.declare_file(ctx.label.name + ".spec")
    ctx.actions.write(manifest, lines)
    return [
        DefaultInfo(files = depset([manifest])),
        _ImageManifestInfo(
            files = depset(
                [executable] + ([mapping] if mapping else []) +
                [entry.target_file for entry in tree.symlinks.to_list() + tree.root_symlinks.to_list()],
                transitive = [tree.files],
            ),
            manifest = manifest,
        ),
    ]

_py_image_manifest = rule(
    implementation = _py_image_manifest_impl,
    doc = "Lists what an image with a program has.",
    attrs = {
        "binary": attr.label(cfg = _platform_transition, mandatory = True),
        "platform": attr.label(),
        "root": attr.string(),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

def _pack_arguments(ctx, info):
    arguments = ctx.actions.args()
    arguments.add_all(["-B", "-I", ctx.file._tool])
    arguments.add("--manifest", info.manifest)
    arguments.add("--owner", ctx.attr.owner)
    arguments.add("--owner-group", ctx.attr.owner_group)
    for name, pattern in ctx.attr.layer_groups.items():
        arguments.add("--layer-group={}={}".format(name, pattern))
    return arguments

_PACK_ATTRS = {
    "layer_groups": attr.string_dict(),
    "manifest": attr.label(providers = [_ImageManifestInfo]),
    "owner": attr.string(),
    "owner_group": attr.string(),
    "_interpreter": attr.label(
        default = "//python/private:current_interpreter_executable",
        cfg = "exec",
        executable = True,
    ),
    "_tool": attr.label(
        default = "//py/private:pack_layer.py",
        allow_single_file = True,
    ),
}

def _py_image_specs_impl(ctx):
    info = ctx.attr.manifest[_ImageManifestInfo]
    arguments = _pack_arguments(ctx, info)
    outputs = []
    for layer in ctx.attr.layers:
        output = ctx.actions.declare_file("{}.{}.manifest.spec".format(ctx.attr.image, layer))
        arguments.add(output, format = "--spec={}=%s".format(layer.replace("%", "%%")))
        outputs.append(output)
    ctx.actions.run(
        executable = ctx.executable._interpreter,
        arguments = [arguments],
        inputs = depset([info.manifest, ctx.file._tool], transitive = [info.files]),
        outputs = outputs,
        mnemonic = "PyImageManifests",
        progress_message = "Listing image layers %{label}",
    )
    return [DefaultInfo(files = depset(outputs))]

_py_image_specs = rule(
    implementation = _py_image_specs_impl,
    doc = "Says what each layer of an image has, in a file for each: https://man.freebsd.org/cgi/man.cgi?query=mtree&sektion=5",
    attrs = _PACK_ATTRS | {
        "image": attr.string(),
        "layers": attr.string_list(),
    },
)

def _py_image_tar_impl(ctx):
    info = ctx.attr.manifest[_ImageManifestInfo]
    output = ctx.actions.declare_file(ctx.label.name + _EXTENSIONS[ctx.attr.compress])
    arguments = _pack_arguments(ctx, info)
    arguments.add("--output", output)
    arguments.add("--compress=" + ctx.attr.compress)
    arguments.add("--layer", ctx.attr.layer)
    outputs = [output]
    unused = None
    if ctx.attr.compute_unused_inputs:
        # A change in one layer does not make the others anew.
        unused = ctx.actions.declare_file(ctx.label.name + ".unused")
        outputs.append(unused)
        arguments.add("--unused", unused)
    ctx.actions.run(
        executable = ctx.executable._interpreter,
        arguments = [arguments],
        inputs = depset([info.manifest, ctx.file._tool], transitive = [info.files]),
        outputs = outputs,
        unused_inputs_list = unused,
        mnemonic = "PyImageLayer",
        progress_message = "Packing image layer %{label}",
    )
    return [DefaultInfo(files = depset([output]))]

_py_image_tar = rule(
    implementation = _py_image_tar_impl,
    doc = "Packs one layer of an image.",
    attrs = _PACK_ATTRS | {
        "compress": attr.string(values = _EXTENSIONS.keys()),
        "compute_unused_inputs": attr.bool(),
        "layer": attr.string(),
    },
)

def py_image_layer(
        name,
        binary,
        root = "/",
        layer_groups = {},
        compress = "gzip",
        tar_args = [],
        compute_unused_inputs = -1,
        platform = None,
        owner = None,
        group = None,
        **kwargs):
    """The layers of a container image with a program, one tar file each.

    The program is at its path in the repository below `root`, with its runfiles beside it. The targets are
    `NAME_interpreter`, `NAME_packages`, one for each of `layer_groups`, `NAME_default`, and all of them together as NAME.
    What they have is said by `NAME_manifests`: a file `NAME.<group>.manifest.spec` for each, in the format of mtree(5).

    Args:
        name: str, the target.
        binary: label of the program.
        root: str, the directory in the image.
        layer_groups: dict from a name to a regular expression for paths in the image; the first that matches has
            the file.
        compress: str: gzip, bzip2, xz or nothing.
        tar_args: options for bsdtar are not supported.
        compute_unused_inputs: int: 0 makes a layer anew whenever anything in the image changes.
        platform: label of the platform of the image; by default that of the build.
        owner: str, the numeric user id of the files; by default 0.
        group: str, the numeric group id of the files; by default 0.
        **kwargs: common attributes, such as tags and visibility.

    Returns:
        list of the labels of the layers, lowest first.
    """
    if tar_args:
        fail("py_image_layer ({}): tar_args are for bsdtar, and the layers are not written by it: drop them".format(name))
    if compress not in _EXTENSIONS:
        fail("py_image_layer ({}): compress = {} is not one of {}".format(
            name,
            repr(compress),
            ", ".join([repr(each) for each in _EXTENSIONS]),
        ))
    for attribute, value in {"group": group, "owner": owner}.items():
        if type(value) == "string" and not value.isdigit():
            fail("py_image_layer ({}): {} = {} has to be a number: names of users are not known in the build".format(
                name,
                attribute,
                repr(value),
            ))
    _py_image_manifest(
        name = name + ".manifest",
        binary = binary,
        platform = platform,
        root = root,
        **kwargs
    )
    if owner:
        native.alias(
            name = name + ".manifest.preprocessed",
            actual = name + ".manifest",
            **kwargs
        )
    groups = _LAYER_GROUPS | layer_groups
    names = [each for each in groups if each != "default"] + ["default"]
    _py_image_specs(
        name = name + "_manifests",
        image = name,
        layer_groups = groups,
        layers = names,
        manifest = name + ".manifest",
        owner = owner or "0",
        owner_group = group or "0",
        **kwargs
    )
    layers = []
    for layer in names:
        _py_image_tar(
            name = "{}_{}".format(name, layer),
            compress = compress,
            compute_unused_inputs = compute_unused_inputs != 0,
            layer = layer,
            layer_groups = groups,
            manifest = name + ".manifest",
            owner = owner or "0",
            owner_group = group or "0",
            **kwargs
        )
        layers.append("{}_{}".format(name, layer))
    native.filegroup(
        name = name,
        srcs = layers,
        **kwargs
    )
    return layers
