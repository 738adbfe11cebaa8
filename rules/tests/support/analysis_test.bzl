"""A harness for analysis tests: a pair of functions for each test, one that declares and one that asserts."""

_FLAGS = "//python/config_settings:"

# Whatever the machine has, these tests are about a runtime and a compiler that are never run.
_TOOLCHAINS = ",".join([
    "//tests/support:fake_runtime_toolchain",
    "//tests/support:fake_exec_tools_toolchain",
])

def flag_settings(flags = {}, builtin = {}):
    """The settings of an analysis_test_transition.

    Args:
        flags: dict from the name of a flag in //python/config_settings to its value.
        builtin: dict from the name of a Bazel option to its value.

    Returns:
        dict.
    """
    settings = {"//command_line_option:extra_toolchains": _TOOLCHAINS}
    settings |= {str(Label(_FLAGS + name)): value for name, value in flags.items()}
    return settings | {"//command_line_option:" + name: value for name, value in builtin.items()}

def result_of(failures):
    """What an analysis test returns.

    Args:
        failures: list[str]; the test passes if it is empty.

    Returns:
        list with one AnalysisTestResultInfo.
    """
    return [AnalysisTestResultInfo(success = not failures, message = "\n".join(failures))]

def expect_equal(failures, what, actual, expected):
    """Adds to the failures unless two values are equal.

    Args:
        failures: list[str].
        what: str, what the values are.
        actual: the value found.
        expected: the value it should be.
    """
    if actual != expected:
        failures.append("{}:\n  expected {}\n  actual   {}".format(what, expected, actual))

def names(files, package = None):
    """The paths of files, sorted, for comparing.

    Args:
        files: list[File] or depset[File].
        package: str, only files of this package, with paths relative to it.

    Returns:
        list[str].
    """
    if type(files) == type(depset()):
        files = files.to_list()
    paths = [file.short_path for file in files]
    if package:
        paths = [path[len(package) + 1:] for path in paths if path.startswith(package + "/")]
    return sorted(paths)

def runfiles_names(target, package):
    """What stands in a target's runfiles below a package of the main repository.

    Args:
        target: Target.
        package: str.

    Returns:
        list[str], paths relative to the package, sorted; links by where they stand.
    """
    runfiles = target[DefaultInfo].default_runfiles
    found = {name: None for name in names(runfiles.files, package)}
    prefix = "_main/" + package + "/"
    for entry in runfiles.root_symlinks.to_list():
        if entry.path.startswith(prefix):
            found[entry.path[len(prefix):]] = None
    return sorted(found)

def actions_of(target, mnemonic):
    """The actions of a target with a mnemonic.

    Args:
        target: Target.
        mnemonic: str.

    Returns:
        list[Action].
    """
    return [action for action in target.actions if action.mnemonic == mnemonic]

def message_has(*parts):
    """An implementation for analysis_test with `fails`.

    Args:
        *parts: str, texts that have to be in the failure.

    Returns:
        function.
    """

    def _impl(_ctx, message):
        return ["{} is not in: {}".format(repr(part), message) for part in parts if part not in message]

    return _impl

def analysis_test(name, impl, target, flags = {}, builtin = {}, targets = {}, fails = False):
    """Declares a test that looks at analysed targets.

    Args:
        name: str.
        impl: function(ctx, target) that returns a list of failures.
        target: label of the subject.
        flags: dict as of flag_settings.
        builtin: dict as of flag_settings.
        targets: dict from an attribute's name to the label of another target, in the same configuration.
        fails: bool, whether the subject must not analyse; impl is then given the text of its failure.
    """
    settings = flag_settings(flags, builtin)
    if fails:
        settings["//command_line_option:allow_analysis_failures"] = "True"
    transition = analysis_test_transition(settings = settings)

    def _impl(ctx):
        subject = ctx.attr.target
        if type(subject) == type([]):
            subject = subject[0]
        if not fails:
            return result_of(impl(ctx, subject))
        if AnalysisFailureInfo not in subject:
            return result_of(["{} should not analyse".format(subject.label)])
        causes = subject[AnalysisFailureInfo].causes.to_list()
        return result_of(impl(ctx, "\n".join([cause.message for cause in causes])))

    testing.analysis_test(
        name = name,
        implementation = _impl,
        attrs = {"target": attr.label(cfg = transition)} | {
            each: attr.label(cfg = transition)
            for each in targets
        },
        attr_values = {"target": target} | targets,
    )
