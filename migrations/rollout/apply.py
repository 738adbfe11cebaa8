"""Edits that bring the BUILD files to what a manifest says, in either direction.

What a target is to have follows from the manifest alone, so a run that was cut short is simply run again. Values that
somebody set by hand are left as they are.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import msgspec

from buildfile.calls import Argument, Call, calls_in, dotted, string_value
from buildfile.edits import Edit, apply
from buildfile.layout import layout_of, relaid
from buildfile.parallel import available_cores, map_chunks
from buildfile.plan import Cause, Failure, FileChange, Skip
from buildfile.repository import read_bytes
from buildfile.rewrite import Rewritten, rewrite
from buildfile.source import FileKind, SourceFile
from buildfile.syntax import Unparsable
from buildfile.targets import Change
from migrations.guard import Breach, check, refusal
from migrations.rollout.kinds import KINDS
from migrations.rollout.manifest import Before, Manifest, wanted

ID = "rollout-precompile"
_DEFAULTS = ('"inherit"', '"auto"', "None")
_LEAST = 200
_CALLEE = re.compile(rf"(?:{'|'.join(KINDS)})\s*\(".encode())
_NAMED = re.compile(rb"\bname\s*=\s*[\"']([^\"'\n]*)[\"']")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a target is to have.

    Attributes:
        put: attribute to source text of the value it is to have.
        drop: attribute to the source text with which it is to go; another value is somebody else's.
        before: the call as it was, to be put back if nothing changed it since.
    """

    put: Mapping[str, str] = field(default_factory=dict)
    drop: Mapping[str, str] = field(default_factory=dict)
    before: Before | None = None


@dataclass
class Applied:
    """What came of it.

    Attributes:
        changes: the files.
        before: calls as they were, where taking the attribute out again would not give that.
        restored: labels whose call is back to what it was, so that its entry may go.
        skips: targets that were left alone, with the reason.
        failures: files that could not be edited.
        edited: labels whose call changes.
        satisfied: label to the attributes that had the value they were to get.
        macros: labels that get an attribute and are called under a name that is none of the rules'.
    """

    changes: list[FileChange] = field(default_factory=list)
    before: dict[str, Before] = field(default_factory=dict)
    restored: set[str] = field(default_factory=set)
    skips: list[Skip] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    satisfied: dict[str, tuple[str, ...]] = field(default_factory=dict)
    macros: set[str] = field(default_factory=set)


def wishes(manifest: Manifest, executables: Mapping[str, str], leaving: Collection[str] = ()) -> dict[str, Wish]:
    """What every target is to have.

    Args:
        manifest: the manifest.
        executables: label to kind, of all binaries and tests of the repository, and of libraries in a wave.
        leaving: labels that are to be taken back, and so must not have what the rollout gave.
    """
    goal = manifest.goal
    inside = inside_of(manifest)
    flag_on = manifest.finished or (goal.mode == "opt-out" and bool(inside))
    found: dict[str, Wish] = {}
    for label, kind in executables.items():
        give, before = wanted(goal, kind), manifest.before.get(label)
        own = manifest.already.get(label, ())
        executable = kind != "py_library"
        if goal.mode == "opt-out" and "pyc_collection" in own:
            continue
        if label in inside:
            drop = _NO if executable and goal.mode == "opt-out" else {}
            if manifest.finished and give.pop("pyc_collection", ""):
                drop = _YES
            found[label] = Wish(give, drop, before)
        elif flag_on and executable:
            found[label] = Wish(_NO, {name: value for name, value in give.items() if name != "pyc_collection"}, before)
        elif label in leaving:
            drop = {name: value for name, value in give.items() if name not in own}
            found[label] = Wish({}, drop | (_NO if goal.mode == "opt-out" else {}), before)
    return found


_NO = {"pyc_collection": '"disabled"'}
_YES = {"pyc_collection": '"include_pyc"'}


def inside_of(manifest: Manifest) -> set[str]:
    """The targets that are meant to be in."""
    labels = {label for wave in manifest.waves.values() if wave.applied for label in wave.targets}
    return labels - set(manifest.reverted)


def edit(
    root: Path, paths: Mapping[str, str], wished: Mapping[str, Wish], jobs: int = 0, finished: bool = False
) -> Applied:
    """The edits that make targets have what they are to have.

    Args:
        root: the repository.
        paths: label to its BUILD file, repository-relative.
        wished: label to what it is to have.
        jobs: processes; 0 for one a core.
        finished: whether the flag took over, so that nothing is kept for a way back.
    """
    by_file: dict[str, dict[str, Wish]] = {}
    result = Applied()
    for label, wish in wished.items():
        if label in paths:
            by_file.setdefault(paths[label], {})[label] = wish
    base = os.fspath(root)

    def work(chunk: Sequence[tuple[str, dict[str, Wish]]]) -> Applied:
        some = Applied()
        for path, labels in chunk:
            _edit_file(base, path, labels, some, finished)
        return some

    for some in map_chunks(work, sorted(by_file.items()), jobs=jobs or available_cores(), least=_LEAST):
        result.changes += some.changes
        result.before.update(some.before)
        result.restored |= some.restored
        result.skips += some.skips
        result.failures += some.failures
        result.edited += some.edited
        result.satisfied.update(some.satisfied)
        result.macros |= some.macros
    return result


