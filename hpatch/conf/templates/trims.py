"""Lines that template code joins: it may take away the white space before it and behind it, line ends included.

Sources: "Whitespace Control" in Jinja's Template Designer Documentation and in Handlebars' guide, "Text and spaces" in
the documentation of Go's text/template, ERB's trim mode `-`, "CHOMP" in Template Toolkit's manual, "Whitespace
Stripping" in Terraform's. ERB's `<%-` takes away blanks only, no line end; `-%>` and Template Toolkit's take one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hpatch.conf.templates.tokens import CodePiece
from hpatch.records import NamedTuple

_BEFORE = re.compile(r"(?:\{%|\{\{|\{#|\[%)-|(?:\{\{|%\{)~")
_BEHIND = re.compile(r"(?:-(?:%\}|\}\}|#\}|%>|%\])|~\}\}?)\Z")
_INDENTS = re.compile(r"\bn?indent\b")
"""Helm's functions that begin a text with a line end of their own."""

_ONE_END = ("%>", "%]")
"""How code ends that takes away one line end only, with the blanks before it."""

_SPACE_BEHIND = re.compile(r"\s*")
_REST_OF_LINE = re.compile(r"[ \t]*\n?")


class JoinedLines(NamedTuple):
    """Lines of which a template makes one, `text[start:end]`."""

    start: int
    end: int


def joined(text: str, tokens: Iterable[CodePiece]) -> Iterator[JoinedLines]:
    """The lines that become one, where at least two of them have text beside code.

    Where a section begins or ends among them, they are left as they are: without it, all behind it would be misread.
    """
    pieces = list(tokens)
    for start, end in _runs(text, pieces):
        written = _without(text, start, end, pieces)
        lines = [line.strip() for line in written.split("\n")]
        texts = [line for line in lines if line and not line.startswith("#")]
        if len(texts) > 1 and not any(line.startswith("<") for line in texts):
            yield JoinedLines(start, end)


def _runs(text: str, pieces: list[CodePiece]) -> Iterator[tuple[int, int]]:
    """The stretches of lines whose line ends are taken away."""
    start = end = -1
    for low, high in sorted(_taken(text, pieces)):
        first = text.rfind("\n", 0, low) + 1
        last = text.find("\n", high) + 1 or len(text)
        if first < end:
            end = max(end, last)
            continue
        if end >= 0:
            yield start, end
        start, end = first, last
    if end >= 0:
        yield start, end


def _taken(text: str, pieces: list[CodePiece]) -> Iterator[tuple[int, int]]:
    """The pieces of code that take line ends away, with the white space that goes away."""
    for piece in pieces:
        code = text[piece.start : piece.end]
        if _BEFORE.match(code) and not _INDENTS.search(code):
            low = piece.start
            ends = 1 if code.startswith("[") else piece.start
            while low and text[low - 1].isspace() and (text[low - 1] != "\n" or ends):
                low -= 1
                ends -= text[low] == "\n"
            if "\n" in text[low : piece.start]:
                yield low, piece.end
        if _BEHIND.search(code):
            space = (_REST_OF_LINE if code.endswith(_ONE_END) else _SPACE_BEHIND).match(text, piece.end)
            high = piece.end if space is None else space.end()
            if "\n" in text[piece.end : high]:
                yield piece.start, high


def _without(text: str, start: int, end: int, pieces: list[CodePiece]) -> str:
    """Some lines without the code in them; a word that the template fills in counts as text."""
    made: list[str] = []
    at = start
    for piece in pieces:
        if at <= piece.start < end:
            made += text[at : piece.start], "x" if piece.kind == "value" else ""
            at = piece.end
    return "".join((*made, text[at:end]))
