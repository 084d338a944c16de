"""Text in XML. What XML cannot hold (control characters, bytes that are not UTF-8) is written out as on a terminal."""

from __future__ import annotations

from hpatch.report.common.terminal import visible

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def quoted(value: str) -> str:
    """An attribute's value, with its quotes."""
    return f'"{text(value)}"'


def text(value: str, *, lines: bool = False) -> str:
    """An element's text; with `lines`, line ends stay."""
    if lines:
        return "\n".join(map(text, value.split("\n")))
    return visible(value).translate(_ESCAPES)