def _edit_file(root: str, path: str, labels: Mapping[str, Wish], result: Applied, finished: bool) -> None:
    try:
        file = SourceFile(path, FileKind.BUILD, read_bytes(f"{root}/{path}"))
    except OSError as error:
        result.failures.append(Failure(path, 0, f"cannot be read: {error.strerror or error}"))
        return
    names = {label.partition(":")[2]: label for label in labels}
    if not finished and _edit_quickly(file, names, labels, result):
        return
    edits: list[Edit] = []
    changes: set[Change] = set()
    causes: list[Cause] = []
    pending: list[tuple[str, Call, Rewritten]] = []
    seen: set[str] = set()
    try:
        for call, key in _calls(file, names):
            label = names[key]
            if label in seen:
                result.skips.append(Skip(path, file.position(call.start)[0], f"{label} is made by more than one call"))
                continue
            seen.add(label)
            whole = _whole(call, labels[label])
            if whole is not None:
                new, reason = whole, ""
                result.restored.add(label)
            else:
                new, reason = _wanted(call, labels[label])
                if labels[label].before is not None and not labels[label].put:
                    result.restored.add(label)
            same = tuple(name for name, value in labels[label].put.items() if _has(call, name, value))
            if same:
                result.satisfied[label] = same
            if reason:
                result.skips.append(Skip(path, file.position(call.start)[0], f"{label}: {reason}"))
            if new.edits:
                if labels[label].put and (call.callee or "").rpartition(".")[2] not in KINDS:
                    result.macros.add(label)
                pending.append((label, call, new))
                edits += new.edits
                changes.update(new.changes)
                causes.append(Cause(ID, file.position(call.start)[0], f"{label} {_said(labels[label])}"))
        if not edits:
            return
        refused = refusal(file)
        if refused is not None:
            line = file.position(refused[0])[0]
            result.failures.append(Failure(path, line, f"cannot be parsed, so nothing in it was edited: {refused[1]}"))
            return
        after = SourceFile(path, FileKind.BUILD, apply(file.data, edits))
        check(file, after, changes)
    except Unparsable as error:
        line = file.position(error.offset)[0]
        result.failures.append(Failure(path, line, f"cannot be parsed, so nothing in it was edited: {error.reason}"))
        return
    except Breach as breach:
        result.failures.append(Failure(path, 0, f"left as it was: {breach}"))
        return
    if not finished:
        _keep(file, after, pending, labels, result)
    result.edited += [label for label, _, _ in pending]
    result.changes.append(FileChange(path, file.data, after.data, tuple(causes)))


def _edit_quickly(file: SourceFile, names: Mapping[str, str], labels: Mapping[str, Wish], result: Applied) -> bool:
    """Edits a file whose calls are all laid out plainly and without values of their own; False if it is not that.

    A line of its own, put behind another argument, comes out again without a trace, so nothing is kept of the calls.
    """
    edits: list[Edit] = []
    causes: list[Cause] = []
    satisfied: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    data = file.data
    for statement in file.statements:
        if statement.is_load:
            continue
        found = [name.decode("utf-8", "replace") for name in _NAMED.findall(data, statement.start, statement.end)]
        label = names.get(found[0]) if found else None
        if not any(name in names for name in found):
            continue
        if label is None or label in seen or len(found) > 1 or labels[label].before is not None:
            return False
        seen.add(label)
        wish = labels[label]
        layout = layout_of(data, statement.start, statement.end)
        if layout is None:
            return False
        put = {name: value for name, value in wish.put.items() if layout.get(name) is None}
        drop = [name for name in wish.drop if layout.get(name) is not None]
        for name, value in (*wish.put.items(), *wish.drop.items()):
            line = layout.get(name)
            if line is not None and line.value != value.encode():
                return False
        same = tuple(name for name in wish.put if name not in put)
        if same:
            satisfied[label] = same
        if not put and not drop:
            continue
        new = relaid(layout, put, drop)
        if new is None:
            return False
        if put and _CALLEE.match(data, statement.start) is None:
            return False
        edits += new
        causes.append(Cause(ID, file.position(statement.start)[0], f"{label} {_said(wish)}"))
        result_text = apply(data[: statement.end], new)[statement.start :]
        after = layout_of(result_text, 0, len(result_text))
        wanted_names = {line.name for line in layout.lines} - set(drop) | put.keys()
        if after is None or {line.name for line in after.lines} != wanted_names:
            return False
    if seen != set(labels):
        return False
    if edits:
        if refusal(file) is not None:
            return False
        result.changes.append(FileChange(file.path, data, apply(data, edits), tuple(causes)))
        result.edited += [cause.message.partition(" ")[0] for cause in causes]
    result.satisfied.update(satisfied)
    return True


