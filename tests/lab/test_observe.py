"""What is told of a gateway that was watched."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hpatch.errors import ToolError
from hpatch.lab.model import Log, Outcome
from hpatch.lab.observe import Watch, only, tell, undecided


class Told:
    """A gateway that says what it is told to."""

    port = 0

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"AH00489": 1, "AH01075": 2}
        self.spent = 1.5

    def log(self) -> Log:
        return Log("", dict(self.numbers), 1)

    def cpu(self) -> float:
        return self.spent

    def stop(self) -> None: ...


def test_figures_are_those_since_the_watch_began() -> None:
    gateway = Told()
    watch = Watch(gateway)
    gateway.numbers = {"AH00489": 2, "AH01075": 5, "AH01067": 1}
    gateway.spent = 2.0
    figures = watch.figures({"full": 3, "503": 1}, records=[8192, 0], notes=["a"])
    assert (figures.requests, figures.outcomes) == (4, {"full": 3, "503": 1})
    assert figures.log == {"AH01075": 3, "AH01067": 1}
    assert (figures.cpu, figures.segfaults, figures.records, figures.notes) == (0.5, 1, (8192, 0), ("a",))
    assert 0 <= figures.seconds < 5


def test_a_gateway_without_the_module_has_seen_nothing() -> None:
    gateway = Told()
    watch = Watch(gateway)
    gateway.numbers["AH01144"] = 5
    with pytest.raises(ToolError, match="no module for this scheme"):
        watch.figures({"error": 5})


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [({}, False), ({"full": 0}, False), ({"full": 2}, True), ({"full": 2, "cut": 1}, False), ({"cut": 1}, False)],
)
def test_only(outcomes: Mapping[Outcome, int], expected: bool) -> None:
    assert only(outcomes, "full") == expected


def test_outcomes_in_words() -> None:
    assert tell({"full": 28, "empty": 1, "none": 2, "503": 0}) == "28 full, 1 empty 200, 2 without an answer"
    assert tell({}) == "nothing"
    finding = undecided({"error": 1}, Watch(Told()).figures({"error": 1}))
    assert (finding.verdict, finding.why) == ("cannot-run", "the gateway does something else here: 1 other errors")
