"""That the list names what there is, and what cells say of its items."""

from __future__ import annotations

import pytest

from hpatch.lab.model import BackendSpec, Cell, GatewaySpec, Result, Verdict
from hpatch.lab.page import PAGE, PageAnswer, answers
from hpatch.lab.registry import scenarios
from hpatch.patch.sets.load import load

CATALOG = load()


def cell(scenario: str, verdict: Verdict = "passed", release: str | None = "2.4.71") -> Result:
    return Result(
        scenario=scenario,
        cell=Cell(GatewaySpec("httpd"), BackendSpec("responder"), "unix"),
        verdict=verdict,
        why="so it is",
        gateway=release,
    )


def answer(said: str, *results: Result) -> PageAnswer:
    (found,) = [one for one in answers(results, CATALOG) if one.item.said == said]
    return found


def test_the_list_names_sets_and_scenarios_that_there_are() -> None:
    assert {name for item in PAGE for name in item.sets} <= {one.id for one in CATALOG.sets}
    assert {name for item in PAGE for name in item.scenarios} <= {one.name for one in scenarios()}
    assert all(item.sets or item.scenarios for item in PAGE)
    assert len({item.said for item in PAGE}) == len(PAGE)


def test_no_item_is_silent_about_a_scenario_of_its_sets() -> None:
    for item in PAGE:
        for name in item.sets:
            shown = CATALOG.get(name).scenario
            others = {scenario for other in PAGE if name in other.sets for scenario in other.scenarios}
            assert shown is None or shown in others or name == "fcgi-stdin-coalesce"


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        (("passed", "passed"), "no-fault"),
        (("passed", "cannot-run"), "cannot-run"),
        (("passed", "cannot-run", "failed"), "fault"),
    ],
)
def test_an_item_is_as_bad_as_its_worst_cell(verdicts: tuple[Verdict, ...], verdict: str) -> None:
    cells = [cell("scgi-unix", one) for one in verdicts]
    found = answer("mod_proxy_scgi does not reach Unix sockets", *cells, cell("lost-tail", "failed"))
    assert (found.verdict, found.results) == (verdict, tuple(cells))


def test_an_item_without_a_cell_is_not_answered() -> None:
    found = answer("mod_proxy_scgi does not reach Unix sockets", cell("lost-tail"))
    assert (found.verdict, found.why) == ("cannot-run", "scgi-unix: left out")


@pytest.mark.parametrize(("verdict", "whole"), [("passed", "cannot-run"), ("failed", "fault")])
def test_an_item_of_which_a_scenario_was_left_out_is_not_without_fault(verdict: Verdict, whole: str) -> None:
    found = answer("Responses are cut over a slow hop to the backend", cell("slow-reader", verdict))
    assert (found.verdict, found.why) == (whole, "slow-hop: left out")


@pytest.mark.parametrize(
    ("release", "verdict", "why"),
    [
        ("2.4.10", "no-fault", "httpd 2.4.10 has it"),
        ("2.4.9", "fault", "httpd 2.4.9 does not have it, unless it was patched"),
        (None, "cannot-run", "no httpd that tells its version was tried"),
    ],
)
def test_the_version_tells_what_no_cell_can(release: str | None, verdict: str, why: str) -> None:
    found = answer("Wasted memset calls in mod_proxy_fcgi", cell("scgi-unix", release=release))
    assert (found.verdict, found.why) == (verdict, f"nothing to see; {why}")
