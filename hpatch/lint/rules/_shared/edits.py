"""Small changes to a word where it is written."""

from __future__ import annotations

from hpatch.conf.tree import Node
from hpatch.lint.found import Edit
from hpatch.text import Place


def written(node: Node, place: Place) -> str:
    """The text at a place of a node's file."""
    source = node.source
    start = source.offset(place.line, place.column)
    return source.text[start : source.offset(place.end_line, place.end_column)]


def replaced(node: Node, place: Place, old: str, new: str) -> tuple[Edit, ...]:
    """The change of a word, quotes kept; empty if the file does not show the word as httpd reads it."""
    if place.file != node.source.name:
        return ()
    text = written(node, place)
    for quote in ('"', "'", ""):
        if text == f"{quote}{old}{quote}":
            return (Edit(place, f"{quote}{new}{quote}"),)
    return ()


def removed(node: Node, index: int) -> tuple[Edit, ...]:
    """The removal of a word and the blanks after it; empty if the file does not show the words as httpd reads them."""
    places = node.word_places()
    if index + 1 >= len(places) or places[index] == node.place:
        return ()
    here, after = places[index], places[index + 1]
    return (Edit(Place(here.file, here.line, here.column, after.line, after.column), ""),)
