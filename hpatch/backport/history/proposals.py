"""What a commit merges by what it does to STATUS, and what its message pastes from there.

A proposal names trunk's revisions in a field. Who merges it takes the entry out of STATUS in the same commit, and from
2018 on often pastes it as the message: "Backport to v2.4:", the entry's title, `Trunk version of patch:` and URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hpatch.backport.status.read import read
from hpatch.text import Source

PATH = "STATUS"
_FIELD = re.compile(r"^[ \t]*(?:\*\)?[ \t]*)?(?:trunk\b[^:\n]{0,40}:|(?:trunk|httpd) patch(?:es)?[ \t])", re.I | re.M)
_ENTRY = re.compile(r"^(?=[ \t]{0,5}\*[) \t\w])", re.MULTILINE)
_DIGITS = re.compile(r"\d{4,9}", re.ASCII)
_LIST = b"TO BACKPORT FROM TRUNK"
_HEADING = "PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n"
_LIMIT = 100_000
"""The longest message, in characters, in which an entry is looked for."""


def pasted(message: str) -> frozenset[int]:
    """The revisions in the trunk field of an entry that a message pastes, whatever the indentation."""
    if len(message) > _LIMIT or _FIELD.search(message) is None:
        return frozenset()
    # Fields are indented in STATUS; in a message they often are not, and bullets end no entry there.
    body = "".join(f"      {line}\n" for line in message.splitlines())
    entries = read(Source("the message", f"{_HEADING}  *) the message\n{body}")).entries
    return frozenset(number for entry in entries for number in entry.trunk)


def dropped(before: bytes, after: bytes) -> Iterator[tuple[int, ...]]:
    """The revisions of each entry that a STATUS has no more and that are nowhere else in it, entry by entry.

    None where it has a new proposal: that one replaces what is gone.
    """
    if _LIST not in before:
        return
    old, new = (data.decode("utf-8", "surrogateescape") for data in (before, after))
    gone = tuple(_others(old, new))
    if not gone or any(set(entry).difference(_numbers(old)) for entry in _others(new, old)):
        return
    there = _numbers(new)
    yield from (entry for entry in gone if there.isdisjoint(entry))


def _others(text: str, other: str) -> Iterator[tuple[int, ...]]:
    """The revisions of each entry of a text that another has not in the same words."""
    there = set(_ENTRY.split(other))
    some = "".join(f"{part}\n" for part in _ENTRY.split(text)[1:] if part not in there)
    if some:
        yield from (entry.trunk for entry in read(Source(PATH, _HEADING + some)).entries if entry.trunk)


def _numbers(text: str) -> set[int]:
    return {int(digits) for digits in _DIGITS.findall(text)}


def merged(entries: Iterable[tuple[int, ...]], named: Iterable[int]) -> Iterator[int]:
    """The revisions of the entries that a commit dropped and merged.

    A message that names what it merges decides: an entry of which it names nothing was dropped for another reason.
    """
    said = set(named)
    for entry in entries:
        if not said or not said.isdisjoint(entry):
            yield from entry
