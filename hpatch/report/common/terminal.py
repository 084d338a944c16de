"""Text on its way to a terminal: nothing but printable characters, in the width that there is, in colour if wanted."""

from __future__ import annotations

from collections.abc import Iterator

TAB = 4
"""Columns from one tab stop to the next in shown source lines."""

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "green": "1;32",
    "yellow": "1;33",
    "blue": "1;34",
    "cyan": "1;36",
}
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def visible(text: str) -> str:
    r"""The text with everything that a terminal would obey, hide or reorder written out.

    `\t`, `\n` and `\r` for those, `\x1b` for another ASCII control character or for a byte that is not UTF-8,
    `\u202e` for any other character that does not print (C1 controls, bidi overrides, a no-break space).
    Printable text comes back as it is; a backslash in it is not doubled.
    """
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else _escape(char) for char in text])


def _escape(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def paint(text: str, style: str, color: bool) -> str:
    """The text in a style (`red`, `bold`, …), or as it is where colour is not wanted."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if color and text else text


def linked(text: str, address: str | None, links: bool) -> str:
    """The text as a hyperlink (OSC 8) if links are wanted and the address is printable ASCII without spaces."""
    if not links or not text or not address or not (address.isascii() and address.isprintable()) or " " in address:
        return text
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\"


def file_address(path: str) -> str:
    """The address of a file on this machine, everything in it escaped that an address cannot have."""
    import os
    from socket import gethostname
    from urllib.parse import quote  # only a terminal with links pays for it

    return f"file://{quote(gethostname())}{quote(os.fsencode(os.path.abspath(path)))}"  # noqa: PTH100 - text only


def cells(text: str) -> int:
    """How many columns printable text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    wide = sum(east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(category(char) in ("Mn", "Me") for char in text)


def wrap(text: str, width: int | None, indent: int = 0, first: int = 0) -> Iterator[str]:
    """The text in lines of at most `width` columns, broken at spaces, a word that is longer than a line anywhere.

    Lines after the first start with `indent` spaces; the first has `first` columns taken already. At least 16 columns
    are used, however narrow it is.
    """
    if width is None or first + cells(text) <= width:
        yield text
        return
    full = max(width - indent, 16)
    line, room, empty = "", max(width - first, 0), True
    for word in text.split(" "):
        size = cells(word)
        if not empty and size < room:
            line, room = f"{line} {word}", room - size - 1
            continue
        if not empty or (first and room < size <= full):
            yield line
            line, room = " " * indent, full
        while size > room:
            head, word = _split(word, room)  # noqa: PLW2901 - what is left of it
            yield line + head
            line, room, size = " " * indent, full, cells(word)
        line, room, empty = line + word, room - size, False
    yield line


def _split(text: str, width: int) -> tuple[str, str]:
    """The text's first part, of at most `width` columns, and the rest."""
    used = 0
    for at, char in enumerate(text):
        used += cells(char)
        if used > width:
            return text[:at], text[at:]
    return text, ""
