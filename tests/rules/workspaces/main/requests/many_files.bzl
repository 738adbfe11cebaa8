"""Many small files."""

def _many_files_impl(ctx):
    files = []
    for number in range(ctx.attr.count):
        file = ctx.actions.declare_file("{}/{}.txt".format(ctx.label.name, number))
        ctx.actions.write(file, "")
        files.append(file)
    return [DefaultInfo(files = depset(files))]

many_files = rule(
    implementation = _many_files_impl,
    doc = "Makes files with nothing in them.",
    attrs = {"count": attr.int(mandatory = True, doc = "How many.")},
)
