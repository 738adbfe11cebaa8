"""Every finding has its page, and the pages say what `explain` says."""

from __future__ import annotations

from tests import docs


def test_the_pages_are_up_to_date() -> None:
    assert docs.differing() == [], "run ./dev docs and commit what it writes"
