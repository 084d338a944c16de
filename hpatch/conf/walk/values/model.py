"""What a kind of value is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node


class Kind(NamedTuple):
    """A kind of one argument: whether httpd accepts a word, and what it takes, to stand behind "takes".

    `fits` is True for a word of which it is not known.
    """

    fits: Callable[[str], bool]
    takes: str


class Wrong(NamedTuple):
    """A value that httpd refuses: the index of the word `at` (None: the directive as a whole).

    `says` stands behind the directive's name: `takes On or Off, not "maybe"`. `certain` is False where it depends on
    httpd's version or modules, and these are not known.
    """

    at: int | None
    says: str
    help: str | None = None
    certain: bool = True


class Arguments(NamedTuple):
    """A directive to judge: its `words`, by httpd's rules, and where it stands."""

    node: Node
    words: list[str]
    configuration: Configuration


Judge = Callable[[Arguments], Wrong | None]
"""The arguments of a directive as a whole."""


def unknown(word: str) -> bool:
    """Whether a word holds a variable that is not defined here, so that nothing can be said of it.

    httpd expands nothing without a closing brace.
    """
    at = word.find("${")
    return at >= 0 and "}" in word[at:]


def argv(words: list[str]) -> list[str]:
    """The words of a directive whose form is TAKE_ARGV: httpd drops an empty one at the end (`invoke_cmd`)."""
    return words[:-1] if words[-1:] == [""] else words


def listed(words: list[str] | tuple[str, ...], last: str = "or") -> str:
    """Words for a message: `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def suggestion(word: str, choices: list[str] | tuple[str, ...]) -> str | None:
    """Did you mean, for a word of a list."""
    from hpatch.suggest import closest

    near = closest(word, choices)
    return None if near is None else f'Did you mean "{near}"?'
