"""What httpd refuses in an expression that parses: names that do not exist, and arguments that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hpatch.conf import regexes
from hpatch.conf.expressions.model import Element, Expression, Mistake
from hpatch.conf.subnets import is_subnet
from hpatch.facts import expressions as facts
from hpatch.records import NamedTuple
from hpatch.suggest import closest
from hpatch.versions import Version

_KINDS: dict[str, tuple[facts.NameKind, str, str]] = {
    "variable": ("variable", "variable", ""),
    "function": ("function", "function", ""),
    "list": ("list", "function that gives a list", ""),
    "unary": ("unary", "unary operator", "-"),
    "binary": ("binary", "operator", "-"),
}
"""By kind of element: the kind of name, what messages call it, and the sign before the name."""

_SUBNETS = ("R", "ipmatch")


class Unfit(NamedTuple):
    """A mistake, and how sure it is: `certain` is False if a module of which nothing is known may have the name."""

    mistake: Mistake
    certain: bool


class Known(NamedTuple):
    """The httpd that reads the expression.

    `version` is None if it is not known. `loaded` tells whether a module is loaded, by its source file's name without
    `.c`; None if that is not known. `strange` is whether a module of which nothing is known may be loaded.
    """

    version: Version | None
    loaded: Callable[[str], bool | None]
    strange: bool


def mistakes(expression: Expression, known: Known, *, restricted: bool = False) -> Iterator[Unfit]:
    """The mistakes of an expression that parses, in the order of its text. An unknown version is taken for the newest.

    `restricted` expressions may not look at files.
    """
    for element in expression.elements:
        if element.kind in _KINDS:
            found = _name(expression, element, known, restricted=restricted)
            if found is None:
                found = _subnet(expression, element)
            if found is not None:
                yield found
        elif element.kind == "regex" and (mistake := regexes.fault(element.name)) is not None:
            message = f'the regular expression "{element.name}" does not compile ({mistake})'
            yield Unfit(Mistake(message, element.start, element.end), True)


def _name(expression: Expression, element: Element, known: Known, *, restricted: bool) -> Unfit | None:
    kind, called, sign = _KINDS[element.kind]
    name = sign + element.name
    fact = facts.find(kind, element.name)
    if fact is None:
        near = _near(kind, element.name)
        help = _other_spelling(expression, element) or (None if near is None else f'Did you mean "{sign}{near}"?')
        certain = not known.strange and (help is not None or kind in ("unary", "binary"))
        return _unfit(element, f'the {called} "{name}" does not exist', help, certain=certain)
    if known.version is not None and fact.since is not None and known.version < fact.since:
        return _unfit(element, f'the {called} "{name}" exists since httpd {fact.since}, and this is {known.version}')
    if fact.module != "core" and known.loaded(fact.module) is False:
        return _unfit(
            element,
            f'the {called} "{name}" belongs to {fact.module}, which is not loaded',
            f"Load {fact.module}.",
        )
    if restricted and fact.restricted:
        return _unfit(element, f'the {called} "{name}" may not be used here')
    return None


def _unfit(element: Element, message: str, help: str | None = None, *, certain: bool = True) -> Unfit:
    return Unfit(Mistake(message, element.start, element.end, help), certain)


def _other_spelling(expression: Expression, element: Element) -> str | None:
    """How a name is written that RewriteCond, a log format or a program takes, but no expression."""
    if element.kind == "variable" and element.name.upper().startswith("HTTP_"):
        header = "-".join(word.capitalize() for word in element.name[5:].split("_") if word)
        return f"Write %{{HTTP:{header}}} for the request's header." if header else None
    if element.kind == "list" and facts.find("function", element.name) is not None:
        return "To look for a text in a text, use -strmatch with wildcards, or =~ with a regular expression."
    if element.kind in ("function", "variable") and element.name.lower() == "servervar":
        return "Write the variable's own name."
    return None


def _near(kind: facts.NameKind, name: str) -> str | None:
    if kind == "unary":
        return None
    return closest(name, (one.name for one in facts.everything() if one.kind == kind and "*" not in one.name))


def _subnet(expression: Expression, element: Element) -> Unfit | None:
    """What is wrong with the argument of an operator that takes a subnet."""
    if (
        element.kind not in ("unary", "binary")
        or (element.name if element.kind == "unary" else element.name.lower()) not in _SUBNETS
    ):
        return None
    text = expression.text[element.argument_start : element.argument_end]
    mistake = Mistake(
        f'"-{element.name}" needs an address or a subnet in quotes, not "{text}"'
        if element.argument is None
        else f'"{element.argument}" is not an address or a subnet',
        element.argument_start,
        element.argument_end,
        "Write it as 10.0.0.1, 10.0.0.0/8 or 2001:db8::/32." + _EVERY.get(element.argument or "", ""),
    )
    return Unfit(mistake, True) if element.argument is None or not is_subnet(element.argument) else None


_EVERY = dict.fromkeys(("0.0.0.0/0", "::/0"), " A prefix of 0 bits is not possible.")
