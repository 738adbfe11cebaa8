"""What users read about sources that do not compile, or compile with warnings."""

import sys
import warnings

from docstrings import without_docstrings

LONGEST_LINE = 200


def other_python(version):
    """Say that this Python is not the `version` that was asked for."""
    return (
        f"--python_version: bytecode for Python {version} was asked for, but the compiler runs on Python "
        f"{sys.version.split()[0]} ({sys.executable}); the interpreter of the exec tools toolchain must have "
        "the version of the target's runtime"
    )


def uneven(sources, names, outputs):
    """Say that the sources, their names and outputs (lists) do not go together."""
    if len(sources) == len(names) == len(outputs) > 0:
        return f"--pyc: the same output is given twice: {max(outputs, key=outputs.count)}"
    return (
        "--src, --src_name and --pyc must come equally often, and at least once; there are "
        f"{len(sources)}, {len(names)} and {len(outputs)} of them"
    )


def compile_with_warnings(source, name, level, strip):
    """As precompiler.compile_source, which leaves this to us if there are warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()  # -W and PYTHONWARNINGS are not to change what is built
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", SyntaxWarning)
        tree = source
        if strip:
            tree = without_docstrings(source, name)
        code = compile(tree, name, "exec", dont_inherit=True, optimize=level)
    text = ""
    for warning in caught:
        text += f"{name}:{warning.lineno}: SyntaxWarning: {warning.message}\n"
        text += excerpt(line_of(source, warning.lineno), 0)
    return code, text


class Failure:
    """That compiling `source` (bytes), file `name`, failed with the exception `error`.

    Has a `text` for the user: `file:line:column: kind: message`, and the line, if there is one.
    """

    def __init__(self, name, source, error):
        kind = type(error).__name__
        self.name = name
        self.message = getattr(error, "msg", None) or str(error) or "too complex, or out of memory"
        self.line = getattr(error, "lineno", None)
        self.column = getattr(error, "offset", None) or 1
        if not self.line:
            self.line, self.column = bad_byte(source)
        self.source_line = getattr(error, "text", None) or line_of(source, self.line)
        head = f"{name}:{self.line}:{max(self.column, 1)}: {kind}: {self.message}\n"
        self.text = head + excerpt(self.source_line, self.column)
        if not isinstance(error, SyntaxError):
            self.message = f"{kind}: {self.message}"

    def stand_in(self):
        """Give code that raises on import what compiling the source raises."""
        where = (self.name, self.line, self.column, self.source_line)
        program = f"raise SyntaxError({self.message!r}, {where!r})"
        return compile(program, sys.intern(self.name), "exec", dont_inherit=True, optimize=0)


def bad_byte(source):
    """Give line and column, from 1 on, of the first byte that no source may have; of its start if there is none."""
    index = source.find(b"\0")
    if index < 0:
        try:
            source.decode("utf-8")
            index = 0
        except UnicodeDecodeError as error:
            index = error.start
    return source.count(b"\n", 0, index) + 1, index - source.rfind(b"\n", 0, index)


def line_of(source, number):
    """Give the text of line `number`, from 1 on, of `source`, or "" if it has none."""
    lines = source.splitlines()
    return lines[number - 1].decode("utf-8", "replace") if 0 < number <= len(lines) else ""


def excerpt(line, column):
    """Give a line of source, indented, with a caret under `column`, unless that is 0 or out of sight."""
    line = line.rstrip()[:LONGEST_LINE]
    if not line:
        return ""
    shown = f"    {line}\n"
    if 0 < column <= len(line) + 1:
        shown += "    " + "".join([c if c == "\t" else " " for c in line[: column - 1]]) + "^\n"
    return shown
