"""Tables and text in Markdown, for tickets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hpatch.report.common.terminal import visible

_SPECIAL = re.compile(r"([\\`*_|<&\[\]])")


def grid(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table: its lines."""
    yield f"| {' | '.join(headers)} |"
    yield f"|{'---|' * len(headers)}"
    for row in rows:
        yield f"| {' | '.join(plain(cell) for cell in row)} |"


def plain(text: str) -> str:
    """Text that Markdown leaves as it is; a new line is a new line in a cell."""
    return "<br>".join(_SPECIAL.sub(r"\\\1", visible(line)) for line in text.split("\n"))
