"""What the end of a run tells of the sets that it proves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hpatch.patch.sets.load import load
from tests.support.proved import ProofOutcome, lines

SETS = ("a", "b", "c", "d", "e")
ELSEWHERE = {"scgi-early-response", "uwsgi-early-response"}
"""Sets of httpd that tests/patch/sets/test_early.py proves, without a history."""


def test_a_run_that_was_to_prove_nothing_tells_nothing() -> None:
    assert list(lines((), SETS)) == []


def test_each_set_is_told_with_the_reason() -> None:
    outcomes = [
        ProofOutcome(("a",), "passed"),
        ProofOutcome(("b", "c"), "skipped", "('x.py', 1, 'Skipped: needs HPATCH_HTTPD_GIT, which names a history')"),
        ProofOutcome(("a", "d"), "passed"),
        ProofOutcome(("d",), "failed", "assert False"),
    ]
    assert list(lines(outcomes, SETS)) == [
        "sets proved: a",
        "sets not proved: b, c (HPATCH_HTTPD_GIT is not set); e (not tried); d (the proof failed)",
    ]


def test_all_proved() -> None:
    assert list(lines([ProofOutcome(("a",), "passed")], ("a",))) == ["sets proved: a"]


def test_without_a_history_one_line_names_every_set_of_httpd(root: Path) -> None:
    """So a set that no test is to prove is found, too: it would be `not tried`."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "proof"]
    done = subprocess.run(
        [*command, "tests/lab/test_proof_sets.py"],
        cwd=root,
        env={**os.environ, "HPATCH_HTTPD_GIT": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("sets not proved: ")]
    wanted, _, others = line.removeprefix("sets not proved: ").partition(" (HPATCH_HTTPD_GIT is not set)")
    due = {one.id for one in load().sets if one.project == "httpd"} - ELSEWHERE
    assert set(wanted.split(", ")) == due
    assert set(others.removeprefix("; ").removesuffix(" (not tried)").split(", ")) == {
        one.id for one in load().sets if one.id not in due
    }
