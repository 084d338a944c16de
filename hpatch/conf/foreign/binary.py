"""Files that are not text: archives, programs, images, and text in UTF-16."""

from __future__ import annotations

from hpatch.conf.foreign.model import Seeming

_KINDS = {
    b"\x7fELF": "a program (ELF)",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"(\xb5/\xfd": "a Zstandard archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"%PDF-": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"!<arch>": "an ar archive",
    b"SQLite format 3\0": "an SQLite database",
    b"\xff\xfe": "a text in UTF-16",
    b"\xfe\xff": "a text in UTF-16",
    b"\xca\xfe\xba\xbe": "a Java class",
}
"""How files begin. Source: file(1)'s magic."""

_TAR_AT = 257


def foreign(text: str) -> Seeming:
    """What a file that is not text seems to be."""
    data = text[: _TAR_AT + 8].encode("utf-8", "surrogateescape")
    if data[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return Seeming("a tar archive", 0, 0)
    for start, kind in _KINDS.items():
        if data.startswith(start):
            return Seeming(kind, 0, 0)
    return Seeming("a binary file", 0, 0)
