"""Which entry of STATUS a user means: by its number in the list, a trunk revision, or words of its title."""

from __future__ import annotations

import re

from hpatch.backport.status.model import Entry, StatusFile
from hpatch.errors import UsageError

_REVISION = re.compile(r"r(\d{1,9})|(\d{5,9})")
_NUMBER = re.compile(r"\d{1,3}")
_SHOWN = 40
"""Columns of a title in a message."""


def choose(status: StatusFile, which: str) -> Entry:
    """The entry that `which` names: `3`, `r1900001`, or a part of its title in any case. Raises UsageError."""
    name, entries = status.source.name, status.entries
    revision = _REVISION.fullmatch(which)
    wanted = 0 if revision is None else int(revision[1] or revision[2])
    found = [one for one in entries if wanted in one.trunk]
    if _NUMBER.fullmatch(which):
        if not 1 <= int(which) <= len(entries):
            raise UsageError(f"{name}: has no entry {which} of {len(entries)}; 'hpatch backport list' numbers them")
        return entries[int(which) - 1]
    if not found:  # a number can also be that of a PR
        words = " ".join(which.casefold().split())
        found = [one for one in entries if words and words in one.title.casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"{name}: no entry has '{which}'; 'hpatch backport list' shows all")
    told = "; ".join(f"{number(status, one)} (line {one.line}) {_short(one.title)}" for one in found)
    raise UsageError(f"{name}: '{which}' is in {len(found)} entries; give the number of one: {told}")


def number(status: StatusFile, entry: Entry) -> int:
    """The entry's number in the list, from 1."""
    return status.entries.index(entry) + 1


def _short(title: str) -> str:
    return title if len(title) <= _SHOWN else title[: _SHOWN - 1].rstrip() + "…"
