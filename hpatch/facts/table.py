"""The one reader of the tables in `data/`."""

from __future__ import annotations

import os

from hpatch import resources
from hpatch.versions import Version

_FOLDER = resources.real(os.path.join(os.path.dirname(__file__), "data"))  # noqa: PTH118, PTH120 - read at every start


def path(name: str) -> str:
    """The file of the table `name`."""
    return os.path.join(_FOLDER, name + ".tsv")  # noqa: PTH118 - as above


def lines(name: str) -> list[str]:
    """The rows of a table, their cells not split; lines that start with `#` and the line of column names left out."""
    with open(path(name), encoding="utf-8") as file:  # noqa: PTH123 - as above
        text = file.read()
    # The comments are the head of the file.
    return text[text.index("\n", text.rindex("\n#") + 1) + 1 :].split("\n")[1:-1]


def rows(name: str) -> list[list[str]]:
    """The rows of a table, each a cell a column."""
    return [line.split("\t") for line in lines(name)]


def version(cell: str) -> Version | None:
    """A cell that holds a version or nothing."""
    return Version.parse(cell) if cell else None
