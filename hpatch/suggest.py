"""Did you mean: the known word that an unknown one was most likely meant to be."""

from collections.abc import Iterable

_NEAR = 0.7
"""How alike two words must be, as `difflib` measures it: 1 is the same word."""


_SURE = 0.87
"""How alike two words are of which one is surely the other, misspelt."""


def sure(word: str, choice: str) -> bool:
    """Whether a word is so near to a choice that it can hardly be anything else."""
    return closest(word, [choice], _SURE) is not None


def closest(word: str, choices: Iterable[str], near: float = _NEAR) -> str | None:
    """The most similar choice, case ignored; None when none is as alike as `near`.

    Of equals, the first in `choices` wins.
    """
    from difflib import SequenceMatcher  # only failures pay for it

    matcher = SequenceMatcher(b=word.lower())
    best, found = near, None
    for choice in choices:
        matcher.set_seq1(choice.lower())
        if matcher.real_quick_ratio() < best or matcher.quick_ratio() < best:
            continue
        ratio = matcher.ratio()
        if ratio > best or (found is None and ratio >= best):
            best, found = ratio, choice
    return found
