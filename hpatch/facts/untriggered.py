"""Vulnerabilities of httpd 2.4 that no known problem describes: no trigger can be given for them."""

from __future__ import annotations

from hpatch.facts import table
from hpatch.records import NamedTuple

COLUMNS = ("name", "reason")


class Untriggered(NamedTuple):
    """A vulnerability that is not among the known problems, and why not."""

    name: str
    reason: str


def everything() -> list[Untriggered]:
    """All of them, in the order of the table."""
    return [Untriggered(*row) for row in table.rows("untriggered")]
