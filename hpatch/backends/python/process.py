"""A process that is started: its words, its environment, and as whom and where it runs."""

from __future__ import annotations

from collections.abc import Callable

from hpatch.records import NamedTuple
from hpatch.text import Place


class ProgramWord(NamedTuple):
    """A word as the program gets it, and its place. `known` is False if a part of it is not known."""

    text: str
    place: Place
    known: bool = True


class Process(NamedTuple):
    """A program as it is started. `words` are those after its name.

    `variable` gives a variable's value: "" for one that is not set, None for one that is not known. `name` and `place`
    are what starts it. `user`, `group` and `folder` are None if they are not known.
    """

    words: tuple[ProgramWord, ...]
    variable: Callable[[str], str | None]
    name: str
    place: Place
    user: str | None = None
    group: str | None = None
    folder: str | None = None
