"""An option as a file has it, whatever the file's format."""

from __future__ import annotations

from hpatch.records import NamedTuple


class OptionLine(NamedTuple):
    """A `key = value` of the requested section, and its position in the text.

    `known` is False if a part of the value depends on facts outside the file, such as a magic variable that only the
    running uWSGI knows.
    """

    key: str
    value: str
    start: int
    end: int
    known: bool


class UnreadableError(Exception):
    """A text, or the rest of it from an offset on, that cannot be read. The message says why."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at
