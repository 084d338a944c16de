"""`hpatch backport vote`, `accept`, `withdraw` and `remove` as a committer calls them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.backport.status_text import TEXT
from tests.support.cli.call import call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def status(tmp_path: Path) -> Path:
    file = tmp_path / "STATUS"
    file.write_bytes(TEXT.encode())
    return file


def test_a_vote(capsys: Capture, status: Path) -> None:
    answer = call(capsys, "backport", "vote", "r1910001", "--name", "eve", "--status", status)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[1:] == ["  +1: eve", "  needs 2 more +1, no veto (dan)"]
    assert status.read_text() == TEXT.replace("     +1:\n", "     +1: eve\n")
    again = call(capsys, "backport", "vote", "r1910001", "--vote", " +1", "--name", "eve", "--status", status)
    assert (again.code, again.out.splitlines()[1]) == (0, "  eve has voted +1 already")


def test_a_dry_run_shows_the_change_only(capsys: Capture, status: Path) -> None:
    arguments = ("--vote", "-1", "--name", "eve", "--remark", "it leaks", "--repo", status.parent, "--dry-run")
    answer = call(capsys, "backport", "vote", "ready to", *arguments)
    assert "+     -1: eve (it leaks)\n" in answer.out
    assert "needs no veto (eve)" in answer.out
    assert status.read_text() == TEXT
    assert list(status.parent.iterdir()) == [status]


def test_what_has_its_votes_is_accepted(capsys: Capture, status: Path) -> None:
    answer = call(capsys, "backport", "accept", "mod_b:", "--status", status)
    assert (answer.code, status.read_text()) == (1, TEXT)
    assert answer.out.splitlines()[1].startswith("  needs 1 more +1; --force")
    call(capsys, "backport", "vote", "mod_b:", "--name", "eve", "--status", status)
    voted = status.read_text()
    assert voted == TEXT.replace("+1 ann, bob,", "+1 ann, bob, eve")
    answer = call(capsys, "backport", "accept", "mod_b:", "--status", status)
    assert (answer.code, answer.out.splitlines()[1]) == (0, "  moved to the accepted ones")
    text = status.read_text()
    assert text.index("mod_b: An old form") < text.index("PATCHES PROPOSED")
    assert sorted(text.splitlines()) == sorted(voted.splitlines())


def test_force_is_for_votes_and_not_against_a_veto(capsys: Capture, status: Path) -> None:
    assert call(capsys, "backport", "accept", "mod_c", "--force", "--status", status).code == 1
    assert status.read_text() == TEXT
    answer = call(capsys, "backport", "accept", "mod_b:", "--force", "--status", status)
    assert (answer.code, answer.out.splitlines()[1]) == (0, "  moved to the accepted ones, though it needs 1 more +1")


def test_an_area_that_needs_no_votes(capsys: Capture, status: Path) -> None:
    status.write_text(TEXT.replace("mod_c: The", "mod_example: The").replace("-1: dan", "-0: dan"))
    answer = call(capsys, "backport", "accept", "mod_example", "--status", status)
    assert answer.code == 1
    assert "mod_example needs no votes: --force accepts it without" in answer.out


def test_a_vote_is_taken_back_and_an_entry_removed(capsys: Capture, status: Path) -> None:
    assert call(capsys, "backport", "withdraw", "mod_c", "--name", "dan", "--status", status).code == 0
    assert status.read_text() == TEXT.replace("     -1: dan: It breaks, as I said.\n", "")
    assert call(capsys, "backport", "remove", "1", "--status", status).code == 0
    assert "mod_a" not in status.read_text()


def test_line_ends_and_bytes_stay(capsys: Capture, status: Path) -> None:
    data = TEXT.replace("ann says", "\udcff says").replace("\n", "\r\n").encode("utf-8", "surrogateescape")
    status.write_bytes(data)
    status.chmod(0o640)
    call(capsys, "backport", "vote", "mod_a", "--vote", "-0", "--name", "eve", "--status", status)
    line = b"     +1: ann, bob (by inspection, twice), cid\r\n"
    assert status.read_bytes() == data.replace(line, line + b"     -0: eve\r\n")
    assert status.stat().st_mode & 0o777 == 0o640


def test_the_answer_for_programs(capsys: Capture, status: Path, root: Path) -> None:
    runs = {
        "done": ("vote", "mod_a", "--name", "eve"),
        "planned": ("remove", "mod_a", "--dry-run"),
        "nothing": ("accept", "mod_a"),
        "refused": ("accept", "mod_c"),
    }
    for state, arguments in runs.items():
        out = call(capsys, "backport", *arguments, "--status", status, "--format", "json").out
        answer = valid("status-edit-1", out)
        assert answer["state"] == state
        assert bool(answer["diff"]) == (state in ("done", "planned"))
        assert bool(answer["reason"]) == (state == "refused")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["vote", "mod_", "--name", "eve"], 2, "'mod_' is in 3 entries; give the number of one: 1 (line 21) mod_a"),
        (["vote", "9", "--name", "eve"], 2, "has no entry 9 of 4"),
        (["vote", "none", "--name", "eve"], 2, "no entry has 'none'"),
        (["vote", "1", "--name", "eve", "--vote", "-1"], 2, "a veto needs a reason"),
        (["vote", "1", "--name", "eve", "--vote", "-1.00", "--remark", " "], 2, "a veto needs a reason"),
        (["vote", "1", "--name", "e v"], 2, "is not a vote"),
        (["withdraw", "1", "--name", "eve"], 2, "STATUS:21: eve has no vote there"),
    ],
)
def test_wrong_usage(capsys: Capture, status: Path, arguments: list[str], code: int, said: str) -> None:
    answer = call(capsys, "backport", *arguments, "--status", status)
    assert (answer.code, answer.out, answer.err.count("\n")) == (code, "", 1)
    assert said in answer.err
    assert status.read_text() == TEXT


def test_what_is_not_written(capsys: Capture, status: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(status)
    (tmp_path / "other").write_text("text\n")
    (tmp_path / "conflict").write_text(TEXT + "<<<<<<< .mine\n")
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "objects").mkdir()
    (tmp_path / "bare" / "HEAD").write_text("ref: x\n")
    for option, name, said in (
        ("--status", "link", "is a symbolic link"),
        ("--status", "other", "not a STATUS file"),
        ("--status", "conflict", "has a conflict"),
        ("--status", "none", "there is no such file"),
        ("--repo", "bare", "is a bare repository"),
        ("--repo", "none", "none: No such file"),
    ):
        answer = call(capsys, "backport", "remove", "1", option, tmp_path / name)
        assert (answer.code, answer.err.count("\n")) == (3, 1), name
        assert said in answer.err
    assert status.read_text() == TEXT


def test_a_file_that_is_read_only_stays(capsys: Capture, status: Path) -> None:
    status.chmod(0o444)
    answer = call(capsys, "backport", "vote", "mod_a", "--name", "eve", "--status", status)
    assert (answer.code, answer.out, answer.err) == (3, "", f"hpatch: {status}: is read-only; nothing was changed\n")
    assert call(capsys, "backport", "vote", "mod_a", "--name", "eve", "--status", status, "--dry-run").code == 0
    assert status.read_text() == TEXT
    assert list(status.parent.iterdir()) == [status]


@pytest.mark.svn
def test_in_a_working_copy_of_subversion(capsys: Capture, tmp_path: Path) -> None:
    def svn(*arguments: str) -> str:
        return subprocess.run(["svn", *arguments], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    subprocess.run(["svnadmin", "create", tmp_path / "repository"], check=True)
    svn("checkout", f"file://{tmp_path}/repository", "copy")
    (tmp_path / "copy" / "STATUS").write_text(TEXT)
    svn("add", "copy/STATUS")
    svn("commit", "-m", "x", "copy")
    assert call(capsys, "backport", "vote", "mod_a", "--name", "eve", "--repo", tmp_path / "copy").code == 0
    assert svn("status", "copy").split() == ["M", "copy/STATUS"]
