"""Expressions that httpd refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf import words
from hpatch.conf.expressions import occurrences
from hpatch.conf.walk import names
from hpatch.conf.walk.model import Refused, consequence, walked

if TYPE_CHECKING:
    from hpatch.conf.expressions import lookup
    from hpatch.conf.expressions.model import ElementKind, Expression, Mistake
    from hpatch.conf.expressions.occurrences import Occurrence
    from hpatch.conf.tree import Configuration
    from hpatch.text import Place


def refused(configuration: Configuration) -> Iterator[Refused]:
    """The mistakes of all expressions; those with an undefined variable are left out.

    An expression that does not parse has one mistake. An unknown version is taken for the newest, and what it refuses
    is then less than certain where older releases do not read an expression.
    """
    then = consequence(configuration)
    known: lookup.Known | None = None
    whole = [one for one in occurrences.find(configuration) if "${" not in one.text]
    if not whole:
        return
    from hpatch.conf.expressions.parse import parse  # only expressions pay for it

    for one in whole:
        expression = parse(one.text, string=one.string)
        if expression.mistake is None and not expression.of(*_ASKED):
            continue
        if not walked(one.node):
            continue
        known = known or _known(configuration)
        for unfit in _faults(expression, one, known):
            mistake = unfit.mistake
            yield Refused(
                node=one.node,
                kind="expression",
                place=place(one, mistake.start, mistake.end),
                message=f"{mistake.message}: {then}",
                help=_help(one, mistake),
                certain=unfit.certain and (one.since is None or configuration.version is not None),
            )


_ASKED: tuple[ElementKind, ...] = ("variable", "function", "list", "unary", "binary", "regex")


def _faults(expression: Expression, one: Occurrence, known: lookup.Known) -> Iterator[lookup.Unfit]:
    from hpatch.conf.expressions import lookup  # only expressions pay for it

    if expression.mistake is not None:
        yield lookup.Unfit(expression.mistake, True)
    else:
        yield from lookup.mistakes(expression, known, restricted=one.restricted)


def _known(configuration: Configuration) -> lookup.Known:
    from hpatch.conf.expressions import lookup  # only expressions pay for it

    listed = names.listed(configuration)
    return lookup.Known(
        version=configuration.version,
        loaded=lambda module: configuration.modules.has(f"{module}.c") if listed else None,
        strange=bool(names.strangers(configuration)),
    )


def _help(one: Occurrence, mistake: Mistake) -> str | None:
    if one.rewritten:
        return f"httpd reads the condition as {one.text}. Write an expression, such as -n reqenv('name')."
    return _split(one, mistake) or mistake.help


def _split(one: Occurrence, mistake: Mistake) -> str | None:
    """The fix for an expression that white space or a quote cuts off."""
    if one.string or one.word is None or mistake.end < len(one.text.rstrip()) or len(one.node.words) <= one.word + 1:
        return None
    if one.node.key == "rewritecond" and one.node.words[-1].startswith("["):
        return None
    return "The argument ends there. Put all of it in double quotes, and use single quotes inside."


def place(one: Occurrence, start: int, end: int) -> Place:
    """The place of `text[start:end]` of an expression; of the whole argument if variables or macros moved it."""
    source, node = one.node.source, one.node
    first, last = node.start + len(node.name), node.end
    plain = one.word is None or node.key == "rewritecond"
    if one.rewritten:
        return node.word_place(one.word or 0)
    if not plain:
        first, last = node.word_spans()[one.word or 0]
    at = source.text.rfind(one.text, first, last) if one.text else -1
    if at >= 0:
        return source.place(at + start, at + end)
    raw = source.text[first:last]
    offsets = words.offsets(raw) if not plain and one.text else []
    if "".join([raw[offset] for offset in offsets])[one.cut :] == one.text and one.text:
        offsets = [*offsets[one.cut :], len(raw) - 1]
        return source.place(
            first + offsets[start], first + offsets[end - 1] + 1 if end > start else first + offsets[end]
        )
    return source.place(first, last) if not plain else node.place
