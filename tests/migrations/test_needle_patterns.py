"""Searching many needles at once finds what searching each of them does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrations.needles import Needles, pattern_of

NEEDLES = st.sets(st.text("ab.(*", min_size=1, max_size=4).map(str.encode), min_size=1, max_size=8)
TEXT = st.text("ab.(*\n", max_size=12).map(str.encode)


@given(NEEDLES, st.lists(TEXT, min_size=1, max_size=5))
def test_what_is_found_does_not_depend_on_what_came_before(needles: set[bytes], texts: list[bytes]) -> None:
    search = Needles(needles)
    for text in texts * 40:
        assert search.among(text) == {needle for needle in needles if needle in text}


@given(NEEDLES, TEXT)
def test_the_pattern_is_found_where_any_needle_is(needles: set[bytes], text: bytes) -> None:
    assert (pattern_of(needles).search(text) is not None) == any(needle in text for needle in needles)


def test_the_empty_needle_is_in_everything() -> None:
    assert pattern_of([b"", b"a"]).search(b"") is not None