def _said(wish: Wish) -> str:
    if wish.put:
        return "gets " + ", ".join(f"{name} = {value}" for name, value in wish.put.items())
    return "loses " + ", ".join(wish.drop)


def _calls(file: SourceFile, names: Mapping[str, str]) -> Iterable[tuple[Call, str]]:
    """The calls that make some targets, each with the name by which it is known."""
    plain = {name.encode() for name in names}
    computed = {name for name in names if any(char in name for char in "\"'%(+[ ")}
    for statement in file.statements:
        if statement.is_load:
            continue
        text = statement.text
        if not computed and not any(found in plain for found in _NAMED.findall(text)):
            continue
        for call in calls_in(file, statement):
            argument = call.argument("name")
            if argument is None:
                continue
            value = string_value(argument.value)
            key = value if value is not None else ast.unparse(argument.value)
            if key in names:
                yield call, key


def _wanted(call: Call, wish: Wish) -> tuple[Rewritten, str]:
    """The rewrite of a call, and what of the wish its own values stand against."""
    put: dict[str, str] = {}
    reason = ""
    for name, value in wish.put.items():
        argument = call.argument(name)
        if argument is None:
            put[name] = value
            continue
        if _has(call, name, value):
            continue
        have = _shown(call, argument)
        if have in _DEFAULTS or (wish.drop.get(name) and _literal(have) == _literal(wish.drop[name])):
            put[name] = value
        else:
            reason = f"{name} = {have} is kept"
    drop = []
    for name, value in wish.drop.items():
        argument = call.argument(name)
        if argument is not None and name not in put and name not in wish.put:
            have = _shown(call, argument)
            if _has(call, name, value):
                drop.append(name)
            else:
                reason = f"{name} = {have} is kept"
    return rewrite(call, put=put, drop=drop), reason


def _has(call: Call, name: str, value: str) -> bool:
    """Whether an attribute has a value, given as source text; a select has it if all its branches do."""
    argument = call.argument(name)
    return argument is not None and set(_values(argument.value)) == {_literal(value)}


def _values(node: ast.expr) -> Iterator[str]:
    """The source texts of the values that an attribute may have."""
    if (
        isinstance(node, ast.Call)
        and dotted(node.func) == "select"
        and node.args
        and isinstance(node.args[0], ast.Dict)
    ):
        for branch in node.args[0].values:
            yield from _values(branch)
    else:
        yield _literal(ast.unparse(node))


def _shown(call: Call, argument: Argument) -> str:
    """The value of an attribute, for people."""
    return " ".join(call.text(argument).decode("utf-8", "replace").split())


def _literal(text: str) -> str:
    return text.replace("'", '"')


def _whole(call: Call, wish: Wish) -> Rewritten | None:
    """The call as it was before, if nothing changed it since and it is to be taken back."""
    if wish.before is None or wish.put:
        return None
    data = call.file.data[call.start : call.end]
    if digest(data) != wish.before.after:
        return None
    dropped = rewrite(call, drop=wish.drop)
    text = wish.before.text.encode("latin-1")
    return Rewritten((Edit(call.start, call.end, text),), dropped.changes)


def digest(data: bytes) -> str:
    """What tells whether a call is still as it was left."""
    return blake2b(data, digest_size=8).hexdigest()


def _keep(
    file: SourceFile,
    after: SourceFile,
    pending: list[tuple[str, Call, Rewritten]],
    labels: Mapping[str, Wish],
    result: Applied,
) -> None:
    """Keeps the calls that taking the attributes out again would not give back to the byte."""
    names = {label.partition(":")[2]: label for label, _, _ in pending}
    places = {key: call for call, key in _calls(after, names)}
    for label, call, _ in pending:
        wish = labels[label]
        now = places.get(label.partition(":")[2])
        if not wish.put or now is None or wish.before is not None:
            continue
        added = [name for name in wish.put if call.argument(name) is None and now.argument(name) is not None]
        back = rewrite(now, drop=added)
        old = file.data[call.start : call.end]
        start = now.start
        moved = [Edit(item.start - start, item.end - start, item.text) for item in back.edits]
        inside = all(item.start >= 0 and item.end <= now.end - start for item in moved)
        text = after.data[now.start : now.end]
        if not inside or apply(text, moved) != old:
            result.before[label] = Before(old.decode("latin-1"), digest(text))


def updated(manifest: Manifest, applied: Applied, new: Collection[str] = ()) -> Manifest:
    """The manifest with what was kept of calls, and without what is back.

    Args:
        manifest: the manifest.
        applied: what came of the edits.
        new: labels that this run takes in; those that had it all are marked.
    """
    before = {label: item for label, item in manifest.before.items() if label not in applied.restored}
    already = manifest.already | {label: names for label, names in applied.satisfied.items() if label in new}
    return msgspec.structs.replace(manifest, before=before | applied.before, already=already)
