"""Compile Python sources to bytecode files that are the same bytes every time.

    python precompiler.py [--invalidation_mode MODE] [--optimize WHAT] [--python_version X.Y]
                          [--on_error fail|source] [--jobs N] [@FILE]
                          --src FILE --src_name NAME --pyc FILE  [--src ... --src_name ... --pyc ...]
    python precompiler.py [--jobs N] --persistent_worker [--worker_impl async|serial]
                          [--worker_protocol auto|json|proto]

--invalidation_mode  checked_hash (default) or unchecked_hash (PEP 552), in any case.
--optimize           0 (default), 1, 2; -1 for the level of the interpreter that compiles; or a set of what to
                     drop: asserts, docstrings, or both with a comma between. 1 is "asserts", 2 is both;
                     "docstrings" alone keeps the asserts, which no level can say.
--python_version     X.Y: fail if another Python is running, whose bytecode X.Y could not load.
--on_error           source: a file that does not compile does not fail the build. Its output makes Python fall
                     back to the source, or, where no source is shipped, raises the SyntaxError on import.
--jobs               processes to use; default: the cores at hand.
--src                the file to read, --src_name the name to embed (co_filename), --pyc the file to write. All
                     three are repeated, the n-th of each belong together. A value may follow a "=" too, and
                     should where it could start with "@": Bazel expands such arguments of a worker request.
@FILE                more arguments, one a line, UTF-8, no quoting.

Exit code 0: every output is written. 1: a source does not compile, or a file cannot be read or written; no
output is written. 2: the arguments are wrong. Messages go to stderr, as `file:line:column: message`.

Standard library only, CPython 3.8 and later. One-shot start-up is to cost next to nothing on top of Python's
own, and this file is compiled at each start: so it holds only what compiling one good file takes, and imports
only what is built in. The rest lies beside it: `worker.py` (worker mode, several sources, several processes),
`wire.py` (the worker protocol), `messages.py` (what users read about sources that do not compile),
`rebuilding.py` and `docstrings.py` (what has to be changed before or after it is compiled).

How the bytes come out the same
-------------------------------
Marshal writes more than the code object's value: it marks an object for sharing if its reference count is
above one, and a string as interned if it happens to be (https://github.com/python/cpython/issues/78274). Both
depend on what else lives in the process, so on earlier requests, imports and threads; up to 3.10 the order of
a frozenset depends on the hash seed as well. There are three cures. Forking a pristine process per request
costs 2.6 ms where the average file takes 3 ms to compile, and is no help to a one-shot process that did not
start pristine. Rewriting the marshal stream in Python costs 40 to 70 % of the compilation. So this program
takes the third: before it marshals, it brings each thing that marshal looks at into the one state that can
always be reached, whatever the process did before. That is a walk over the code objects, about 3 % of the
time; see `dump`.
"""

import sys
from _frozen_importlib_external import MAGIC_NUMBER
from _imp import source_hash
from marshal import dumps

try:  # `os` itself costs 2 ms of imports.
    import posix as os
except ImportError:  # Windows
    import nt as os

POSIX = os.__name__ == "posix"
CHECKED, UNCHECKED = 0b11, 0b01
# Values of --optimize, and for each the level for compile() and whether to strip docstrings on top.
OPTIMIZATIONS = {
    "-1": (sys.flags.optimize, False),
    "0": (0, False),
    "1": (1, False),
    "2": (2, False),
    "asserts": (1, False),
    "docstrings": (0, True),
    "asserts,docstrings": (2, False),
    "docstrings,asserts": (2, False),
}
CHOICES = {
    "--invalidation_mode": ("checked_hash", "unchecked_hash"),
    "--optimize": OPTIMIZATIONS,
    "--on_error": ("fail", "source"),
    "--worker_impl": ("async", "serial"),
    "--worker_protocol": ("auto", "json", "proto"),
}
SOURCES = ("--src", "--src_name", "--pyc")
OTHERS = ("--python_version", "--jobs", "--log_level")

RUNNING = "%d.%d" % sys.version_info[:2], "%d.%d.%d" % sys.version_info[:3]
# How marshal depends on the process: see `dump`.
BEFORE_311 = sys.version_info < (3, 11)
SINCE_313 = sys.version_info >= (3, 13)


class UsageError(Exception):
    """The arguments are wrong; the message says what is, for the user."""


class Noise(list):
    """A stand-in for stderr."""

    write = list.append


def sibling(name):
    """Import the module `name` that lies beside this file, which may not be on the path yet."""
    folder = __file__.rpartition("/" if POSIX else "\\")[0] or "."
    if folder not in sys.path:
        sys.path.insert(0, folder)
    sys.modules.setdefault("precompiler", sys.modules[__name__])
    sys.dont_write_bytecode = True
    return __import__(name)


