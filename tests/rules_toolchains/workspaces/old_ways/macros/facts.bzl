"""What Bazel's own provider says about Python targets."""

def _python_facts_impl(ctx):
    runtime = ctx.toolchains["@bazel_tools//tools/python:toolchain_type"].py3_runtime
    sources = [dep[PyInfo].transitive_sources for dep in ctx.attr.deps if PyInfo in dep]
    paths = sorted([file.short_path for file in depset(transitive = sources).to_list()])
    file = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(file, "\n".join(["runtime: " + runtime.python_version] + paths) + "\n")
    return [DefaultInfo(files = depset([file]))]

python_facts = rule(
    implementation = _python_facts_impl,
    attrs = {"deps": attr.label_list()},
    toolchains = ["@bazel_tools//tools/python:toolchain_type"],
)
