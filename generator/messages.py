"""What the generator has to say to people, as data; who shows it decides on prefix and colour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        text: what happened, where and what to do about it; may have several lines.
        fatal: nothing may be written because of it.
        hint: nothing is wrong with the run; shown to people who watch it or ask for more, and not to scripts.
    """

    text: str
    fatal: bool = False
    hint: bool = False


class Fatal(Exception):
    """The run cannot go on; the text is for people."""