def parse(arguments, directory=""):
    """Parse `arguments` (list of str) into a dict from options to values.

    It maps "--src", "--src_name" and "--pyc" to the list of all their values, any other option that was given
    to its last value. Params files are read from `directory`. Raises UsageError.
    """
    given = {option: [] for option in SOURCES}
    pending = arguments[::-1]
    files = 0
    while pending:
        argument = pending.pop()
        option, equals, value = argument.partition("=")
        if argument[:1] == "@":
            files += 1
            if files > 100:
                raise UsageError(f"{argument}: more than 100 params files; do they include each other?")
            try:
                lines = read(join(directory, argument[1:])).decode("utf-8", "surrogateescape").split("\n")
            except (OSError, ValueError) as error:
                raise UsageError(f"{argument}: cannot read the params file: {reason(error)}") from None
            pending += lines[::-1] if lines[-1] else lines[-2::-1]
        elif option == "--persistent_worker":
            given[option] = True
        elif option not in SOURCES and option not in CHOICES and option not in OTHERS:
            raise UsageError(f"unexpected argument {argument[:200]!r}")
        elif not equals and not pending:
            raise UsageError(f"{option} needs a value")
        else:
            value = value if equals else pending.pop()
            if option in SOURCES:
                given[option].append(value)
                continue
            if option in CHOICES:
                value = value.lower()
                if value not in CHOICES[option]:
                    raise UsageError(f"{option}: {value!r} is not one of: {' '.join(CHOICES[option])}")
            given[option] = value
    return given


def tasks(given, directory, tag):
    """Give the tasks for `build`, one for each source in `given`, as from `parse`. Raises UsageError.

    A task is a tuple: src, src_name, pyc, temporary file, level for compile(), whether to strip docstrings on
    top, the flags of the file's header, whether to ship what does not compile as source. All files are below
    `directory`, unless that is "". `tag` (str) is one that no other request on this machine has at this time.
    """
    version = given.get("--python_version", RUNNING[0])
    sources, names, outputs = [given[option] for option in SOURCES]
    if version not in RUNNING:
        raise UsageError(sibling("messages").other_python(version))
    if not len(sources) == len(names) == len(outputs) == len(set(outputs)) > 0:
        raise UsageError(sibling("messages").uneven(sources, names, outputs))
    level, strip = OPTIMIZATIONS[given.get("--optimize", "0")]
    flags = UNCHECKED if given.get("--invalidation_mode") == "unchecked_hash" else CHECKED
    how = level, strip, flags, given.get("--on_error") == "source"
    result = []
    for src, name, pyc in zip(sources, names, outputs):
        pyc = join(directory, pyc)
        folder, slash, base = pyc.rpartition("/")
        temporary = "%s%s.%s.%s-%d.tmp" % (folder, slash, base[:40], tag, len(result))
        result.append((join(directory, src), name, pyc, temporary, *how))
    return result


def join(directory, path):
    """Give `path` below `directory`, or as it is if that is "" or `path` is absolute."""
    return f"{directory}/{path}" if directory and path[:1] != "/" else path


def native(path):
    """Give `path` in the form that the system wants: on POSIX UTF-8, whatever the locale says."""
    return path.encode("utf-8", "surrogateescape") if POSIX else path


def reason(error):
    """Give the part of an OSError or ValueError that is for the user."""
    return getattr(error, "strerror", None) or str(error)


def read(path):
    """Give the bytes of the file `path` (str). Raises OSError or ValueError."""
    with open(native(path), "rb", 0) as file:
        return file.read()


def write(path, data):
    """Write `data` to a new file `path` (str); makes its directory if need be. Raises OSError or ValueError."""
    try:
        with open(native(path), "xb") as file:
            file.write(data)
    except (FileNotFoundError, FileExistsError):
        sibling("files").write_anyway(native(path), data)


def check_output(path):
    """Raise ValueError if something that must not be replaced is at `path`."""
    try:
        mode = os.lstat(native(path)).st_mode
    except FileNotFoundError:
        return
    if mode & 0o170000 != 0o100000:
        raise ValueError("a directory, a symbolic link or a special file is in its place")


