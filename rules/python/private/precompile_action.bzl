"""The actions that compile sources to bytecode."""

load(":flag_info.bzl", "FlagInfo")
load(":py_interpreter_program_info.bzl", "PyInterpreterProgramInfo")
load(":runfiles_paths.bzl", "below_runfiles", "package_short_path")
load(":toolchain_types.bzl", "EXEC_TOOLS_TOOLCHAIN_TYPE", "TARGET_TOOLCHAIN_TYPE")
load(":version_info.bzl", "version_text")

# The key in `exec_properties` for what concerns the compile actions only.
EXEC_GROUP = "py_precompile"

PRECOMPILE_EXEC_GROUPS = {
    EXEC_GROUP: exec_group(
        toolchains = [config_common.toolchain_type(EXEC_TOOLS_TOOLCHAIN_TYPE, mandatory = False)],
    ),
}

# What an interpreter reads from its environment that changes what it writes, or whether it can. Bazel hands an action no
# environment but this, and the machine that runs it may have one of its own. An empty value is none.
COMPILER_ENV = {
    "PYTHONDEVMODE": "",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONHOME": "",
    "PYTHONINTMAXSTRDIGITS": "",
    "PYTHONNODEBUGRANGES": "",
    "PYTHONNOUSERSITE": "1",
    "PYTHONOPTIMIZE": "",
    "PYTHONPATH": "",
    "PYTHONSAFEPATH": "1",
    "PYTHONWARNINGS": "",
}

# Where pycs go that cannot stand beside their source; runfiles link them to where Python looks.
_OWN_TREE = "_pyc"

def compile_sources(ctx, sources, settings):
    """Declares the actions that compile a target's sources.

    Args:
        ctx: the context of a rule with PRECOMPILE_ATTRS, PRECOMPILE_EXEC_GROUPS and the target toolchain
            type, mandatory or not.
        sources: list[File], the target's `srcs`.
        settings: struct as of precompile_settings.

    Returns:
        list of struct, one for each source, in order, with
        source: File;
        pyc: File, or None if there is none: precompiling is off, no tool is at hand, the runtime's tag is
            not known, the file is not Python source, or it would stand in the way and nobody wants it;
        link: str, where the runfiles need a link to the pyc (below the root), or None if it stands there;
        unwanted: bool, whether there is no pyc only because nobody wants it.
    """
    tools = precompile_tools(ctx) if settings.compiles else None
    runtime = _runtime(ctx) if tools else None
    pyc_tag = getattr(runtime, "pyc_tag", None)
    if not tools or not runtime or (settings.keeps_source and not pyc_tag):
        return [_place(source) for source in sources]
    _check_versions(ctx, tools, runtime)

    one_action = ctx.attr._precompile_actions_flag[FlagInfo].value == "per_target"
    own_tree = ctx.label.name if one_action else _variant(ctx, settings)
    compiled = []
    for source in sources:
        if source.is_directory or source.extension != "py":
            compiled.append(_place(source))
        else:
            compiled.append(_declare(ctx, source, pyc_tag, settings, own_tree))
    todo = [each for each in compiled if each.pyc]
    version = version_text(runtime.interpreter_version_info)
    for batch in ([todo] if one_action else [[each] for each in todo]):
        if batch:
            _compile(ctx, tools, batch, settings, version)
    return compiled

def _runtime(ctx):
    toolchain = ctx.toolchains[TARGET_TOOLCHAIN_TYPE]
    return getattr(toolchain, "py3_runtime", None) if toolchain else None

def precompile_tools(ctx):
    """What the toolchain compiles with.

    Args:
        ctx: the context of a rule with PRECOMPILE_EXEC_GROUPS.

    Returns:
        PyExecToolsInfo with a precompiler, or None.
    """
    toolchain = ctx.exec_groups[EXEC_GROUP].toolchains[EXEC_TOOLS_TOOLCHAIN_TYPE]
    tools = getattr(toolchain, "exec_tools", None) if toolchain else None
    return tools if tools and tools.precompiler else None

def _check_versions(ctx, tools, runtime):
    """A pyc of another version is ignored at run time: better to say so than to make it."""
    if not PyInterpreterProgramInfo in tools.precompiler:
        return
    compiles = version_text(getattr(tools.exec_runtime, "interpreter_version_info", None))
    runs = version_text(getattr(runtime, "interpreter_version_info", None))
    if compiles and runs and compiles != runs:
        fail(("{}: the exec tools toolchain compiles with Python {}, but the target runs on Python {}, which " +
              "would not load the result. Register an exec tools toolchain for Python {} " +
              "(target_settings = [\"//python/config_settings:is_python_{}\"]).").format(
            ctx.label,
            compiles,
            runs,
            runs,
            runs,
        ))

def _place(source, pyc = None, link = None, unwanted = False):
    return struct(source = source, pyc = pyc, link = link, unwanted = unwanted)

