"""Mutants and what they are called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Name:
    """What tells a mutant from the others, without a line number: an entry in `survivors` lasts."""

    file: str
    """From the top of the checkout."""
    function: str
    """Its qualified name, or an empty text at the top of the module. Of a table, the row's first cell."""
    before: str
    after: str
    """The lines that change, stripped."""
    nth: int
    """Counts from 1 the mutants that are equal in all of this."""


@dataclass(frozen=True)
class Mutant:
    name: Name
    line: int
    """The first line that changes, from 1."""
    text: str
    """The whole file."""
