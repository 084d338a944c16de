"""Which sets of the catalogue a run of the tests has proved, and why it has not proved the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

NAME = "proves"
"""The marker of a test that proves sets, and the property of its report that names them."""
_VARIABLE = re.compile(r"\bHPATCH_\w+")


class ProofOutcome(NamedTuple):
    """How a test that proves sets ended; `why` is the reason for which it was skipped."""

    sets: tuple[str, ...]
    outcome: str
    why: str = ""


def lines(outcomes: Sequence[ProofOutcome], catalog: Iterable[str]) -> Iterator[str]:
    """What to tell at the end of a run; nothing where no test was to prove sets."""
    if not outcomes:
        return
    failed = {id for one in outcomes if one.outcome in ("failed", "error") for id in one.sets}
    proved = {id for one in outcomes if one.outcome == "passed" for id in one.sets} - failed
    skipped = {id: one.why for one in outcomes if one.outcome == "skipped" for id in one.sets}
    others: dict[str, list[str]] = {}
    for id in catalog:
        if id not in proved:
            why = "the proof failed" if id in failed else _wanted(skipped[id]) if id in skipped else "not tried"
            others.setdefault(why, []).append(id)
    yield f"sets proved: {', '.join(sorted(proved)) or 'none'}"
    if others:
        told = (f"{', '.join(ids)} ({why})" for why, ids in sorted(others.items()))
        yield f"sets not proved: {'; '.join(told)}"


def _wanted(why: str) -> str:
    variable = _VARIABLE.search(why)
    return f"{variable[0]} is not set" if variable else why
