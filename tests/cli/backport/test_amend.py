"""`hpatch backport amend` and `move` as a committer calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.backport.status_text import TEXT, entry, read
from tests.support.cli.call import call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def status(tmp_path: Path) -> Path:
    file = tmp_path / "STATUS"
    file.write_bytes(TEXT.encode())
    return file


def test_revisions_are_added(capsys: Capture, status: Path) -> None:
    arguments = ("amend", "mod_a", "r1950001,1900001", "--status", status)
    shown = call(capsys, "backport", *arguments, "--dry-run")
    assert (shown.code, status.read_text()) == (0, TEXT)
    assert "+     Note: added r1950001; please vote again: ann, bob" in shown.out
    answer = call(capsys, "backport", *arguments)
    assert answer.out.splitlines()[1:] == ["  added r1950001; ann, bob, cid must vote again", "  needs 3 more +1"]
    assert entry("mod_a", read(status.read_text())).trunk == (1900001, 1900002, 1950001)
    again = call(capsys, "backport", *arguments)
    assert (again.code, again.out.splitlines()[1]) == (0, "  has these revisions already")


def test_the_own_patch_must_follow(capsys: Capture, status: Path) -> None:
    answer = call(
        capsys, "backport", "amend", "mod_c", "r1950001", "--status", status, "--name", "eve", "--format", "json"
    )
    assert valid("status-edit-1", answer.out)["entry"]["trunk"] == [1910001, 1950001]
    text = call(capsys, "backport", "amend", "mod_c", "r1950002", "--status", status).out
    assert "the branch's own patch must have r1950002 too: https://example.org/c.patch, pull request 12" in text


def test_an_entry_is_moved_and_comes_back(capsys: Capture, status: Path) -> None:
    for to, said in (
        ("stalled", "stalled ones"),
        ("showstopper", "release showstoppers"),
        ("proposed", "proposed ones"),
    ):
        answer = call(capsys, "backport", "move", "mod_c", "--to", to, "--status", status, "--format", "json")
        assert valid("status-edit-1", answer.out)["entry"]["kind"] == to
        assert said in call(capsys, "backport", "move", "mod_b", "--to", to, "--status", status).out
    assert sorted(status.read_text().splitlines()) == sorted(TEXT.splitlines())
    again = call(capsys, "backport", "move", "mod_c", "--to", "proposed", "--status", status)
    assert (again.code, again.out.splitlines()[1]) == (0, "  is in that section already")


def test_moving_accepts_nothing_without_votes(capsys: Capture, status: Path) -> None:
    answer = call(capsys, "backport", "move", "mod_b", "--to", "accepted", "--status", status)
    assert (answer.code, status.read_text()) == (1, TEXT)
    said = "needs 1 more +1; 'hpatch backport accept --force' is for the areas that need no votes: mod_example"
    assert said in answer.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["amend", "mod_a", "x"], "'x' is not a revision of trunk"),
        (["amend", "mod_a", ","], "no revision is given"),
        (["amend", "mod_a", "r1950001", "--name", "e v"], "'e v' is not the name of a committer"),
        (["move", "none", "--to", "stalled"], "no entry has 'none'"),
    ],
)
def test_wrong_usage(capsys: Capture, status: Path, arguments: list[str], said: str) -> None:
    answer = call(capsys, "backport", *arguments, "--status", status)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err
    assert status.read_text() == TEXT