def _declare(ctx, source, pyc_tag, settings, own_tree):
    """Says where the pyc of a source goes."""
    stem = source.basename[:-len(".py")]
    if settings.keeps_source:
        # The names Python looks for: plain without -O, opt-N with it (PEP 488).
        level = settings.optimize_level
        name = "__pycache__/{}.{}{}.pyc".format(stem, pyc_tag, ".opt-{}".format(level) if level > 0 else "")
    else:
        name = stem + ".pyc"
    directory = source.short_path[:-len(source.basename)]
    if _in_package(ctx, source) and not own_tree:
        below = directory[len(package_short_path(ctx)):]

        # In runfiles too a program takes the place of a directory of its name; Bazel warns of it.
        hidden = settings.executable and below.startswith(ctx.label.name + "/")
        if below and (hidden or not settings.wanted):
            return _place(source, unwanted = True)
        return _place(source, ctx.actions.declare_file(below + name))
    return _place(
        source,
        ctx.actions.declare_file("/".join([
            _OWN_TREE,
            own_tree or ctx.label.name,
            directory.replace("../", "external/") + name,
        ])),
        below_runfiles(ctx, directory + name),
    )

def _in_package(ctx, source):
    """Whether the pyc can stand beside the source: a rule can only write into its own package."""
    return source.owner.package == ctx.label.package and source.owner.repo_name == ctx.label.repo_name

def _variant(ctx, settings):
    """What makes this target's actions differ from those of another one that compiles the same source.

    The two may not write one file, so each variant has a directory of its own. The invalidation mode is not
    among it: all rules that compile Python put its pyc beside the source, and so do these.
    """
    variant = [
        (key, value)
        for key, value in ctx.attr.exec_properties.items()
        if "." not in key or key.startswith(EXEC_GROUP + ".")
    ]
    if settings.optimize == "docstrings":
        variant.append(("optimize", settings.optimize))
    if settings.on_error != "fail":
        variant.append(("on_error", settings.on_error))
    return "variant-{}".format(hash(str(sorted(variant)))) if variant else None

def _compile(ctx, tools, batch, settings, version):
    """Declares one action for one or more sources."""
    startup = ctx.actions.args()
    env = COMPILER_ENV
    precompiler = tools.precompiler
    inputs = []
    used_tools = []
    if PyInterpreterProgramInfo in precompiler:
        program = precompiler[PyInterpreterProgramInfo]
        executable, used_tools = precompiler_interpreter(tools)
        startup.add_all(program.interpreter_args)
        startup.add(program.main)
        used_tools = used_tools + [program.main, program.data]
        env = env | program.env
    else:
        executable = precompiler[DefaultInfo].files_to_run

    # Workers need the arguments of a request in a file.
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    args.add("--invalidation_mode", settings.invalidation_mode)
    args.add("--optimize", settings.optimize)
    if settings.on_error != "fail":
        args.add("--on_error", settings.on_error)
    if version:
        args.add("--python_version", version)
    for each in batch:
        inputs.append(each.source)
        _add_path(args, "--src", each.source)

        # The name goes into the pyc: it must be the same on every machine.
        args.add("--src_name", each.source.short_path)
        _add_path(args, "--pyc", each.pyc)

    requirements = {}
    if testing.ExecutionInfo in precompiler:
        requirements = precompiler[testing.ExecutionInfo].requirements
    what = "%{input}" if len(batch) == 1 else "{} sources of %{{label}}".format(len(batch))
    ctx.actions.run(
        executable = executable,
        arguments = [startup, args],
        inputs = inputs,
        tools = used_tools,
        outputs = [each.pyc for each in batch],
        mnemonic = "PyCompile",
        # Bazel prints this when two targets compile one source in ways that differ: it has to say how.
        progress_message = "Compiling Python {} ({}, optimize {})".format(
            what,
            settings.invalidation_mode,
            settings.optimize,
        ),
        env = env,
        execution_requirements = requirements,
        exec_group = EXEC_GROUP,
        toolchain = EXEC_TOOLS_TOOLCHAIN_TYPE,
    )

def _add_path(args, option, file):
    # Bazel would expand an argument that begins with @.
    if file.path.startswith("@"):
        args.add(file, format = option + "=%s")
    else:
        args.add(option, file)

def precompiler_interpreter(tools):
    """The interpreter that runs the compiler.

    Args:
        tools: PyExecToolsInfo.

    Returns:
        tuple of what an action takes as its executable, and list of what it needs as tools.
    """
    runtime = tools.exec_runtime
    if runtime and runtime.interpreter_path:
        return runtime.interpreter_path, []
    files_to_run = tools.exec_interpreter[DefaultInfo].files_to_run
    if files_to_run and files_to_run.executable:
        return files_to_run, []
    return runtime.interpreter, [runtime.files]
