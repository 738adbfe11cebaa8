"""Items in brackets, separated by commas: arguments of a call, elements of a list, symbols of a load.

What it takes to drop one or add one in the style that is there, comments and trailing comma included.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from buildfile.calls import skip_space
from buildfile.edits import Edit
from buildfile.style import INDENT


@dataclass(frozen=True)
class Items:
    """The items between two brackets.

    Attributes:
        data: the bytes of the file.
        open: offset behind the opening bracket.
        close: offset of the closing bracket.
        ranges: the range of each item, in order.
        newline: the file's line end.
    """

    data: bytes
    open: int
    close: int
    ranges: Sequence[tuple[int, int]]
    newline: bytes = b"\n"

    @property
    def one_per_line(self) -> bool:
        """Whether the first item starts a line of its own."""
        if not self.ranges:
            return b"\n" in self.data[self.open : self.close]
        return b"\n" in self.data[self.open : self.ranges[0][0]]

    @property
    def indent(self) -> bytes:
        """The white space in front of the items, where they have lines of their own."""
        if self.ranges:
            return self._indent_at(self.ranges[0][0])
        return self._indent_at(self.close) + INDENT

    def _indent_at(self, offset: int) -> bytes:
        line = self.data.rfind(b"\n", 0, offset) + 1
        end = line
        while end < len(self.data) and self.data[end] in b" \t":
            end += 1
        return self.data[line:end]

    def line_end(self, index: int) -> int:
        """The offset behind the line on which an item ends, its comma and the comment behind it included.

        Only meaningful where nothing else follows on that line; else it is the offset behind the comma.
        """
        at = self._behind_comma(index)
        end = at
        while end < len(self.data) and self.data[end] in b" \t\r":
            end += 1
        if self.data[end : end + 1] == b"#":
            newline = self.data.find(b"\n", end)
            return len(self.data) if newline < 0 else newline + 1
        if self.data[end : end + 1] == b"\n":
            return end + 1
        return at

    def _behind_comma(self, index: int) -> int:
        end = self.ranges[index][1]
        comma = skip_space(self.data, end)
        return comma + 1 if self.data[comma : comma + 1] == b"," else end

    def has_comma(self, index: int) -> bool:
        """Whether a comma follows an item."""
        return self._behind_comma(index) != self.ranges[index][1]

    def own_lines(self, index: int) -> tuple[int, int] | None:
        """The lines that an item has to itself, the comment lines right above included; None if it shares one."""
        start, _ = self.ranges[index]
        line = self.data.rfind(b"\n", 0, start) + 1
        if line < self.open or self.data[line:start].strip(b" \t"):
            return None
        end = self.line_end(index)
        if self.data[end - 1 : end] != b"\n":
            return None
        floor = self.ranges[index - 1][1] if index else self.open
        while True:
            above = self.data.rfind(b"\n", 0, line - 1) + 1
            if above <= floor or not self.data[above:line].lstrip(b" \t").startswith(b"#"):
                break
            line = above
        return line, end

    def comments(self, index: int) -> tuple[bytes, bytes]:
        """The comments of an item that has lines to itself: the lines above it, and what stands behind its comma."""
        lines = self.own_lines(index)
        if lines is None:
            return b"", b""
        line = self.data.rfind(b"\n", 0, self.ranges[index][0]) + 1
        return self.data[lines[0] : line], self.data[self._behind_comma(index) : lines[1]].rstrip()

    def delete(self, indices: Collection[int]) -> list[Edit]:
        """The edits that drop some items with their commas, their lines and their comments."""
        edits: list[Edit] = []
        inline = []
        for index in sorted(indices):
            lines = self.own_lines(index)
            if lines is not None:
                edits.append(Edit(*lines, b""))
            else:
                inline.append(index)
        while inline:
            first = last = inline.pop(0)
            while inline and inline[0] == last + 1:
                last = inline.pop(0)
            if last + 1 < len(self.ranges):
                edits.append(Edit(self.ranges[first][0], self.ranges[last + 1][0], b""))
            elif first:
                edits.append(Edit(self.ranges[first - 1][1], self.ranges[last][1], b""))
            else:
                edits.append(Edit(self.ranges[first][0], self._behind_comma(last), b""))
        return edits

    def insert(self, after: int, texts: Sequence[bytes], tails: Mapping[bytes, bytes] | None = None) -> list[Edit]:
        """The edits that put items behind the item `after`, or first with -1.

        Args:
            after: the index of that item.
            texts: the items, without commas.
            tails: item to the comment behind its comma; only where every item has lines to itself.
        """
        if tails:
            return self._insert_lines(after, texts, self.indent, tails)
        nl = self.newline
        if not self.ranges:
            if self.one_per_line:
                line = self.data.rfind(b"\n", 0, self.close) + 1
                return [Edit(line, line, b"".join(self.indent + text + b"," + nl for text in texts))]
            return [Edit(self.open, self.open, b", ".join(texts))]
        if not self.one_per_line:
            if after < 0:
                at = self.ranges[0][0]
                return [Edit(at, at, b"".join(text + b", " for text in texts))]
            if self._lines_below(after):
                return self._insert_lines(after, texts, self._indent_at(self.ranges[-1][0]))
            at = self.ranges[after][1]
            return [Edit(at, at, b"".join(b", " + text for text in texts))]
        return self._insert_lines(after, texts, self.indent)

    def _lines_below(self, after: int) -> bool:
        """Whether the items behind `after` stand on lines of their own though the first does not."""
        return after > 0 and b"\n" in self.data[self.ranges[after - 1][1] : self.ranges[after][0]]

    def _insert_lines(
        self, after: int, texts: Sequence[bytes], indent: bytes, tails: Mapping[bytes, bytes] | None = None
    ) -> list[Edit]:
        nl, tails = self.newline, tails or {}
        closed = [text + b"," + tails.get(text, b"") for text in texts]
        if after < 0:
            lines = self.own_lines(0)
            at = lines[0] if lines is not None else self.ranges[0][0]
            if lines is None:
                return [Edit(at, at, b"".join(text + nl + indent for text in closed))]
            return [Edit(at, at, b"".join(indent + text + nl for text in closed))]
        end = self.line_end(after)
        on_line_end = self.data[end - 1 : end] == b"\n"
        last = after == len(self.ranges) - 1
        if last and not self.has_comma(after):
            item_end = self.ranges[after][1]
            if not on_line_end or end > self.close:
                return [Edit(item_end, item_end, b"".join(b"," + nl + indent + text for text in texts))]
            body = nl.join(indent + text for text in (*closed[:-1], texts[-1] + tails.get(texts[-1], b""))) + nl
            return [Edit(item_end, item_end, b","), Edit(end, end, body)]
        if not on_line_end:
            return [Edit(end, end, b"".join(nl + indent + text for text in closed))]
        return [Edit(end, end, b"".join(indent + text + nl for text in closed))]


def merge_deletions(edits: list[Edit]) -> list[Edit]:
    """The same edits with deletions that overlap made one."""
    merged: list[Edit] = []
    for edit in sorted(edits):
        if merged and merged[-1].end > edit.start:
            last = merged.pop()
            edit = Edit(last.start, max(last.end, edit.end), last.text + edit.text)
        merged.append(edit)
    return merged
