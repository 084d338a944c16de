"""Conditional sections whose condition can never hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.facts import names
from hpatch.lint.found import Edit, Fix, Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.conf.tree import Condition
    from hpatch.lint.context import Context

_NAME = r"""(?i)<IfModule\s+["']?(?P<not>!?)(?P<name>[^\s"'>]+)"""
_NEAR = 0.87


@rule(
    "CF016",
    "ifmodule-name",
    "warning",
    references=("https://httpd.apache.org/docs/2.4/mod/core.html#ifmodule",),
    fix="unsafe",
)
def ifmodule_name(context: Context) -> Iterator[Found]:
    """An `<IfModule>` names no module: the condition never holds, whatever httpd loads.

    httpd compares the name with each module's identifier (`ssl_module`) and with the name of its source file
    (`mod_ssl.c`, for some modules without `mod_`: `core.c`, `event.c`). `ssl.c`, `mod_ssl` and `ssl` are neither. httpd
    passes over the section without a word; with `!` it always reads it.

    A misspelt name has the confidence medium, because a module that hpatch does not know could have it.

    Fires on::

        <IfModule ssl.c>
            SSLRandomSeed startup builtin
        </IfModule>

    Fires on::

        <IfModule !mod_proxy>
            Redirect "/shop" "https://shop.example/"
        </IfModule>

    Write instead::

        <IfModule mod_ssl.c>
            SSLRandomSeed startup builtin
        </IfModule>

    Silent on (another module)::

        <IfModule mod_security2.c>
            SecRuleEngine On
        </IfModule>

    Source: test_ifmod_section (core.c); tested on httpd 2.4.71.
    """
    for condition in context.configuration.conditions:
        match = re.match(_NAME, condition.text)
        if match is None or "${" in match["name"] or _exists(match["name"]):
            continue
        meant = _meant(match["name"])
        near = meant or _near(match["name"])
        if near is None:
            continue
        fate = "httpd always reads this section" if match["not"] else "httpd never reads this section"
        yield Found(
            condition.place,
            f'no module is called "{match["name"]}": {fate}',
            help=f"The module's name is {near}." if meant else f'Did you mean "{near}"?',
            confidence=None if meant else "medium",
            fix=_named(context, condition, match["name"], near),
        )


def _named(context: Context, condition: Condition, name: str, near: str) -> Fix | None:
    """The other name, if the file spells the section out."""
    source = context.configuration.sources.get(condition.place.file)
    if source is None:
        return None
    place = condition.place
    start = source.offset(place.line, place.column)
    text = source.text[start : source.offset(place.end_line, place.end_column)]
    if text.count(name) != 1:
        return None
    at = start + text.index(name)
    return Fix(f'write "{near}"', (Edit(source.place(at, at + len(name)), near),), safe=False)


def _exists(name: str) -> bool:
    """Whether a known module has the identifier or the source file."""
    if names.source(name) is not None or (name.endswith(".c") and names.identifier(name[: -len(".c")]) is not None):
        return True
    from hpatch.facts import thirdparty  # only names that httpd does not have pay for it

    return any(name in (f"{other}.c", f"{other.removeprefix('mod_')}_module") for other in thirdparty.modules())


def _meant(name: str) -> str | None:
    """The source file of the module that was surely meant: the name has its stem, and the wrong form."""
    stem = name.removesuffix(".c").removesuffix("_module").removeprefix("mod_")
    source = names.source(f"{stem}_module")
    if source is None:
        source = next((one for one in (stem, f"mod_{stem}") if names.identifier(one) is not None), None)
    return None if source is None else f"{source}.c"


def _near(name: str) -> str | None:
    from hpatch.facts import modules
    from hpatch.suggest import closest

    choices = [text for one in modules.everything() for text in (f"{one.source}.c", one.identifier)]
    return closest(name, choices, _NEAR)
