"""What stands in the way of a revision."""

from __future__ import annotations

from collections.abc import Sequence

from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import SetRevision
from hpatch.patch.sources.model import Origin
from hpatch.patch.sources.suppliers import suppliers
from tests.support.patch.repositories import Make, Told


class Historian(Told):
    """A source with history."""

    def origins(self, revision: SetRevision, path: str, lines: Sequence[int]) -> tuple[Origin, ...]:  # type: ignore[override]
        return (
            Origin("ab" * 20, 7, "trunk", (1,)),
            Origin("cd" * 20, 1585824, "trunk", (2, 3)),
            Origin("ef" * 20, None, None, (4,)),
            Origin("9ffc311177700fd274e762a971d60f2193076d76", None, None, (5,)),
        )


def test_the_latest_first_with_its_sets(revision: Make) -> None:
    found = suppliers(Historian(), load(), revision(), "modules/a.c", [1, 2, 3, 4])
    assert [(one.name, one.sets) for one in found] == [
        ("r1585824", ("fcgi-filter-headers",)),
        ("r7", ()),
        ("efefefefefef", ()),
        ("9ffc31117770", ("uwsgi-fcgi-parser",)),
    ]


def test_a_source_without_history(revision: Make) -> None:
    assert suppliers(Told(), load(), revision(), "modules/a.c", [1]) == ()
