"""Words that a template fills in, as undefined variables of the same length."""

from __future__ import annotations

import re

_FIRST, _LAST = 0xF0000, 0xFFFFD
_PLACEHOLDER = r"\$\{([\U000F0000-\U000FFFFD])\1*\}"
SHORTEST = 4
"""The length of the shortest piece of a template that a placeholder can stand for."""


class Placeholders:
    """The pieces of template code that stand for words, and the undefined variables that replace them for reading.

    A variable is as long as the piece, so that places stay what they are.
    """

    def __init__(self) -> None:
        self._written: list[str] = []
        self._ids: dict[str, int] = {}

    def variable(self, piece: str) -> str:
        """The variable for a piece of `SHORTEST` characters or more. The same piece has the same variable."""
        number = self._ids.get(piece)
        if number is None:
            number = min(len(self._written), _LAST - _FIRST)
            self._ids[piece] = number
            if number == len(self._written):
                self._written.append(piece)
        return "${" + chr(_FIRST + number) * (len(piece) - 3) + "}"

    def restored(self, text: str) -> str:
        """A text with the pieces as they are written in the template."""
        return re.sub(_PLACEHOLDER, self._piece, text) if "${" in text else text

    def _piece(self, match: re.Match[str]) -> str:
        number = ord(match[1]) - _FIRST
        return self._written[number] if number < len(self._written) else match[0]


def has_placeholder(text: str) -> bool:
    """Whether a piece of a template is in a text that was read."""
    return "${" in text and re.search(_PLACEHOLDER, text) is not None
