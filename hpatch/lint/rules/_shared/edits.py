"""Small changes to words and lines where they are written.

Each gives no edit where the file does not show the words as httpd reads them: a macro or a variable may fill them in.
"""

from __future__ import annotations

import re

from hpatch.conf.tree import Node
from hpatch.lint.found import Edit, Fix
from hpatch.text import Place, Source

Edits = tuple[Edit, ...]


def fix(title: str, edits: Edits, *, safe: bool = False) -> Fix | None:
    """A fix that makes the edits; None where there are none."""
    return Fix(title, edits, safe) if edits else None


def both(*parts: Edits) -> Edits:
    """The edits of all parts; none where one part has none."""
    return tuple(edit for part in parts for edit in part) if all(parts) else ()


def written(node: Node, place: Place) -> str:
    """The text at a place of a node's file."""
    source = node.source
    start = source.offset(place.line, place.column)
    return source.text[start : source.offset(place.end_line, place.end_column)]


def replaced(node: Node, place: Place, old: str, new: str) -> Edits:
    """The change of a word, quotes kept."""
    if place.file != node.source.name:
        return ()
    text = written(node, place)
    for quote in ('"', "'", ""):
        if text == f"{quote}{old}{quote}":
            if not quote and re.search(r"[\s\"'<>]", new):
                return ()
            return (Edit(place, f"{quote}{new}{quote}"),)
    return ()


def word(node: Node, index: int, new: str) -> Edits:
    """The change of one of a node's words, quotes kept."""
    if index >= len(node.words):
        return ()
    return replaced(node, node.word_place(index), node.words[index], new)


def named(node: Node, name: str) -> Edits:
    """The change of a directive's name, if the file spells it out (of a section without its `<`)."""
    place = node.name_place
    old = node.name.removeprefix("<")
    place = place._replace(column=place.column + len(node.name) - len(old))
    return (Edit(place, name),) if written(node, place).lower() == old.lower() else ()


def removed(node: Node, index: int) -> Edits:
    """The removal of a word and the blanks after it."""
    places = node.word_places()
    if index + 1 >= len(places) or places[index] == node.place:
        return ()
    here, after = places[index], places[index + 1]
    return (Edit(Place(here.file, here.line, here.column, after.line, after.column), ""),)


def without(node: Node, index: int) -> Edits:
    """The removal of a word and the blanks before it."""
    place = node.word_place(index)
    if not replaced(node, place, node.words[index], ""):
        return ()
    before = node.source.line(place.line)[: place.column - 1]
    blanks = len(before) - len(before.rstrip(" \t"))
    return (Edit(place._replace(column=place.column - blanks), ""),) if 0 < blanks < len(before) else ()


def mark_removed(node: Node) -> Edits:
    """The removal of a byte order mark before a directive's name, if the file begins with it."""
    if node.start != 0 or not node.source.text.startswith("\ufeff"):
        return ()
    return (Edit(node.source.place(0, 1), ""),)


# Whole lines


def line_removed(node: Node) -> Edits:
    """The removal of a directive that stands on lines of its own."""
    span = _lines(node)
    return () if span is None else (Edit(node.source.place(*span), ""),)


def line_beside(node: Node, text: str, *, above: bool) -> Edits:
    """A new line above or below a directive (of a section, its opening line), indented like it."""
    span = _lines(node)
    if span is None:
        return ()
    source, (start, end) = node.source, span
    end_of_line = _line_end(source, start)
    indent = source.text[start : node.start]
    at = start if above else end
    if not above and not source.text.endswith("\n", 0, end):
        return (Edit(source.place(at, at), f"{end_of_line}{indent}{text}"),)
    return (Edit(source.place(at, at), f"{indent}{text}{end_of_line}"),)


def line_moved(node: Node, above: Node) -> Edits:
    """The move of a directive to the line above another one of the same file."""
    span = _lines(node)
    target = _lines(above)
    if span is None or target is None or node.source is not above.source:
        return ()
    source = node.source
    text = source.text[span[0] : span[1]]
    if not text.endswith("\n"):
        text += _line_end(source, target[0])
    return both(line_removed(node), (Edit(source.place(target[0], target[0]), text),))


def comment_moved(node: Node) -> Edits:
    """The move of what looks like a comment behind a directive's arguments to a line above it.

    None for a comment that ends with a backslash, as the last line of a file may: it would take the directive with it.
    """
    index = next((number for number, one in enumerate(node.words) if one.startswith("#")), 0)
    span = _lines(node)
    place = node.word_place(index)
    if not index or span is None or place == node.place or node.children is not None:
        return ()
    source = node.source
    start = source.offset(place.line, place.column)
    comment = source.text[start : node.end]
    before = source.text[node.start : start]
    if (
        not comment.startswith("#")
        or "\n" in comment
        or comment.rstrip().endswith("\\")
        or not before.endswith((" ", "\t"))
    ):
        return ()
    cut = node.start + len(before.rstrip(" \t"))
    return both(
        line_beside(node, comment, above=True),
        (Edit(source.place(cut, node.end), ""),),
    )


def _lines(node: Node) -> tuple[int, int] | None:
    """The offsets of the lines that a directive fills, with their end; None where something else stands on them."""
    text = node.source.text
    start = text.rfind("\n", 0, node.start) + 1
    end = text.find("\n", node.end)
    end = len(text) if end < 0 else end + 1
    if text[start : node.start].strip(" \t") or text[node.end : end].strip():
        return None
    return start, end


def _line_end(source: Source, offset: int) -> str:
    """How lines end near an offset."""
    text = source.text
    at = text.find("\n", offset)
    at = text.rfind("\n", 0, offset) if at < 0 else at
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"


# Flags


def flags(node: Node, *, add: str = "", drop: tuple[str, ...] = ()) -> Edits:
    """A change of the flags of a RewriteRule or a RewriteCond: one more, or some (in lower case) less."""
    words = node.words
    if len(words) == 2 and add:
        place = node.word_place(1)
        if place == node.place:
            return ()
        end = node.source.offset(place.end_line, place.end_column)
        return (Edit(node.source.place(end, end), f" [{add}]"),)
    if len(words) != 3 or not re.fullmatch(r"\[[^\[\]\"'\\]*\]", words[2]):
        return ()
    parts = [part.strip() for part in words[2][1:-1].split(",")]
    left = [part for part in parts if part.lower() not in drop] + ([add] if add else [])
    if not left:
        return without(node, 2)
    return word(node, 2, f"[{','.join(left)}]")
