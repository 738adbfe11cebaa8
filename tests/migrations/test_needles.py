"""The search for needles finds what each of them would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrations.engine import _pattern

_WORDS = st.lists(st.text("ab/.", min_size=1, max_size=5).map(str.encode), max_size=8)


@given(_WORDS, st.text("ab/.", max_size=30).map(str.encode))
def test_the_pattern_hits_what_any_needle_hits(needles: list[bytes], data: bytes) -> None:
    pattern = _pattern(needles)
    assert (pattern is not None and pattern.search(data) is not None) == any(needle in data for needle in needles)