def build(task):
    """Compile the source of `task` into its temporary file.

    Gives whether there is such a file now, the text for the user (errors, warnings), and the source's size.
    """
    src, name, pyc, temporary, level, strip, flags, ship_source = task
    doing, size, text = f"read {src}", 0, ""
    try:
        source = read(src)
        size = len(source)
        doing = f"write {pyc}"
        check_output(pyc)
        hashed = source_hash(int.from_bytes(MAGIC_NUMBER, "little"), source)
        try:
            code, text = compile_source(source, name, level, strip)
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
            failure = sibling("messages").Failure(name, source, error)
            text = failure.text
            if not ship_source:
                return False, text, size
            text += f"{name}: not compiled, shipped as source\n"
            # A checked file with the wrong hash is one that Python passes over if it has the source.
            code, flags, hashed = failure.stand_in(), CHECKED, bytes(255 - byte for byte in hashed)
        write(temporary, MAGIC_NUMBER + flags.to_bytes(4, "little") + hashed + dump(code))
    except (OSError, ValueError) as error:
        discard(task)
        return False, f"{text}{name}: cannot {doing}: {reason(error)}\n", size
    return True, text, size


def discard(task):
    """Remove the temporary file of `task`, if it is there."""
    try:
        os.unlink(native(task[3]))
    except (OSError, ValueError):
        pass


def commit(task):
    """Move the output of a task that was built into its place. Gives "", or the text for the user if it fails."""
    try:
        os.replace(native(task[3]), native(task[2]))
    except OSError as error:
        discard(task)
        return f"{task[1]}: cannot write {task[2]}: {reason(error)}\n"
    return ""


def compile_source(source, name, level, strip):
    """Compile `source` (bytes) as file `name`. Gives the code object and the warnings as text.

    `level` is that of compile(); `strip` removes docstrings whatever the level. Raises whatever compile() does.
    """
    name = sys.intern(name)
    if not strip and "warnings" not in sys.modules:  # which takes half a millisecond to import
        noise, stderr = Noise(), sys.stderr
        sys.stderr = noise
        try:
            code = compile(source, name, "exec", dont_inherit=True, optimize=level)
        finally:
            sys.stderr = stderr
        if not noise:
            return code, ""
    return sibling("messages").compile_with_warnings(source, name, level, strip)


CodeType = type(compile_source.__code__)


def dump(code):
    """Marshal a code object just compiled, to bytes that depend on nothing but its value.

    Four things that marshal writes depend on the process:

    * One-character Latin-1 strings are objects shared by the whole process, and interned as soon as anything
      interns them. Here all are.
    * Up to 3.10, whether a string is marked for sharing depends on its reference count, and so on its being
      alive elsewhere. All objects are held here, so all are marked. From 3.11 on all interned strings are
      marked, and nothing else in a code object can be alive elsewhere.
    * The order of a frozenset is that of its iteration, up to 3.10. And a frozenset is one object in all the
      module, or one for each code object, if a name in it was interned before.
    * From 3.13 on, a code object's qualified name is interned. The constant that a class body stores in
      `__qualname__` starts as the same object, but is not the one interned if an equal string was interned
      before; and all equal constants of the module are that constant.

    The latter two are put right by `rebuilding.py`.
    """
    codes = [code]
    held = []
    rebuild = False
    for nested in codes:  # grows
        rebuild |= settle(nested, codes, held)
    return sibling("rebuilding").dump(codes) if rebuild else dumps(code)


def settle(code, codes, held):
    """Do for the single object `code` what `dump` says; its nested code is added to the list `codes`.

    All that must live until all is marshalled is added to the list `held`. Gives whether `code` is rebuilt.
    """
    rebuild = False
    qualname = code.co_qualname if SINCE_313 else None
    items = list(code.co_consts)
    for item in items:  # grows
        kind = type(item)
        if kind is str:
            if len(item) == 1 and item < "\u0100":
                sys.intern(item)
            elif item == qualname and "." in item:
                rebuild = True
        elif kind is CodeType:
            codes.append(item)
        elif kind is tuple:
            items += item
        elif kind is frozenset:
            items += item
            rebuild = True
    if BEFORE_311:
        table = code.co_lnotab if sys.version_info < (3, 10) else code.co_linetable
        names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
        held += (items, code.co_consts, code.co_code, code.co_filename, code.co_name, table)
        held += (names, [*code.co_names], [*code.co_varnames], [*code.co_freevars], [*code.co_cellvars])
    return rebuild


def main(arguments):
    """Run with the command-line `arguments` (list of str). Gives the exit code."""
    try:
        given = parse(arguments)
        if "--persistent_worker" in given:
            return sibling("worker").serve(arguments, given)
        work = tasks(given, "", os.getpid())
        if len(work) > 1:
            code, text = sibling("worker").build_all(work, given)
        else:
            built, text, _ = build(work[0])
            text += commit(work[0]) if built else ""
            code = 0 if built else 1
    except UsageError as error:
        code, text = 2, f"precompiler: {error}\n"
    if text:
        os.write(2, text.encode("utf-8", "backslashreplace"))
    return code


if __name__ == "__main__":
    # Nothing is left to flush, and taking the interpreter down in order takes a millisecond.
    os._exit(main(sys.argv[1:]))
