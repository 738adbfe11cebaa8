"""Deprecations and attribute policies that are declared as data, ours and the users', and not written as code.

A deprecation names a symbol, a file, a label or a flag, what to use instead and which attributes change with it. Where
that says enough, it fixes as any migration does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import msgspec

from buildfile.bazelrc import dropped, lines_of
from buildfile.bindings import Symbol
from buildfile.calls import Argument, Call, dotted, string_value
from buildfile.edits import Edit
from buildfile.ignore import gitignore
from buildfile.rewrite import Rewritten, rewrite
from buildfile.source import STARLARK, FileKind
from buildfile.style import quote
from buildfile.targets import Change
from migrations.finding import Finding, Fix, Safety
from migrations.migration import Migration, Page
from migrations.profiles import PROFILES, Gate
from migrations.rules_python._surface import HOMES, rules
from migrations.view import Use, View

_MAP_KIND = re.compile(rb"#[ \t]*gazelle:(?:map_kind|alias_kind)[ \t]+\S+[ \t]+(?P<name>\w+)[ \t]+(?P<label>\S+)")


class SymbolError(Exception):
    """A declaration that says too little or too much; the message is for people.

    Attributes:
        path: the keys and indices that lead to it in a configuration.
    """

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


class Deprecation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """Something that is not to be used any more: one of `symbol`, `file`, `label` and `flag`.

    Attributes:
        id: the id of its findings; without one it is made of what is deprecated.
        symbol: `LABEL%NAME`, the file as a label from the root of the repository, or `native%NAME`.
        file: a .bzl file, as a label: every load of it.
        label: a label, wherever it stands in a string.
        flag: a flag in .bazelrc files, with its dashes.
        attribute: with `symbol`: only this attribute of its calls.
        values: with `attribute` or `flag`: only these values.
        since, removed: versions, for the message; with a label of another module `since` is also the first version of
            that module for which this holds.
        message: why, and what to do.
        replacement: what to use instead, in the same form as what is deprecated; with `values` the new value.
        rename: attribute to new name.
        drop: attributes to drop.
        allow: paths where it is still allowed, in .gitignore's syntax.
    """

    message: str
    id: str = ""
    symbol: str = ""
    file: str = ""
    label: str = ""
    flag: str = ""
    attribute: str = ""
    values: tuple[str, ...] = ()
    since: str = ""
    removed: str = ""
    replacement: str = ""
    rename: dict[str, str] = {}
    drop: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """What an attribute of some kind of target has to be.

    Attributes:
        kind: the name of a rule or macro, wherever it is from, or `LABEL%NAME`; a rule of rules_python under all the
            paths it is loaded from.
        attribute: the attribute.
        id: the id of its findings; without one it is made of the kind and the attribute.
        required: it has to be given.
        forbidden: it must not be given.
        values: the values it may have; for a list, its elements.
        maximum: the greatest number it may be; for a list, the most elements.
        message: why.
        allow: paths where it does not hold, in .gitignore's syntax.
    """

    kind: str
    attribute: str
    id: str = ""
    required: bool = False
    forbidden: bool = False
    values: tuple[str, ...] = ()
    maximum: float | None = None
    message: str = ""
    allow: tuple[str, ...] = ()


def migrations_of(deprecations: Iterable[Deprecation], policies: Iterable[Policy]) -> list[Migration]:
    """The migrations that some declarations make.

    Raises:
        SymbolError: one that cannot be used.
    """
    found: dict[str, Migration] = {}
    made = (
        *(("deprecated", number, partial(_deprecation, item)) for number, item in enumerate(deprecations)),
        *(("policy", number, partial(_policy, item)) for number, item in enumerate(policies)),
    )
    for table, number, make in made:
        try:
            migration = make()
        except SymbolError as error:
            raise SymbolError(str(error), (table, number)) from None
        if migration.id in found:
            message = f"two declarations have the id '{migration.id}'; give one of them an id of its own"
            raise SymbolError(message, (table, number))
        found[migration.id] = migration
    return list(found.values())


def _deprecation(item: Deprecation) -> Migration:
    given = [name for name in ("symbol", "file", "label", "flag") if getattr(item, name)]
    if len(given) != 1:
        raise SymbolError(f"a deprecation has one of symbol, file, label and flag, not {', '.join(given) or 'none'}")
    what = getattr(item, given[0])
    if given[0] == "symbol":
        _symbol(what, "symbol")
        if item.replacement and not item.values:
            _symbol(item.replacement, "replacement")
    if item.attribute and not item.symbol:
        raise SymbolError(f"the deprecation of {what} has an attribute, but no symbol")
    if item.values and not (item.attribute or item.flag):
        raise SymbolError(f"the deprecation of {what} has values, but no attribute or flag that would have them")
    if item.flag and not item.flag.startswith("--"):
        raise SymbolError(f"the flag {item.flag} lacks its dashes")
    find = {"symbol": _find_symbol, "file": _find_file, "label": _find_label, "flag": _find_flag}[given[0]]
    if item.attribute:
        find = _find_attribute
    allowed = gitignore("\n".join(item.allow), "")

    def in_view(view: View) -> Iterator[Finding]:
        if allowed is None or not allowed(view.file.path, False):
            yield from find(view, item)

    tail = re.split(r"[%:/]", what)[-1].removesuffix(".bzl").lstrip("-")
    name = f"{tail}-{item.attribute}" if item.attribute else tail
    return Migration(
        id=_id(item.id, f"deprecated-{name}"),
        summary=f"Stop using {what}{_attribute(item)}.",
        page=Page(
            _sentence(f"Reports every use of `{what}`{_attribute(item)}. {_says(item)}"),
            _sentence(item.message),
            "A use with a replacement is rewritten, its loads and attributes with it."
            if item.replacement or item.rename or item.drop
            else "There is no fix.",
        ),
        gate=_gate(what, item.since),
        kinds=(FileKind.BAZELRC,) if item.flag else STARLARK,
        needles=(tail.encode(),),
        find=in_view,
    )


def _policy(item: Policy) -> Migration:
    if not (item.required or item.forbidden or item.values or item.maximum is not None):
        raise SymbolError(f"the policy on {item.attribute} of {item.kind} demands nothing")
    if item.required and item.forbidden:
        raise SymbolError(f"the policy on {item.attribute} of {item.kind} demands and forbids it")
    symbol = _symbol(item.kind, "kind") if "%" in item.kind else None
    name = symbol.name if symbol else item.kind
    allowed = gitignore("\n".join(item.allow), "")

    def in_view(view: View) -> Iterator[Finding]:
        if allowed is not None and allowed(view.file.path, False):
            return
        for call in _of_kind(view, symbol, name):
            yield from _breaches(call, item)

    return Migration(
        id=_id(item.id, f"policy-{name}-{item.attribute}"),
        summary=f"Keep to the policy on {item.attribute} of {name}.",
        page=Page(
            f"Reports every `{name}` whose `{item.attribute}` is not what the configuration demands.",
            _sentence(item.message or "The repository's configuration demands it"),
            "There is no fix.",
        ),
        gate=Gate(module=""),
        kinds=(FileKind.BUILD, FileKind.BZL, FileKind.MODULE, FileKind.WORKSPACE),
        needles=(name.encode(),),
        find=in_view,
    )


def _of_kind(view: View, symbol: Symbol | None, name: str) -> Iterator[Call]:
    """The calls of a kind: of one symbol, a rule of rules_python under all the paths it is loaded from, or of whatever
    has the name here or where it is loaded from."""
    if symbol is None:
        loaded = (local for local, found in view.bindings.loaded.items() if found.name == name)
        yield from view.calls_named(name, *loaded)
        return
    meant = _canonical(view, f"{symbol.label}%{name}")
    known = rules(name, native=False) if name in HOMES else frozenset()
    yield from (call for call, _ in view.calls(known if meant in known else {meant}))


def _id(given: str, made: str) -> str:
    id = given or re.sub(r"[^a-z0-9]+", "-", made.lower()).strip("-")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", id):
        raise SymbolError(f"'{id}' is no id; an id is words of small letters and digits, joined by dashes")
    return id


def _symbol(text: str, what: str) -> Symbol:
    label, percent, name = text.partition("%")
    if not percent or not name.isidentifier() or not (label == "native" or "//" in label):
        raise SymbolError(f"the {what} '{text}' is no LABEL%NAME, such as //tools:defs.bzl%my_rule")
    return Symbol(label, name)


def _gate(what: str, since: str) -> Gate:
    module = what.removeprefix("--").removeprefix("@").partition("//")[0] if what.lstrip("-").startswith("@") else ""
    if module == "aspect_rules_py":
        return Gate(since=since) if since in PROFILES else Gate(module="")
    return Gate(module=module, since=since)


def _attribute(item: Deprecation) -> str:
    if not item.attribute:
        return f" with {' or '.join(item.values)}" if item.values else ""
    return f" with {item.attribute} = {' or '.join(item.values)}" if item.values else f" with {item.attribute}"


def _says(item: Deprecation) -> str:
    parts = []
    if item.since:
        parts.append(f"deprecated since {item.since}")
    if item.removed:
        parts.append(f"gone in {item.removed}")
    return " and ".join(parts)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else text + "."


def _message(item: Deprecation, what: str) -> str:
    return f"{what} is {_says(item) or 'deprecated'}: {item.message.rstrip('.')}"


def _canonical(view: View, text: str) -> Symbol:
    symbol = _symbol(text, "symbol")
    return symbol if symbol.label == "native" else Symbol(view.workspace.canonical(symbol.label), symbol.name)


def _find_symbol(view: View, item: Deprecation) -> Iterator[Finding]:
    old = _canonical(view, item.symbol)
    message = _message(item, old.name)
    yield from _directives(view, item, old, message)
    calls = [call for call, _ in view.calls({old})]
    uses = list(view.uses({old}))
    names = {name for name, symbol in view.bindings.loaded.items() if symbol == old}
    if not item.replacement:
        for call in calls:
            yield Finding(call.start, call.callee_range[1], message, advice=item.message)
        for use in uses:
            yield Finding(use.start, use.end, message, advice=item.message)
        called = {view.bindings.root(call.callee) for call in calls}
        used = called | {view.bindings.root(use.name) for use in uses}
        for name in sorted(names - used):
            yield Finding(*_loaded_at(view, name), message, Fix(release=frozenset({name})))
        return
    new = _symbol(item.replacement, "replacement")
    if old.label == "native":
        yield from _loaded_instead(view, item, message, calls, uses, new)
    for name in sorted(names):
        mine = [call for call in calls if view.bindings.root(call.callee) == name]
        values = [use for use in uses if view.bindings.root(use.name) == name]
        yield from _replaced(view, item, message, name, mine, values, new)


def _replaced(
    view: View, item: Deprecation, message: str, name: str, calls: list[Call], uses: list[Use], new: Symbol
) -> Iterator[Finding]:
    """Everything about one local name that is to stand for another symbol."""
    native = new.label == "native"
    target = new if native else Symbol(view.workspace.canonical(new.label), new.name)
    written = "" if native else view.spell(target.label)
    old_name = item.symbol.rpartition("%")[2]
    local, wanted = (name, True) if name != old_name or name == new.name else view.bindings.free_name(new.name, target)
    bind = {local: (written, new.name)} if wanted and not native else {}
    if native:
        local = new.name
    changes = bool(item.rename or item.drop)
    release = frozenset({name} if local != name else ())
    both = [call for call in calls if _both(item, call)]
    for call in both:
        advice = f"{item.message.rstrip('.')}. There is {_both(item, call)} already: make one of both first."
        yield Finding(call.start, call.callee_range[1], message, advice=advice)
    if both and local == name:  # one load serves them all
        return
    calls = [call for call in calls if call not in both]
    safety = Safety.UNSAFE if changes and any(_unseen(call) for call in calls) else Safety.SAFE
    parts = [_rewritten(item, call, local if call.callee == name else None) for call in calls]
    if local == name:
        place = (calls[0].start, calls[0].callee_range[1]) if calls and changes else _loaded_at(view, name)
        if changes and uses:
            for use in uses:
                yield Finding(use.start, use.end, message, advice=item.message)
            return
        yield Finding(*place, message, Fix.of(*parts, bind=bind, release=release, safety=safety))
        return
    for call, part in zip(calls, parts, strict=True):
        safety = Safety.UNSAFE if changes and _unseen(call) else Safety.SAFE
        fix = Fix.of(part, bind=bind, release=release, safety=safety)
        yield Finding(call.start, call.callee_range[1], message, fix)
    for use in uses:
        fixed = None
        if not changes:
            touched = tuple(view.changes_at(use))
            fixed = Fix((Edit(use.start, use.end, local.encode()),), touched, bind=bind, release=release)
        yield Finding(use.start, use.end, message, fixed, "" if fixed else item.message)
    if not calls and not uses and not both:
        yield Finding(*_loaded_at(view, name), message, Fix(release=frozenset({name})))


def _both(item: Deprecation, call: Call) -> str:
    """The attribute that another one is to be called, and that is there as well; `""` if none is."""
    return next((new for old, new in item.rename.items() if call.argument(old) and call.argument(new)), "")


def _unseen(call: Call) -> bool:
    """Whether a call passes on attributes that cannot be seen, which may have to change as well."""
    return any(argument.name == "**" for argument in call.arguments)


def _directives(view: View, item: Deprecation, old: Symbol, message: str) -> Iterator[Finding]:
    """Directives of Gazelle that map a kind to the symbol: without a fix it would come back with the next run."""
    for start, end in view.comments(b"gazelle:map_kind", b"gazelle:alias_kind"):
        found = _MAP_KIND.match(view.file.data, start, end)
        if found is None:
            continue
        name, label = found["name"].decode(), found["label"].decode()
        if name != old.name or view.canonical(label) != old.label:
            continue
        fix = None
        if item.replacement and not item.replacement.startswith("native%"):
            new = _symbol(item.replacement, "replacement")
            written = view.spell(view.workspace.canonical(new.label), like=label)
            edits = (Edit(*found.span("name"), new.name.encode()), Edit(*found.span("label"), written.encode()))
            fix = Fix(edits)
        yield Finding(found.start("name"), found.end("label"), message, fix, "" if fix else item.message)


def _loaded_instead(
    view: View, item: Deprecation, message: str, calls: list[Call], uses: list[Use], new: Symbol
) -> Iterator[Finding]:
    """Everything about a rule that Bazel brings itself and that is to be loaded."""
    target = Symbol(view.workspace.canonical(new.label), new.name)
    plain = [call for call in calls if view.file.kind is not FileKind.BZL or "." in (call.callee or "")]
    local, wanted = view.bindings.free_name(new.name, target, Symbol("native", new.name))
    bind = {local: (view.spell(target.label), new.name)} if wanted else {}
    for call in plain:
        part = _rewritten(item, call, local if call.callee != local else None)
        yield Finding(call.start, call.callee_range[1], message, Fix.of(part, bind=bind))
    for use in uses:
        yield Finding(use.start, use.end, message, advice=item.message)


def _rewritten(item: Deprecation, call: Call, callee: str | None) -> Rewritten:
    present = {argument.name for argument in call.arguments}
    rename = {old: new for old, new in item.rename.items() if new not in present}
    return rewrite(call, callee=callee, drop=item.drop, rename=rename)


def _loaded_at(view: View, name: str) -> tuple[int, int]:
    places = ((one.start, one.end) for load in view.loads for one in load.symbols if one.local == name)
    return next(places, (0, 0))


def _find_file(view: View, item: Deprecation) -> Iterator[Finding]:
    old = view.workspace.canonical(item.file)
    message = _message(item, item.file)
    for load in view.loads:
        if view.canonical(load.label) != old:
            continue
        fix = None
        if item.replacement:
            written = view.spell(view.workspace.canonical(item.replacement))
            fix = Fix(bind={symbol.local: (written, symbol.name) for symbol in load.symbols})
        yield Finding(load.label_start, load.label_end, message, fix, "" if fix else item.message)
    yield from _find_label(view, msgspec.structs.replace(item, label=item.file))


def _find_label(view: View, item: Deprecation) -> Iterator[Finding]:
    old = view.workspace.canonical(item.label)
    message = _message(item, item.label)
    for string in view.strings(re.split(r"[:/]", item.label)[-1]):
        if view.canonical(string.value) != old or not string.value.startswith(("@", "/", ":")):
            continue
        fix = None
        if item.replacement:
            written = view.spell(view.workspace.canonical(item.replacement), like=string.value)
            fix = Fix((Edit(string.start, string.end, quote(written)),), tuple(view.changes_at(string)))
        yield Finding(string.start, string.end, message, fix, "" if fix else item.message)


def _find_flag(view: View, item: Deprecation) -> Iterator[Finding]:
    message = _message(item, item.flag)
    for line in lines_of(view.file.data):
        for word in line.words[1:]:
            name, equals, value = word.text.partition("=")
            if not _same_flag(view, name, item.flag) or (item.values and value not in item.values):
                continue
            fix = None
            if item.replacement and item.values and equals:
                fix = Fix((Edit(word.start, word.end, f"{name}={item.replacement}".encode()),))
            elif item.replacement and not item.values:
                fix = Fix((Edit(word.start, word.end, (item.replacement + equals + value).encode()),))
            elif item.drop:
                fix = Fix((dropped(view.file.data, line, word),))
            yield Finding(word.start, word.end, message, fix, "" if fix else item.message)


def _same_flag(view: View, written: str, flag: str) -> bool:
    if written == flag or written == "--no" + flag.removeprefix("--"):
        return True
    if "//" not in flag or "//" not in written:
        return False
    one, other = written.removeprefix("--").removeprefix("no"), flag.removeprefix("--")
    return view.workspace.canonical(one) == view.workspace.canonical(other)


def _find_attribute(view: View, item: Deprecation) -> Iterator[Finding]:
    symbol = _canonical(view, item.symbol)
    message = _message(item, f"{item.attribute} of {symbol.name}")
    for call, _ in view.calls({symbol}):
        argument = call.argument(item.attribute)
        if argument is None:
            continue
        if item.values and _value(argument.value) not in item.values:
            for literal in _literals(argument.value):
                if _value(literal) in item.values:
                    yield _inner(call, item, literal, message)
            continue
        put: Mapping[str, str] = {}
        if item.values and item.replacement:
            put = {item.attribute: _literal(argument.value, item.replacement)}
        rename = {old: new for old, new in item.rename.items() if call.argument(new) is None}
        fix = Fix.of(rewrite(call, put=put, drop=item.drop, rename=rename)) if put or item.drop or rename else None
        yield Finding(argument.start, argument.end, message, fix, "" if fix else item.message)


def _inner(call: Call, item: Deprecation, literal: ast.expr, message: str) -> Finding:
    """A finding about a value that is a part of an attribute's: an element, a branch of a select."""
    start, end = call.tree.start(literal), call.tree.end(literal)
    if not item.replacement:
        return Finding(start, end, message, advice=item.message)
    edit = Edit(start, end, _literal(literal, item.replacement).encode())
    return Finding(start, end, message, Fix((edit,), (Change(call.key, item.attribute),)))


