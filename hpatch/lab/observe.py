"""Watching a gateway while an experiment runs, and saying what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic

from hpatch.errors import ToolError
from hpatch.lab.model import Figures, Outcome
from hpatch.lab.scenario import Observation
from hpatch.lab.session import Gateway

_NO_HANDLER = "AH01144"
"""mod_proxy's message that no module takes a URL's scheme."""
_STARTED = frozenset({"AH00094", "AH00489", "AH00490"})
"""What httpd says when it has started, which may come a moment after it answers."""


class Watch:
    """What a gateway does from now on."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._numbers = gateway.log().numbers
        self._cpu = gateway.cpu()
        self._began = monotonic()

    @property
    def seconds(self) -> float:
        """How long ago that was."""
        return monotonic() - self._began

    @property
    def cpu(self) -> float:
        """Its processor time since then, in seconds."""
        return max(0.0, self._gateway.cpu() - self._cpu)

    def figures(
        self, outcomes: Mapping[Outcome, int], *, records: Sequence[int] = (), notes: Sequence[str] = ()
    ) -> Figures:
        """What was seen up to now. Raises ToolError when the gateway has no module for the scheme: nothing was."""
        seconds, cpu, log = self.seconds, self.cpu, self._gateway.log()
        numbers = {one: count - self._numbers.get(one, 0) for one, count in log.numbers.items()}
        numbers = {one: count for one, count in numbers.items() if count > 0 and one not in _STARTED}
        if numbers.get(_NO_HANDLER):
            raise ToolError(f"the gateway has no module for this scheme ({_NO_HANDLER}) and sent nothing on")
        return Figures(
            requests=sum(outcomes.values()),
            outcomes=dict(outcomes),
            segfaults=log.segfaults,
            log=numbers,
            cpu=round(cpu, 2),
            records=tuple(records),
            seconds=round(seconds, 2),
            notes=tuple(notes),
        )


def only(outcomes: Mapping[Outcome, int], *kinds: Outcome) -> bool:
    """Whether there were outcomes, and none but these."""
    seen = {one for one, count in outcomes.items() if count}
    return bool(seen) and seen <= set(kinds)


def tell(outcomes: Mapping[Outcome, int]) -> str:
    """Outcomes in words: `28 full, 2 cut`."""
    words: dict[Outcome, str] = {"none": "without an answer", "error": "other errors", "empty": "empty 200"}
    return ", ".join(f"{count} {words.get(one, one)}" for one, count in outcomes.items() if count) or "nothing"


def passed(why: str, figures: Figures) -> Observation:
    """The fault is not there."""
    return Observation("passed", why, figures)


def failed(why: str, figures: Figures) -> Observation:
    """The fault is there."""
    return Observation("failed", why, figures)


def undecided(outcomes: Mapping[Outcome, int], figures: Figures) -> Observation:
    """Neither the one nor the other: something else is wrong, such as a backend that nothing reached.

    That says nothing of the fault, not even where the client sees what the fault would show it.
    """
    return Observation("cannot-run", f"the gateway does something else here: {tell(outcomes)}", figures)
