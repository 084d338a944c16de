"""Proofs, plans of them and smoke tests, in every form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hpatch.build.reproducible import OtherFile, SecondBuild
from hpatch.lab.bundle.decode import DecodeError
from hpatch.lab.bundle.told import told
from hpatch.lab.matrix import Experiment
from hpatch.lab.net.model import NetResult
from hpatch.lab.proof import Checks, Proof, Row, compared
from hpatch.lab.registry import find
from hpatch.lab.sanitizers import Reported
from hpatch.lab.scenario import Scenario
from hpatch.lab.smoke import SmokeCheck
from hpatch.lab.suite.model import SuiteChange, SuiteRun
from hpatch.report.common.renderer import TICKET_FORMS
from hpatch.report.prove import lab
from hpatch.report.prove import proof as report
from hpatch.report.prove.smoke import SmokeReport
from tests.support.report.proof import (
    AS_BEFORE,
    BROKEN,
    CELL,
    DIFFERENCE,
    FIGURE,
    HOSTILE,
    LOST,
    NET,
    NOT_CURED,
    NOT_RUN,
    PROVED,
    SET,
    UNAFFECTED,
    WORSE,
    chosen,
    made,
    proof,
    result,
)
from tests.support.report.schema import valid
from tests.support.report.shown import shown


@pytest.mark.parametrize(
    ("rows", "ok", "undecided"),
    [
        ((PROVED,), True, False),
        ((PROVED, UNAFFECTED), True, False),
        ((PROVED, AS_BEFORE), True, False),
        ((UNAFFECTED,), False, False),
        ((), False, False),
        ((PROVED, NOT_CURED), False, False),
        ((PROVED, BROKEN), False, False),
        ((PROVED, NOT_RUN), False, True),
        ((NOT_CURED, NOT_RUN), False, False),
        ((PROVED, WORSE), False, False),
        ((PROVED, LOST), False, True),
    ],
)
def test_what_holds(rows: tuple[Row, ...], ok: bool, undecided: bool) -> None:
    found = proof(*rows)
    assert (found.ok, found.undecided) == (ok, undecided)


def test_a_set_without_behaviour_holds_when_nothing_is_worse() -> None:
    sets = (chosen("fcgi-memset"),)
    assert proof(AS_BEFORE, sets=sets).ok
    found = proof(WORSE, sets=sets)
    assert not found.ok and not found.proved(sets[0])


def test_a_set_that_came_along_need_not_show_itself() -> None:
    sets = (chosen("fcgi-stdin-eof"), chosen("fcgi-diagnostics", ("fcgi-stdin-eof",)))
    along = ("fcgi-diagnostics",)
    assert proof(PROVED, Row(along, result("passed"), result("passed")), sets=sets).ok
    assert not proof(PROVED, Row(along, result("failed"), result("failed")), sets=sets).ok


def test_what_does_not_build_holds_nothing() -> None:
    found = proof(failure="make failed: a.c:1: broken")
    assert (found.ok, found.undecided) == (False, False)
    along = chosen("fcgi-diagnostics", ("fcgi-stdin-eof",))
    assert not proof(sets=(along,), failure="make failed").proved(along)
    assert "The patched tree does not build: make failed: a.c:1: broken" in shown(
        report.ProofReport(proof=found, how="how")
    )


def test_a_check_that_fails_as_before_is_no_loss() -> None:
    bad = SmokeCheck("page", "failed", "500")
    found = proof(PROVED)
    assert found._replace(checks=(Checks(bad, bad),)).ok
    assert not found._replace(checks=(Checks(SmokeCheck("page", "passed", ""), bad),)).ok
    assert not found._replace(checks=(Checks(None, SmokeCheck("start", "failed", "")),)).ok


def test_what_an_httpd_has_no_more_is_worse() -> None:
    page, way = SmokeCheck("page", "passed", "200"), SmokeCheck("scgi unix", "passed", "5 full")
    lost = compared((page, way), (page,))
    assert [(one.after.name, one.worse) for one in lost] == [("page", False), ("scgi unix", True)]
    assert not proof(PROVED)._replace(checks=lost).ok
    crashed = compared((page, way), (SmokeCheck("start", "failed", "it crashed"),))
    assert [(one.after.name, one.worse) for one in crashed] == [("start", True)]


CHANGED = NET._replace(differences=(DIFFERENCE, DIFFERENCE._replace(fact="body", before=HOSTILE, after="")))
SLOWER = NET._replace(figures=(FIGURE._replace(after=2.0, worse=True),))


@pytest.mark.parametrize(
    ("net", "changes", "unexpected"),
    [
        (CHANGED, (), ("faults: an early response",)),
        (CHANGED, ("faults: an early *",), ()),
        (SLOWER, (), ("median of fcgi tcp",)),
        (SLOWER, ("median of *",), ()),
        (None, (), ()),
    ],
)
def test_what_no_set_is_to_change_must_stay(
    net: NetResult | None, changes: tuple[str, ...], unexpected: tuple[str, ...]
) -> None:
    one = chosen("fcgi-stdin-eof")
    one = one._replace(presence=one.presence._replace(set=one.set._replace(changes=changes)))
    found = proof(PROVED, NOT_RUN, sets=(one,), net=net)
    assert found.unexpected == unexpected
    assert (found.sound, found.undecided) == (not unexpected, not unexpected)
    assert proof(PROVED, sets=(one,), net=net).ok == (not unexpected)


def test_what_the_net_saw_is_told() -> None:
    text = shown(report.ProofReport(proof=proof(PROVED, net=CHANGED), how="how"))
    assert "faults: an early response" in text
    assert "status: 503" in text and "status: 200 OK" in text
    assert "CHANGED" in text
    assert "812 exchanges before and after, by fcgi unix/tcp: 1 thing changed that no set is to change\n" in text
    assert text.splitlines()[-1].startswith("The proof does not hold")
    assert "\x1b" not in text
    assert "812 exchanges before and after, by fcgi unix/tcp: nothing changed\n" in shown(
        report.ProofReport(proof=proof(PROVED), how="how")
    )
    ticket = shown(report.ProofReport(proof=proof(PROVED, net=SLOWER), how="how"), "markdown", forms=TICKET_FORMS)
    assert "| median of fcgi tcp |" in ticket and "| WORSE |" in ticket


def test_the_net_says_what_it_has_not_looked_at() -> None:
    def told(net: NetResult) -> str:
        return " ".join(shown(report.ProofReport(proof=proof(PROVED, net=net), how="how")).split())

    assert "no way to a backend: no exchanges were compared" in told(NET._replace(ways=(), trials=0))
    some = ("http unix", "http tcp", "https tcp", "ws unix (WebSocket)", "ws tcp (WebSocket)", "http tcp (HTTP/2)")
    said = " ".join(told(NET._replace(ways=some)).split())
    assert "by http unix/tcp, https tcp, ws unix/tcp (WebSocket), http tcp (HTTP/2): nothing changed" in said
    assert "nothing changed; not tried: ajp (no such module)" in " ".join(
        told(NET._replace(untried=("ajp (no such module)",))).split()
    )
    assert "(chance decides 1 of them): nothing changed" in told(NET._replace(unsteady=("a",)))


def test_text() -> None:
    text = shown(report.ProofReport(proof=proof(PROVED, AS_BEFORE), how="httpd with the MPM event", in_place=True))
    assert text.startswith("fcgi-stdin-eof on httpd 2.4.9, httpd with the MPM event\n")
    assert "failed: seen" in text
    assert "20 requests, 2 crashed, 0.50 s processor time, 1.2 s, records 2 x 8192, 0, AH01075 1x; a note" in text
    assert "fcgi-stdin-eof: proved in 1 of 1 cell\n" in text
    assert text.endswith("The proof holds (9.5 s, 3.0 s of it building); the tree is patched now\n")


@pytest.mark.parametrize(
    ("again", "said"),
    [
        (SecondBuild(1), "A second build in another folder gave the same 1 file, byte for byte"),
        (
            SecondBuild(2, (OtherFile(HOSTILE, (".text", "the date")),)),
            "A second build differs in 1 of 2 files: a \\x1b[31m|*_<script> (.text, the date)",
        ),
        (SecondBuild(0), "A second build differs in 0 of 0 files: there were none"),
        (SecondBuild(0, failure="no room"), "The patched tree could not be built a second time: no room"),
    ],
)
def test_a_second_build_is_told_and_decides_nothing(again: SecondBuild, said: str) -> None:
    found = proof(PROVED)._replace(again=again)
    assert found.ok
    answer = report.ProofReport(proof=found, how="how")
    assert f"\n{said}\n" in shown(answer)
    assert "second" in shown(answer, "markdown", forms=TICKET_FORMS)


def test_a_stage_is_named() -> None:
    row = PROVED._replace(stage=("r1591508", "r1592032"))
    assert "with r1591508, r1592032" in shown(report.ProofReport(proof=proof(row), how="how"))


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_nothing_reaches_a_terminal_or_a_ticket_as_more_than_text(format: str) -> None:
    found = proof(Row(SET, result("failed", HOSTILE), result("passed")))
    text = shown(report.ProofReport(proof=found, how="how"), format, forms=TICKET_FORMS)
    assert "\x1b" not in text
    assert "\\x1b" in text
    if format == "markdown":
        assert "\\<script>" in text
        rows = [line for line in text.splitlines() if line.startswith("| fcgi")]
        assert [row.replace("\\|", "").count("|") for row in rows] == [7]


REPORTS = (
    Reported(name="a shift in f (x.c)", before=2, after=3, new=False, text="x.c:1: a shift"),
    Reported(name="a gone one", before=1, after=0, new=False, text=""),
    Reported(name="heap-use-after-free in g (x.c)", before=0, after=1, new=True, text="==1==ERROR"),
)


def test_what_sanitizers_report_is_shown_and_a_new_report_is_a_regression() -> None:
    nothing = proof(PROVED)._replace(reports=())
    assert nothing.ok
    text = shown(report.ProofReport(proof=nothing, how="how")).splitlines()
    assert "The sanitizers reported nothing, neither before nor after." in text
    known = proof(PROVED)._replace(reports=REPORTS[:2])
    assert known.ok
    lines = [line.split("  ") for line in shown(report.ProofReport(proof=known, how="how")).splitlines()]
    rows = {line[0]: [cell.strip() for cell in line[1:] if cell] for line in lines}
    assert rows["a shift in f (x.c)"] == ["2 times", "3 times", "as before"]
    assert rows["a gone one"][-1] == "gone"
    new = proof(PROVED)._replace(reports=REPORTS)
    assert (new.ok, new.sound, new.undecided) == (False, False, False)
    assert new.reported == ("heap-use-after-free in g (x.c)",)
    assert shown(report.ProofReport(proof=new, how="how")).count("NEW") == 1
    answer = valid("proof-1", shown(report.ProofReport(proof=new, how="how"), "json"))
    assert [one["new"] for one in answer["reports"]] == [False, False, True]
    with pytest.raises(DecodeError, match="the proof is said to hold"):
        told({**answer, "ok": True})


SUITE = SuiteRun(
    paths=("modules/proxy",),
    before={"passed": 3, "skipped": 1},
    after={"passed": 2, "failed": 1, "skipped": 1},
    changes=(SuiteChange(test="x.py::test_x", before="passed", after="failed", worse=True, reason=HOSTILE),),
    seconds=2.5,
)


def test_the_trees_own_tests_are_shown_and_one_that_fails_is_a_regression() -> None:
    same = proof(PROVED)._replace(suite=SUITE._replace(after=SUITE.before, changes=()))
    assert same.ok
    sentence = (
        "httpd's own tests (modules/proxy): 3 passed, 0 failed, 1 skipped before; 3 passed, 0 failed, 1 skipped after."
    )
    assert sentence in shown(report.ProofReport(proof=same, how="how")).splitlines()
    worse = proof(PROVED)._replace(suite=SUITE)
    assert (worse.ok, worse.undecided, worse.failing) == (False, False, ("x.py::test_x",))
    text = shown(report.ProofReport(proof=worse, how="how"))
    assert "WORSE" in text and "\x1b" not in text
    answer = valid("proof-1", shown(report.ProofReport(proof=worse, how="how"), "json"))
    assert answer["suite"]["changes"][0]["worse"]
    with pytest.raises(DecodeError, match="the proof is said to hold"):
        told({**answer, "ok": True})


def test_json_is_valid_by_its_schema(root: Path) -> None:
    memset = (chosen("fcgi-memset"),)
    for found in (
        proof(PROVED, WORSE, NOT_RUN), proof(failure=HOSTILE, net=None), proof(sets=memset, net=CHANGED),
        proof(PROVED)._replace(again=SecondBuild(2, (OtherFile("a.so", (".text",)),))),
    ):  # fmt: skip
        answer = valid("proof-1", shown(report.ProofReport(proof=found, how="how"), "json"))
        assert (answer["dry_run"], answer["how"]) == (False, "how")


@pytest.mark.parametrize(
    ("found", "change"),
    [
        (proof(PROVED, WORSE), {}),
        (proof(PROVED, NOT_CURED), {"sets": [{"id": "fcgi-stdin-eof", "needed_by": [], "proved": True}]}),
        (proof(UNAFFECTED), {}),
        (proof(PROVED, net=CHANGED), {}),
        (proof(failure="broken"), {"sets": []}),
    ],
)
def test_a_proof_that_claims_more_than_its_results_show_is_refused(found: Proof, change: dict[str, object]) -> None:
    data = report.ProofReport(proof=found, how="how").data()
    assert not told(data).ok
    with pytest.raises(DecodeError, match="said to hold, but its results say otherwise"):
        told({**data, **change, "ok": True})


def test_a_plan(root: Path) -> None:
    scenario: Scenario = find("fcgi-stdin-eof")
    plan = made(
        chosen("fcgi-stdin-eof"), experiments=((SET, Experiment(scenario, CELL)), ((), Experiment(scenario, CELL)))
    )
    valid("proof-1", shown(report.ProofPlanReport(plan, "how"), "json"))
    also = ("this would be done", f"and {HOSTILE}")
    valid("proof-1", shown(report.ProofPlanReport(plan, "how", also), "json"))
    text = shown(report.ProofPlanReport(plan, "how", also)).splitlines()
    assert text[:3] == [
        "/src: httpd 2.4.9, how",
        "would be applied in a copy: fcgi-stdin-eof",
        "this would be done",
    ]
    assert text[3].startswith("and ")
    assert [line.split()[:2] for line in text[6:]] == [
        ["fcgi-stdin-eof", "fcgi-stdin-eof"],
        ["fcgi-stdin-eof", "others"],
    ]
    ticket = shown(report.ProofPlanReport(plan, "how"), "markdown", forms=TICKET_FORMS).splitlines()
    assert ticket[:3] == ["**/src: httpd 2.4.9, how**", "", "- would be applied in a copy: fcgi-stdin-eof"]
    assert ticket[4:7] == [
        "| scenario | sets | backend | transport |",
        "|---|---|---|---|",
        "| fcgi-stdin-eof | fcgi-stdin-eof | responder | unix |",
    ]


def test_smoke(root: Path) -> None:
    checks = [SmokeCheck("page", "passed", "200"), SmokeCheck("fcgi unix", "passed", HOSTILE)]
    found = SmokeReport(
        program="/p/bin/httpd",
        version="2.4.9",
        checks=checks,
        sets=["fcgi-stdin-eof", "fcgi-memset"],
        silent=["fcgi-memset"],
        results=[result("passed")],
    )
    valid("smoke-1", shown(found, "json"))
    text = shown(found)
    assert "\x1b" not in text
    assert text.endswith("Sets without a scenario: fcgi-memset\n3 passed\n")
    assert [lab.way("unix", threads) for threads in (None, 1, 4)] == ["unix", "unix, 1 thread", "unix, 4 threads"]
    assert found.verdict == "passed"
    assert replace(found, results=[result("cannot-run")]).verdict == "cannot-run"
    assert replace(found, results=[result("cannot-run"), result("failed")]).verdict == "failed"
