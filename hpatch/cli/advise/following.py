"""The one command that carries an advice out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

Value = str | int | bool | Sequence[str] | None


def command(sets: Sequence[str], tree: Path | None, options: Mapping[str, Value]) -> tuple[str, ...]:
    """`hpatch verify` for sets in a tree, with these options as they were given; empty if there is nothing to do."""
    if not sets or tree is None:
        return ()
    words = ["hpatch", "verify", *sets, "--tree", str(tree), "--in-place"]
    for name, value in options.items():
        if value is True:
            words.append(name)
        elif isinstance(value, str | int) and value:
            words += [name, str(value)]
        elif value and not isinstance(value, str | int):
            words += [word for one in value for word in (name, one)]
    return tuple(words)
