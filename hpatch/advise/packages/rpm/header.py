"""The header of an rpm package: a table of tags, and their values.

Source: rpm's documentation of its format (header structure: two 32-bit sizes, 16 bytes an entry, the store).
"""

from __future__ import annotations

import re
import struct

from hpatch.advise.packages.package import ChangelogEntry, InstalledPackage, is_version
from hpatch.records import NamedTuple

_NAME, _VERSION, _RELEASE, _EPOCH = 1000, 1001, 1002, 1003
_CHANGE_NAME, _CHANGE_TEXT = 1081, 1082
_INT32, _STRING, _ARRAY, _I18N = 4, 6, 8, 9
_MOST_ENTRIES = 1 << 16
_MOST_CHANGES = 20_000
_MOST_LENGTH = 200
_LAST = re.compile(r"(?:^|[\s-])\[?(\d[\w.+~^:-]*)\]?$", re.ASCII)


class DamagedError(Exception):
    """What is read is not in the form that it should have."""


class _Tag(NamedTuple):
    kind: int
    offset: int
    length: int


class RpmHeader:
    """A header. Every method raises DamagedError for one that is not as it should be."""

    def __init__(self, blob: bytes) -> None:
        try:
            count, size = struct.unpack_from(">II", blob)
        except struct.error:
            raise DamagedError("a header is too short") from None
        start = 8 + 16 * count
        if count > _MOST_ENTRIES or start + size > len(blob):
            raise DamagedError("a header is shorter than it says")
        self._store = blob[start : start + size]
        entries = struct.iter_unpack(">IIII", blob[8:start])
        self._tags = {tag: _Tag(kind, offset, number) for tag, kind, offset, number in entries}

    def text(self, tag: int) -> str:
        """A text, empty where there is none."""
        return next(iter(self.texts(tag, 1)), "")

    def texts(self, tag: int, most: int) -> list[str]:
        """The texts of a tag, the first ones."""
        found = self._tags.get(tag)
        if found is None or found.kind not in (_STRING, _ARRAY, _I18N):
            return []
        texts, at = [], found.offset
        for _ in range(min(found.length, most)):
            end = self._store.find(b"\0", at)
            if at < 0 or end < 0:
                raise DamagedError("a text in a header has no end")
            texts.append(self._store[at:end].decode("utf-8", "replace"))
            at = end + 1
        return texts

    def number(self, tag: int) -> int | None:
        """A number of 32 bits, None where there is none."""
        found = self._tags.get(tag)
        if found is None or found.kind != _INT32:
            return None
        try:
            return int(struct.unpack_from(">I", self._store, found.offset)[0])
        except struct.error:
            raise DamagedError("a number in a header lies outside it") from None

    @property
    def name(self) -> str:
        """The package's name."""
        name = self.text(_NAME)
        if not name:
            raise DamagedError("a header has no name")
        return name

    def installed(self, database: str) -> InstalledPackage:
        """The package, with its changelog."""
        epoch = self.number(_EPOCH)
        version = f"{f'{epoch}:' if epoch else ''}{self.text(_VERSION)}-{self.text(_RELEASE)}"
        if not is_version(version):
            raise DamagedError(f"{self.name} has no version that rpm would accept")
        return InstalledPackage(
            name=self.name, version=version, database=database, changelog=("the package's changelog", self._changes())
        )

    def _changes(self) -> tuple[ChangelogEntry, ...]:
        names = self.texts(_CHANGE_NAME, _MOST_CHANGES)
        texts = self.texts(_CHANGE_TEXT, _MOST_CHANGES)
        versions = (_LAST.search(name[-_MOST_LENGTH:].strip()) for name in names)
        return tuple(
            ChangelogEntry(version=match[1] if match else "", text=text)
            for match, text in zip(versions, texts, strict=False)
        )
