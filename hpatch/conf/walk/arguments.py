"""Directives with a number of arguments that httpd refuses, by the form in the module's command table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.model import Refused, consequence, walked
from hpatch.facts import names, versions

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.facts.directives import Directive

_MOST_WORDS = 16
"""Up to how many words it is known beforehand which numbers fit."""

_VARIABLES = re.compile(r"(?:\$\{[^}]*\})+")


def refused(configuration: Configuration) -> Iterator[Refused]:
    """Directives with too few or too many arguments, as `invoke_cmd` (server/config.c) counts them.

    Only where each form that the directive may have says so: in the version, or in every version if it is not known.
    Sections are left out. An undefined variable that stands alone may be no word, or several; within a word, such
    as a path, it hardly is.
    """
    then = consequence(configuration)
    version = configuration.version
    uncounted = version is not None and version < versions.since("iterated-counted")
    for key, nodes in configuration.by_key.items():
        if key.startswith("<") or names.spelling(key) is None:
            continue
        forms = _forms(configuration, key)
        if not forms or (uncounted and any(form.form == "ITERATE" for form in forms)):
            continue
        fitting = frozenset(count for count in range(_MOST_WORDS) if any(_fits(form, count) for form in forms))
        sound: set[str] = set()  # most directives of a large configuration have arguments that others have, too
        for node in nodes:
            if node.args in sound:
                continue
            words = node.words
            if len(words) in fitting and "" not in words:
                sound.add(node.args)
                continue
            certain = "${" not in node.args or _too_many(forms, words)
            if not certain and any(map(_VARIABLES.fullmatch, words)):
                continue
            if any(_accepts(form, words) for form in forms) or not walked(node):
                continue
            yield _refused(node, words, forms[-1], then)._replace(certain=certain)


def _forms(configuration: Configuration, key: str) -> tuple[Directive, ...]:
    """The rows of a directive if each limits the number of arguments; otherwise none."""
    from hpatch.facts import directives, thirdparty

    rows = directives.find(key, configuration.version)
    if any(row.counts == (0, None) for row in rows) or thirdparty.find(key):
        return ()
    return rows


def _too_many(forms: tuple[Directive, ...], words: list[str]) -> bool:
    """Whether the words that hold more than a variable are too many, whatever the variables' values are."""
    least = sum(_VARIABLES.fullmatch(word) is None for word in words)
    return all(form.counts[1] is not None and least > form.counts[1] for form in forms)


def _fits(form: Directive, count: int) -> bool:
    least, most = form.counts
    return count >= least and (most is None or count <= most) and (form.form, count) != ("TAKE13", 2)


def _accepts(form: Directive, words: list[str]) -> bool:
    """Whether httpd accepts the words, some of which may be empty: it takes an empty one for none at all."""
    if "" not in words:
        return _fits(form, len(words))
    if form.form in _FREE:
        return True
    needed = _NEEDED.get(form.form, 0)
    if form.form == "TAKE13" and len(words) == _PAIR and words[1]:
        return False
    most = form.counts[1]
    return (
        bool(needed) and all(words[:needed]) and len(words) >= form.counts[0] and (most is None or len(words) <= most)
    )


_FREE = ("RAW_ARGS", "TAKE_ARGV")
_NEEDED = {"TAKE12": 1, "TAKE13": 1, "TAKE123": 1, "TAKE23": 2, "ITERATE": 1, "ITERATE2": 1, "FLAG": 1}
"""How many words may not be empty, by form; the other forms take no empty one."""
_PAIR = 2


def _refused(node: Node, words: list[str], form: Directive, then: str) -> Refused:
    most = form.counts[1]
    many = most is not None and len(words) > most
    empty = "" in words and not many
    at = words.index("") if empty else most
    place = node.word_place(at) if (many or empty) and at is not None else node.name_place
    comment = any(word.startswith("#") for word in words)
    has = "and has none" if not words else "not an empty one" if empty else f"not {len(words)}"
    return Refused(
        node=node,
        kind="arguments",
        place=place,
        message=f"{node.name} {_takes(form)}, {has}: {then}",
        help=_help(words, comment=comment, many=many, most=most),
    )


def _help(words: list[str], *, comment: bool, many: bool, most: int | None) -> str | None:
    if comment:
        return "httpd has no comments behind arguments. Move the comment to its own line."
    if many and most == 1 and len(words) > 1:
        return "If the words are one argument, put it in quotes."
    return None


def _takes(form: Directive) -> str:
    least, most = form.counts
    if form.form == "FLAG":
        return "takes On or Off as its argument"
    if most == 0:
        return "takes no argument"
    if form.form == "TAKE13":
        return "takes 1 or 3 arguments"
    if most is None:
        return f"needs at least {_number(least)}"
    return f"takes {_number(least)}" if least == most else f"takes {least} to {most} arguments"


def _number(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"
