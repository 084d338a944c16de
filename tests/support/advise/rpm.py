"""Databases of rpm in its three forms, as far as hpatch reads them."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence
from pathlib import Path


def header(
    name: str, version: str, release: str, *, epoch: int | None = None, changes: Sequence[tuple[str, str]] = ()
) -> bytes:
    """A package's header; `changes` are those of its changelog, each an author with a version, and a text."""
    tags: list[tuple[int, int, int, bytes]] = [
        (1000, 6, 1, _texts([name])),
        (1001, 6, 1, _texts([version])),
        (1002, 6, 1, _texts([release])),
    ]
    if changes:
        tags.append((1081, 8, len(changes), _texts([author for author, _ in changes])))
        tags.append((1082, 8, len(changes), _texts([text for _, text in changes])))
    store, index = b"", b""
    if epoch is not None:
        tags.insert(3, (1003, 4, 1, struct.pack(">I", epoch)))
    for tag, kind, count, data in tags:
        index += struct.pack(">IIII", tag, kind, len(store), count)
        store += data
    return struct.pack(">II", len(tags), len(store)) + index + store


def _texts(texts: Sequence[str]) -> bytes:
    return b"".join(text.encode() + b"\0" for text in texts)


def names(blob: bytes) -> str:
    """The name of a header that `header` made."""
    (count,) = struct.unpack_from(">I", blob)
    return blob[8 + 16 * count :].partition(b"\0")[0].decode()


def sqlite(root: Path, blobs: Sequence[bytes]) -> Path:
    """As Red Hat 9 and Fedora have it."""
    file = _place(root, "var/lib/rpm/rpmdb.sqlite")
    base = sqlite3.connect(file)
    base.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
    base.execute("CREATE TABLE Name (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)")
    for number, blob in enumerate(blobs, 1):
        base.execute("INSERT INTO Packages VALUES (?, ?)", (number, blob))
        base.execute("INSERT INTO Name VALUES (?, ?, 0)", (names(blob), number))
    base.commit()
    base.close()
    return file


def ndb(root: Path, blobs: Sequence[bytes]) -> Path:
    """As SUSE has it."""
    slots, data, block = b"", b"", 4096 // 16
    for number, blob in enumerate(blobs, 1):
        whole = struct.pack("<4sIII", b"BlbS", number, 1, len(blob)) + blob
        whole += b"\0" * (-len(whole) % 16)
        slots += struct.pack("<4sIII", b"Slot", number, block, len(whole) // 16)
        data += whole
        block += len(whole) // 16
    free = struct.pack("<4sIII", b"Slot", 0, 0, 0)
    page = struct.pack("<4sIII16x", b"RpmP", 0, 1, 1) + slots
    page += free * ((4096 - len(page)) // 16)
    file = _place(root, "usr/lib/sysimage/rpm/Packages.db")
    file.write_bytes(page + data)
    return file


def hash(root: Path, blobs: Sequence[bytes], *, size: int = 512, order: str = "<") -> Path:
    """As Red Hat 8 has it: a hash of Berkeley DB, each header in overflow pages."""
    pages = [b"", b""]
    items = []
    for number, blob in enumerate(blobs, 1):
        items += [
            b"\1" + struct.pack(f"{order}I", number),
            b"\3\0\0\0" + struct.pack(f"{order}II", len(pages), len(blob)),
        ]
        room = size - 26
        parts = [blob[at : at + room] for at in range(0, len(blob), room)]
        for at, part in enumerate(parts):
            following = len(pages) + 1 if at + 1 < len(parts) else 0
            head = struct.pack(f"{order}8xIIIHHBB", len(pages), 0, following, 1, len(part), 0, 7)
            pages.append((head + part).ljust(size, b"\0"))
    offsets, end, body = [], size, b""
    for item in items:
        end -= len(item)
        offsets.append(end)
        body = item + body
    head = struct.pack(f"{order}8xIIIHHBB", 1, 0, 0, len(items), end, 0, 13)
    table = head + struct.pack(f"{order}{len(offsets)}H", *offsets)
    assert len(table) <= end
    pages[1] = table.ljust(end, b"\0") + body
    meta = struct.pack(f"{order}8xIIIIBBxxII", 0, 0x061561, 9, size, 0, 8, 0, len(pages) - 1)
    pages[0] = meta.ljust(size, b"\0")
    file = _place(root, "var/lib/rpm/Packages")
    file.write_bytes(b"".join(pages))
    return file


def _place(root: Path, path: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    return file
