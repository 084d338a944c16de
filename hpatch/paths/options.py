"""Options: which of its words count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths.layers import lines
from hpatch.paths.model import UnknownError

if TYPE_CHECKING:
    from hpatch.paths.layers import Layer


def options(layers: list[Layer]) -> set[str]:
    """The words of Options that count, in lower case. Raises UnknownError."""
    found = {"followsymlinks"}
    for node, sure in lines(layers, "options"):
        if not sure:
            raise UnknownError(f'hpatch does not know whether "{node.name} {node.args}" counts', node)
        words = [word.lower() for word in node.words]
        if all(word[:1] in "+-" for word in words):
            for word in words:
                (found.add if word[0] == "+" else found.discard)(word[1:])
        else:
            found = {word for word in words if word != "none"}
        if "all" in found:
            found |= {"indexes", "includes", "followsymlinks", "execcgi"}
    return found
