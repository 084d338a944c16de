"""A known problem for tests, with a set of the small catalogue that cures it."""

from __future__ import annotations

import pytest

from hpatch.advise import advice, answer, places
from hpatch.facts.problems import KnownProblem, Trigger, everything
from hpatch.versions import Range


def known(
    id: str = "PR 1", *, affected: str = "<2.4.10", sets: tuple[str, ...] = (), scheme: str = "fcgi"
) -> KnownProblem:
    """A problem of places that hand requests to a backend."""
    fields = {"id": id, "affected": (Range.parse(affected),), "sets": sets, "rule": "", "setting": ""}
    return everything()[0]._replace(triggers=(Trigger(schemes=(scheme,)),), what=f"{id} happens", **fields)


def only(monkeypatch: pytest.MonkeyPatch, *problems: KnownProblem) -> None:
    """Let these be all known problems."""
    for module in (advice, answer, places):
        monkeypatch.setattr(
            module, "everything", lambda product="httpd": [one for one in problems if one.product == product]
        )
