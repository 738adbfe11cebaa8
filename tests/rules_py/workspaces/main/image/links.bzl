"""Links of the kinds that a build can have, and what a container has beside the program."""

def _link_to_impl(ctx):
    outputs = []
    if ctx.file.file:
        link = ctx.actions.declare_file(ctx.label.name)
        ctx.actions.symlink(output = link, target_file = ctx.file.file)
        outputs.append(link)
    else:
        link = ctx.actions.declare_symlink(ctx.label.name + ".link")
        ctx.actions.symlink(output = link, target_path = ctx.attr.text)
        tree = ctx.actions.declare_directory(ctx.label.name + ".tree")
        ctx.actions.run_shell(
            outputs = [tree],
            command = "mkdir $1/sub && echo inner > $1/sub/inner.txt && ln -s sub/inner.txt $1/inner-link && ln -s ../$2 $1/out",
            arguments = [tree.path, ctx.attr.text],
            inputs = ctx.files.data,
        )
        outputs += [link, tree]
    return [DefaultInfo(files = depset(outputs), runfiles = ctx.runfiles(outputs + ctx.files.data))]

link_to = rule(
    implementation = _link_to_impl,
    attrs = {
        "data": attr.label_list(allow_files = True),
        "file": attr.label(allow_single_file = True),
        "text": attr.string(),
        "tree": attr.bool(),
    },
)

def _transition_impl(_settings, _attr):
    return {"//command_line_option:compilation_mode": "opt"}

_opt = transition(
    implementation = _transition_impl,
    inputs = [],
    outputs = ["//command_line_option:compilation_mode"],
)

def _other_configuration_impl(ctx):
    files = ctx.attr.actual[0][DefaultInfo].files
    return [DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files))]

other_configuration = rule(
    implementation = _other_configuration_impl,
    attrs = {
        "actual": attr.label(cfg = _opt),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)

def _base_image_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".tar")
    ctx.actions.run_shell(
        outputs = [output],
        command = """
python=$(python3 -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))')
files=$(ldd "$(readlink -f "$python")" "$(readlink -f /bin/sh)" | grep -o '/[^ :]*' | grep -v -e "$(readlink -f "$python")" | sort -u)
tar --create --dereference --file "$1" /bin/sh $(for file in $files; do case $file in */libpython*) ;; *) echo "$file" ;; esac; done)
""",
        arguments = [output.path],
        execution_requirements = {"no-sandbox": "1"},
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([output]))]

base_image = rule(implementation = _base_image_impl)
