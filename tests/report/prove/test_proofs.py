"""Proofs with several builds."""

from __future__ import annotations

from hpatch.report.common.renderer import TICKET_FORMS
from hpatch.report.prove.proof import ProofReport
from hpatch.report.prove.proofs import ProofsReport
from tests.support.report.proof import NOT_CURED, NOT_RUN, PROVED, proof
from tests.support.report.schema import valid
from tests.support.report.shown import shown

REPORT = ProofsReport(
    {
        "event": ProofReport(proof=proof(PROVED), how="httpd with the MPM event"),
        "worker": ProofReport(proof=proof(PROVED, NOT_CURED), how="httpd with the MPM worker"),
        "prefork": ProofReport(proof=proof(NOT_RUN), how="httpd with the MPM prefork"),
    }
)


def test_a_table_of_verdicts_comes_last() -> None:
    lines = shown(REPORT).splitlines()
    assert lines[-4:] == [
        "MPM      fcgi-stdin-eof  the proof",
        "event    proved          holds",
        "worker   NOT PROVED      DOES NOT HOLD",
        "prefork  NOT PROVED      undecided",
    ]
    assert sum("httpd with the MPM" in line for line in lines) == 3
    assert "| worker | NOT PROVED | DOES NOT HOLD |" in shown(REPORT, "markdown", forms=TICKET_FORMS).splitlines()


def test_json_is_valid_by_its_schema() -> None:
    answer = valid("proofs-1", shown(REPORT, "json"))
    assert [one["mpm"] for one in answer["proofs"]] == ["event", "worker", "prefork"]
    assert [one["ok"] for one in answer["proofs"]] == [True, False, False]
    assert (answer["ok"], answer["undecided"]) == (False, False)
    proofs = dict(list(REPORT.proofs.items())[::2])
    assert valid("proofs-1", shown(ProofsReport(proofs), "json"))["undecided"]
