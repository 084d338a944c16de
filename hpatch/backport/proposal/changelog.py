"""CHANGES: the entry that trunk's revisions give it, and where and in which form the branch wants it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

from hpatch.backport.history.changes import Change, Objects
from hpatch.backport.proposal.title import reports
from hpatch.backport.status.style import MARK, wrapped
from hpatch.records import NamedTuple

FOLDER = "changes-entries/"
"""From 2020 on, an entry can be a file of its own here; a release folds them into CHANGES."""
CHANGES = "CHANGES"

_LIMIT = 80
"""Lines up to this width stay as they are."""
_ITEM = re.compile(r"^ {0,4}\*\)[ \t]*", re.MULTILINE)
_RELEASE = re.compile(rb"^Changes with Apache [^\n]*\n", re.MULTILINE)
_WORD = re.compile(r"[a-z0-9]+")


class Note(NamedTuple):
    """An entry of CHANGES, ended by a line feed. `origin`: it is trunk's own, or made of the title.

    `path` is where the branch wants it: CHANGES, under the newest release, or a new file; None: it has neither.
    """

    text: str
    path: str | None
    origin: Literal["trunk", "title"]


class Brought(NamedTuple):
    """The entries that changes leave in trunk's CHANGES, and the name of a file with one."""

    texts: tuple[str, ...]
    name: str | None


def note(brought: Brought, authors: Iterable[str], paths: Collection[str], readme: bytes, title: str) -> Note:
    """The entry for the branch. `paths` are its files, `readme` its README.CHANGES."""
    origin: Literal["trunk", "title"] = "trunk" if brought.texts else "title"
    text = "\n".join(map(_fit, brought.texts or [f"{MARK}{title}  [{', '.join(dict.fromkeys(authors))}]"]))
    if b"changes-entries" in readme or any(path.startswith(FOLDER) for path in paths):
        return Note(text, FOLDER + (brought.name or _name(title)), origin)
    return Note(text, CHANGES if CHANGES in paths else None, origin)


def is_record(path: str) -> bool:
    """Whether a file is CHANGES or an entry of it."""
    return path == CHANGES or path.startswith(FOLDER)


def inserted(changes: bytes, entry: bytes) -> bytes:
    """CHANGES with an entry at the top of the newest release's."""
    heading = _RELEASE.search(changes)
    at = heading.end() if heading else 0
    return changes[:at] + b"\n" + entry + (b"" if changes[at : at + 1] == b"\n" else b"\n") + changes[at:]


def items(text: str) -> Iterator[str]:
    """The entries in a text of CHANGES' form, each without the blank lines after it."""
    starts = [match.start() for match in _ITEM.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        first, *more = text[start:end].split("\n")
        kept = [first.rstrip()]
        for line in more:
            if line[:1] not in ("", " ", "\t", "\r"):
                break  # the next release's heading
            kept.append(line.rstrip())
        yield "\n".join(kept).rstrip() + "\n"


def brought(objects: Objects, changes: Sequence[Change]) -> Brought:
    """What changes say in CHANGES. A later one can rewrite an earlier one's entry."""
    objects.want(blob for change in changes for blob in _blobs(change))
    found: dict[str, str] = {}
    name = None
    for change in changes:
        for file in change.files:
            if not is_record(file.path):
                continue
            before, after = (_items(objects, file.path, blob) for blob in (file.old_id, file.new_id))
            for key in before.keys() - after.keys():
                found.pop(key, None)
            found.update({key: text for key, text in after.items() if key not in before})
            if file.path != CHANGES and file.new is not None:
                name = name or file.path.removeprefix(FOLDER)
    return Brought(tuple(found.values()), name if found else None)


def _blobs(change: Change) -> Iterator[str]:
    for file in change.files:
        if is_record(file.path):
            yield from (blob for blob in (file.old_id, file.new_id) if blob is not None and blob.strip("0"))


def _items(objects: Objects, path: str, blob: str | None) -> dict[str, str]:
    """Entries by what they say, white space aside. A file for one entry has it, whatever its mark is."""
    if blob is None or not blob.strip("0"):
        return {}
    text = objects.blob(blob).decode("utf-8", "surrogateescape")
    found = list(items(text))
    if not found and path != CHANGES and text.strip():
        found = [f"{MARK}{text.strip().removeprefix('*').lstrip()}\n"]
    return {" ".join(item.split()): item for item in found}


def _fit(item: str) -> str:
    """An entry in lines that are not too long, two spaces before its mark."""
    item = _ITEM.sub(MARK, item, count=1)
    if all(len(line) <= _LIMIT for line in item.split("\n")):
        return item if item.endswith("\n") else f"{item}\n"
    text = " ".join(item.split()).removeprefix("*) ").replace(". PR ", ".  PR ").replace(". [", ".  [")
    return "".join(f"{line}\n" for line in wrapped(text, MARK))


def _name(title: str) -> str:
    """A file's name: `pr12345.txt`, or words of the title."""
    numbers = reports(title)
    if numbers:
        return f"pr{numbers[0]}.txt"
    return "-".join(_WORD.findall(title.lower())[:6]) + ".txt"
