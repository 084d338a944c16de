r"""Names of files in diffs: how they are quoted, and which of them no diff may touch.

Git, GNU diff and GNU patch write a name with special characters in quotes, with C's escapes (`"a/caf\303\251"`).
"""

from __future__ import annotations

import re

from hpatch.files import FOLDER, HISTORY

_ESCAPES = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
_ESCAPE = re.compile(rb'\\(?:([abtnvfr])|(["\\])|([0-3][0-7]{2}))')
_QUOTED = re.compile(rb'"((?:[^"\\]|\\(?:[abtnvfr"\\]|[0-3][0-7]{2}))*)"')
_SPECIAL = re.compile(rb'[\x00-\x1f\x7f-\xff"\\]')
_LETTERS = {value[0]: b"\\" + letter for letter, value in _ESCAPES.items()} | {0x22: b'\\"', 0x5C: b"\\\\"}

_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_KEPT = HISTORY | {"git~1", ".pc", FOLDER}


def unquote(text: bytes) -> tuple[bytes, bytes] | None:
    """A quoted name at the start of `text` and what follows it; None where the quotes or an escape are broken."""
    found = _QUOTED.match(text)
    if found is None:
        return None
    return _ESCAPE.sub(_plain, found[1]), text[found.end() :]


def _plain(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return _ESCAPES[found[1]]
    return found[2] if found[2] is not None else bytes([int(found[3], 8)])


def quote(name: bytes) -> bytes:
    """The name as git writes it: quoted if it has a control character, a quote, a backslash or a byte beyond ASCII."""
    if _SPECIAL.search(name) is None:
        return name
    return b'"' + _SPECIAL.sub(lambda found: _LETTERS.get(found[0][0], b"\\%03o" % found[0][0]), name) + b'"'


def unsafe(path: str) -> str | None:
    """Why a path may not be touched, or None.

    A path is relative to the tree with slashes; one leading `./` is harmless. A backslash, a colon and a tab are
    ordinary characters, other characters that control or hide are not. The folders of version control systems, of
    quilt and of hpatch are refused in any case of letters, and with the dots and blanks at the end that some systems
    drop.
    """
    parts = path.split("/")
    size = len(path.encode("utf-8", "surrogateescape"))
    reason = None
    if not path:
        reason = "the name is empty"
    elif path.startswith("/"):
        reason = "the path is absolute"
    elif size > 4096:
        reason = f"the path has {size} bytes; 4,096 are the most"
    elif _CONTROL.search(path) is not None:
        reason = "the path has a control character"
    elif ".." in parts:
        reason = "the path leaves the tree"
    elif "" in parts or "." in parts[1:] or path == ".":
        reason = "the path has an empty part"
    elif not _KEPT.isdisjoint(part.rstrip(" .").casefold() for part in parts):
        reason = "no diff may touch what belongs to version control, to quilt or to hpatch"
    elif size > 255 and any(len(part.encode("utf-8", "surrogateescape")) > 255 for part in parts):
        reason = "a name in the path has more than 255 bytes"
    return reason
