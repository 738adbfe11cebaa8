"""The report for people: each finding with the lines it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from migrations.finding import Safety
from migrations.lint.diagnostic import Diagnostic
from trekbok.report.model import Report, severity

_MOST_LINES = 3
_MOST_COLUMNS, _BEFORE = 160, 60
"""How much of a long line is shown, and how much of that before the place."""
_COLOURS = {"error": "31;1", "note": "36;1", "dim": "2", "bold": "1", "green": "32;1"}


def render(report: Report, *, color: bool = False, notes: bool = True, quiet: bool = False) -> str:
    """The text.

    Args:
        report: what is reported.
        color: with colours for a terminal.
        notes: list the notes, too; else only count them.
        quiet: only the findings, and nothing if there are none.
    """
    paint = _paint if color else _plain
    shown = report.diagnostics if notes else report.errors
    lines = [line for item in shown for line in _finding(item, paint)]
    if not quiet:
        lines += _summary(report, paint, notes)
    return "".join(f"{_printable(line)}\n" for line in lines)


def _plain(text: str, colour: str) -> str:
    return text


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def _printable(line: str) -> str:
    """A line without bytes that a terminal would obey, colours of ours left alone."""
    if line.isprintable():
        return line
    parts = line.split("\x1b[")
    clean = ["".join(c if c.isprintable() or c == "\t" else f"\\x{ord(c):02x}" for c in part) for part in parts]
    return "\x1b[".join(clean)


def _finding(item: Diagnostic, paint: Callable[[str, str], str]) -> Iterator[str]:
    fixable = {Safety.SAFE: " [fixable]", Safety.UNSAFE: " [fixable with --unsafe-fixes]", None: ""}[item.safety]
    place = paint(_clean(f"{item.path}:{item.line}:{item.column}"), "bold")
    expired = f" ({item.expired})" if item.expired else ""
    message = _clean(item.message + expired)
    yield f"{place}: {paint(severity(item), severity(item))}[{item.id}]: {message}{paint(fixable, 'dim')}"
    text = item.text.split("\n")
    width = len(str(item.line + min(len(text), _MOST_LINES) - 1))
    for number, line in enumerate(text[:_MOST_LINES] if item.text.strip() else []):
        first = max(item.column - 1 - _BEFORE, 0) if number == 0 and len(line) > _MOST_COLUMNS else 0
        shown = line[first : first + _MOST_COLUMNS]
        cut = "…" if first else ""
        more = "…" if first + len(shown) < len(line) else ""
        yield paint(f"  {item.line + number:>{width}} | ", "dim") + cut + _clean(shown) + more
        if number == 0:
            last = item.end_column if item.end_line == item.line else len(line) + 1
            start = item.column - 1 - first
            indent = " " * len(cut) + "".join(c if c == "\t" else " " for c in shown[:start])
            marks = max(min(last - 1 - first, len(shown)) - start, 1)
            yield paint(f"  {' ' * width} | ", "dim") + indent + paint("^" * marks, severity(item))
    if len(text) > _MOST_LINES:
        yield paint(f"  {' ' * width} | …", "dim")
    if item.advice and item.advice.rstrip(".") not in item.message:
        yield f"  {' ' * width} = {_clean(item.advice)}"


def _clean(text: str) -> str:
    return text.replace("\x1b", "\\x1b")


def _summary(report: Report, paint: Callable[[str, str], str], notes: bool) -> Iterator[str]:
    fixed = sum(report.fixed.values())
    if fixed:
        files = _count(len(report.changed), "file")
        yield paint(f"{_count(fixed, 'finding')} fixed in {files}", "green")
    errors = len(report.errors)
    parts = [_count(errors, "finding")] if errors else ["Clean"]
    safe = sum(1 for item in report.errors if item.safety is Safety.SAFE)
    unsafe = sum(1 for item in report.errors if item.safety is Safety.UNSAFE)
    if safe:
        parts.append(f"{safe:,} fixable with --fix")
    if unsafe:
        parts.append(f"{unsafe:,} more with --unsafe-fixes")
    if report.notes:
        parts.append(_count(len(report.notes), "note") + ("" if notes else " (-v lists them)"))
    if report.suppressed:
        parts.append(f"{sum(report.suppressed.values()):,} suppressed")
    if report.baselined:
        parts.append(f"{sum(report.baselined.values()):,} in the baseline")
    yield f"{', '.join(parts)}; {_count(report.checked, 'file')} checked"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
