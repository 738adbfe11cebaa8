"""Programs packed as pex files, which this module does not make: the tool for it would have to be downloaded."""

def _py_pex_binary_impl(ctx):
    fail("{}: {}".format(ctx.label, ctx.attr.message))

_py_pex_binary = rule(
    implementation = _py_pex_binary_impl,
    doc = "Stops the analysis of whatever needs the pex file.",
    attrs = {"message": attr.string()},
)

def py_pex_binary(name, binary = None, tags = [], testonly = None, visibility = None, **kwargs):
    """Stands for a pex file: the package loads, `//...` leaves the target out, and whatever needs it fails.

    Args:
        name: str, the target.
        binary: label of the program.
        tags: list of str.
        testonly: bool.
        visibility: list of labels.
        **kwargs: what else there was.
    """

    # buildifier: disable=unused-variable
    _ignored = kwargs
    message = ("this module brings no pex, which would have to be downloaded. py_image_layer packs a program with its " +
               "virtualenv into tar files: py_image_layer(name = …, binary = {})").format(repr(binary))

    # buildifier: disable=print
    print("py_pex_binary ({}) is left out of wildcards: {}".format(name, message))
    _py_pex_binary(
        name = name,
        message = message,
        tags = tags + ["manual"],
        testonly = testonly,
        visibility = visibility,
    )