def _literals(node: ast.expr) -> Iterator[ast.expr]:
    """What a value is made of: the elements of lists, the branches of selects, both sides of a sum."""
    if isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _literals(element)
    elif isinstance(node, ast.BinOp):
        yield from _literals(node.left)
        yield from _literals(node.right)
    elif (branches := _branches(node)) is not None:
        for branch in branches:
            yield from _literals(branch)
    else:
        yield node


def _branches(node: ast.expr) -> list[ast.expr] | None:
    """The values of a select; None if it is none."""
    if (
        isinstance(node, ast.Call)
        and dotted(node.func) == "select"
        and node.args
        and isinstance(node.args[0], ast.Dict)
    ):
        return node.args[0].values
    return None


def _value(node: ast.expr) -> str | None:
    """A literal as a policy or deprecation writes it."""
    text = string_value(node)
    if text is not None:
        return text
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return f"-{node.operand.value!r}"
    return None


def _literal(old: ast.expr, new: str) -> str:
    return quote(new).decode() if string_value(old) is not None else new


def _breaches(call: Call, item: Policy) -> Iterator[Finding]:
    """Where a call breaks a policy."""
    argument = call.argument(item.attribute)
    why = f": {item.message.rstrip('.')}" if item.message else ""
    if argument is None:
        unseen = any(other.name == "**" for other in call.arguments)
        if item.required and not unseen:
            message = f"{item.attribute} is required here{why}"
            yield Finding(call.start, call.callee_range[1], message, advice=item.message)
        return
    if item.forbidden:
        yield _breach(argument, f"{item.attribute} is forbidden here{why}", item)
        return
    if item.values:
        texts = (_value(node) for node in _literals(argument.value))
        wrong = list(dict.fromkeys(text for text in texts if text is not None and text not in item.values))
        if wrong:
            allowed = ", ".join(item.values)
            yield _breach(argument, f"{item.attribute} is {', '.join(wrong)}, allowed is {allowed}{why}", item)
    if item.maximum is not None:
        number = _number(argument.value)
        if number is not None and number > item.maximum:
            yield _breach(argument, f"{item.attribute} is {number:g}, at most {item.maximum:g} is allowed{why}", item)


def _number(node: ast.expr) -> float | None:
    """The greatest number that a value may be, or the most elements it may have, as far as it is written here."""
    if isinstance(node, ast.List | ast.Tuple):
        return len(node.elts)
    if (branches := _branches(node)) is not None:
        return max((number for number in map(_number, branches) if number is not None), default=None)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return sum(number for number in map(_number, (node.left, node.right)) if number is not None)
    text = _value(node)
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _breach(argument: Argument, message: str, item: Policy) -> Finding:
    return Finding(argument.start, argument.end, message, advice=item.message)
