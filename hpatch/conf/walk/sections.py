"""Sections with a wrong opening line, or without what must stand before, around or in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.model import Refused, consequence, walked
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node

_LEAST: dict[str, int] = {
    "<virtualhost": 1,
    "<directory": 1,
    "<directorymatch": 1,
    "<location": 1,
    "<locationmatch": 1,
    "<files": 1,
    "<filesmatch": 1,
    "<if": 1,
    "<elseif": 1,
    "<limit": 1,
    "<limitexcept": 1,
    "<authnprovideralias": 2,
    "<authzprovideralias": 2,
    "<mdomainset": 1,
    "<mdomain": 1,
    "<manageddomain": 1,
    "<proxy": 0,
    "<proxymatch": 0,
}
"""How many arguments a section needs, by its handler."""

_REQUIRING = frozenset(("<requireall", "<requireany", "<requirenone", "<requirenotall"))
_ALL = frozenset(("<requireall", "<requirenotall"))
_NEGATIVE = frozenset(("<requirenone", "<requirenotall"))
_END = r"(?m)^[ \t]*</Require"
_INCLUDE = r"(?m)^[ \t]*Include"
_BESIDE = "Put it into a <RequireAll>, beside a Require that grants access."
_BARE = _REQUIRING | {"<else"}
"""Sections that take no argument."""

_ELSE = ("<elseif", "<else")


def refused(configuration: Configuration) -> Iterator[Refused]:
    """Sections that httpd refuses for their opening line, for what stands before them or for what they lack.

    The functions of the sections in server/core.c, mod_authz_core.c, mod_authn_core.c, mod_proxy.c and mod_md_config.c.
    A line with an undefined variable is left out, since the variable may hold the `>`.
    """
    then = consequence(configuration)
    for key in (*_LEAST, *_BARE):
        sound: set[str] = set()  # arguments that others have, too
        for node in configuration.by_key.get(key, ()):
            fault = None if node.args in sound or "${" in node.args else _opening(node)
            if fault is None:
                sound.add(node.args)
            if fault is None and key in _REQUIRING:
                fault = _requiring(node, configuration)
            if fault is not None and walked(node):
                yield Refused(
                    node=node,
                    kind="arguments",
                    place=node.place,
                    message=f"{fault.text}: {then}",
                    help=fault.help,
                )
    yield from _negated(configuration, then)
    if any(key in configuration.by_key for key in _ELSE):
        for node, before in _without_if(configuration):
            where = "at the start of its section" if before is None else f"behind {before.name}>"
            yield Refused(
                node=node,
                kind="context",
                place=node.place,
                message=f"{node.name}> stands {where}, without an <If> or <ElseIf> before it: {then}",
            )


class _Fault(NamedTuple):
    text: str
    help: str | None = None


def _opening(node: Node) -> _Fault | None:
    name = f"{node.name}>"
    if ">" not in node.args:
        return _Fault(f'the line that opens {name} does not end in ">"', 'Put a ">" at the end of the line.')
    if not node.argument:
        least = _LEAST.get(node.key, 0)
        return _Fault(f"{name} needs {'an argument' if least == 1 else f'{least} arguments'}") if least else None
    if node.key in _BARE:
        return _Fault(f'{name} takes no argument, not "{node.argument}"')
    least = _LEAST[node.key]
    return _Fault(f"{name} needs {least} arguments, not 1") if least > len(node.words) else None


def _negated(configuration: Configuration, then: str) -> Iterator[Refused]:
    """`Require not` where any Require is enough: none of them grants access by that."""
    for node in configuration.by_key.get("require", ()):
        if node.args[:3].lower() != "not" or node.words[0].lower() != "not" or _may_deny(node, configuration):
            continue
        if walked(node):
            yield Refused(
                node=node,
                kind="context",
                place=node.place,
                message=f"Require not cannot grant access, and no <RequireAll> is around it: {then}",
                help=_BESIDE,
            )


def _may_deny(node: Node, configuration: Configuration) -> bool:
    """Whether it may only deny access, because another Require beside it grants it."""
    around = node.parent
    return around.key in _ALL if around is not None else not configuration.whole


def _requiring(node: Node, configuration: Configuration) -> _Fault | None:
    """What is wrong with the content of a section for access, or with its place among others."""
    complete = not any(problem.kind in ("unreadable", "include") for problem in configuration.problems)
    if complete and not any(child.key == "require" or child.key in _REQUIRING for child in node.children or ()):
        return _Fault(f"{node.name}> contains no Require", "Add a Require line, or remove the section.")
    if (
        complete
        and node.key in _ALL
        and not _includes(node)
        and all(_denies(child, node) for child in node.children or ())
    ):
        return _Fault(
            f"{node.name}> contains nothing that grants access", "Add Require all granted, or another Require."
        )
    if node.key in _NEGATIVE and not _may_deny(node, configuration):
        return _Fault(f"{node.name}> cannot grant access, and no <RequireAll> is around it", _BESIDE)
    return None


def _includes(section: Node) -> bool:
    """Whether a section includes files, which this machine may lack."""
    text = section.source.text
    end = re.compile(_END, re.I).search(text, section.end)
    return re.search(_INCLUDE, text[section.end : end.start() if end else len(text)], re.I) is not None


def _denies(child: Node, section: Node) -> bool:
    """Whether a part of a section surely can only deny access (`authz_core_check_section` in mod_authz_core.c)."""
    if child.conditions != section.conditions or "${" in child.args:
        return False
    return child.key in _NEGATIVE or (
        child.key == "require" and child.words[:1] != [] and child.words[0].lower() == "not"
    )


def _without_if(configuration: Configuration) -> Iterator[tuple[Node, Node | None]]:
    """`<ElseIf>` and `<Else>` not behind an `<If>` or `<ElseIf>` in their scope, and what they are behind.

    The first one in a part that another file may include is left out, and so is one that a conditional decides.
    """
    last: dict[int, Node] = {}
    for node in configuration.walk():
        if node.key not in ("<if", *_ELSE):
            continue
        before = last.get(id(node.parent))
        last[id(node.parent)] = node
        if node.key == "<if" or not walked(node):
            continue
        if before is None:
            if node.parent is not None or configuration.whole:
                yield node, None
        elif before.key == "<else" and before.conditions == node.conditions:
            yield node, before
