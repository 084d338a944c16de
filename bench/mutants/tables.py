"""The mutants of a table of facts: a version that is one too low or one too high."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bench.mutants.names import Mutant, Name

_VERSION = re.compile(r"(?<![\d.])(\d+\.\d+\.)(\d+)(?![\d.])")
_TOLD = ("what", "source")
"""Columns that are there to be read by people."""


def mutants(file: str, source: str) -> Iterator[Mutant]:
    """The mutants of a table whose first line that is no comment names its columns, with tabs between."""
    lines = source.splitlines(keepends=True)
    columns: list[str] = []
    seen: Counter[tuple[str, str, str]] = Counter()
    for number, line in enumerate(lines):
        if line.startswith("#"):
            continue
        cells = line.rstrip("\n").split("\t")
        if not columns:
            columns = cells
            continue
        for column, cell in zip(columns, cells, strict=True):
            if column in _TOLD:
                continue
            for found in _VERSION.finditer(cell):
                for step in (-1, 1):
                    patch = max(0, int(found[2]) + step)
                    after = f"{cell[: found.start()]}{found[1]}{patch}{cell[found.end() :]}"
                    if after == cell:
                        continue
                    changed = [after if each is column else old for each, old in zip(columns, cells, strict=True)]
                    seen[cells[0], cell, after] += 1
                    name = Name(file=file, function=cells[0], before=cell, after=after, nth=seen[cells[0], cell, after])
                    text = "".join([*lines[:number], "\t".join(changed) + "\n", *lines[number + 1 :]])
                    yield Mutant(name=name, line=number + 1, text=text)
