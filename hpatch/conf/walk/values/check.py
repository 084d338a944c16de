"""Directives with a value that httpd refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.model import Refused, consequence, walked
from hpatch.conf.walk.values.model import Arguments
from hpatch.conf.walk.values.notation import judge
from hpatch.conf.walk.values.releases import too_new
from hpatch.facts import names, values

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.conf.walk.values.model import Judge, Wrong

_FLAG = "On|Off"
_PLACED = frozenset(("redirect", "redirectmatch", "redirectpermanent", "redirecttemp"))
"""Directives that take other arguments in a section than outside."""


def refused(configuration: Configuration) -> Iterator[Refused]:
    """Directives with a value that httpd refuses, by the table of values. What the table does not have is not judged.

    Arguments with an undefined variable are left out.
    """
    then = consequence(configuration)
    for key, nodes in configuration.by_key.items():
        judging = _judging(configuration, key)
        if judging is None:
            continue
        judged, certain = judging
        sound: set[str] = set()  # most directives of a large configuration have arguments that others have, too
        for node in nodes:
            if node.args in sound:
                continue
            given = Arguments(node, node.words, configuration)
            wrong = judged(given)
            if wrong is None and configuration.version is not None:
                wrong = too_new(given)
            if wrong is None:
                if key not in _PLACED:
                    sound.add(node.args)
            elif walked(node):
                yield _refused(node, wrong, then, certain=certain)


def _judging(configuration: Configuration, key: str) -> tuple[Judge, bool] | None:
    """What judges a directive, and whether the version is known to refuse what it refuses. None for no judge."""
    row = values.find(key)
    version = configuration.version
    if row is not None and (row.since is None or version is None or version >= row.since):
        return judge(row.arguments), row.since is None or version is not None
    return (judge(_FLAG), True) if _flag(configuration, key) else None


def _flag(configuration: Configuration, key: str) -> bool:
    """Whether each form of a directive is a flag, which httpd itself reads."""
    if names.spelling(key) is None:
        return False
    from hpatch.facts import directives, thirdparty

    rows = directives.find(key, configuration.version)
    return bool(rows) and all(row.form == "FLAG" for row in rows) and not thirdparty.find(key)


def _refused(node: Node, wrong: Wrong, then: str, *, certain: bool) -> Refused:
    return Refused(
        node=node,
        kind="value",
        place=node.place if wrong.at is None else node.word_place(wrong.at),
        message=f"{node.name}{'>' if node.children is not None else ''} {wrong.says}: {then}",
        help=wrong.help,
        certain=certain and wrong.certain,
    )
