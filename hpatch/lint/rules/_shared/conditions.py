"""Undecided conditionals: hpatch reads both branches, but httpd reads only one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.conf.tree import Node


def _opposite(text: str) -> str:
    """The text of the conditional that holds exactly when this one does not: `<IfDefine X>` and `<IfDefine !X>`."""
    name, _, test = text.partition(" ")
    test = test.strip()
    return f"{name} {test[1:].strip()}" if test.startswith("!") else f"{name} !{test}"


def apart(one: Node, other: Node) -> bool:
    """Whether two lines stand in opposite branches, so that httpd never reads both."""
    if not one.conditions or not other.conditions:
        return False
    texts = {condition.text for condition in other.conditions}
    return any(_opposite(condition.text) in texts for condition in one.conditions)
