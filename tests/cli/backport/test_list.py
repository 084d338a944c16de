"""`hpatch backport` as a user calls it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.backport.status_text import TEXT
from tests.support.cli.call import call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]
ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b",
}


@pytest.fixture
def status(tmp_path: Path) -> Path:
    file = tmp_path / "STATUS"
    file.write_text(TEXT)
    return file


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """STATUS in four revisions: mod_c comes with the second, gets another title and section later."""
    folder = tmp_path / "repository"
    folder.mkdir()

    def git(*arguments: str, date: str = "2024-01-01T00:00:00Z") -> None:
        environment = {**os.environ, **ENVIRONMENT, "GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date}
        subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, env=environment)

    git("init", "--initial-branch=2.4.x")
    one, two = TEXT.index("  *) mod_c"), TEXT.index("\nFurther ones")
    texts = [
        TEXT[:one] + TEXT[two:],
        TEXT[:one] + "  *) Once called otherwise.\n" + TEXT[one:two].partition("\n")[2] + TEXT[two:],
        TEXT,
        TEXT + "\n",
    ]
    for day, text in enumerate(texts, 1):
        (folder / "STATUS").write_text(text)
        git("add", "STATUS")
        git("commit", "--message", "x", date=f"2024-01-0{day}T00:00:00Z")
    return folder


def test_the_list(capsys: Capture, status: Path) -> None:
    code, out, err = call(capsys, "backport", "list", "--status", status)
    assert (code, err) == (0, "")
    assert "PATCHES ACCEPTED TO BACKPORT FROM TRUNK\n" in out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "1 mod_a: Ready to go. PR 4711. line 21 +1: ann, bob, cid nothing" in lines
    assert "3 mod_c: The newest form. line 41 -1: dan 3 more +1, no veto (dan)" in lines
    assert "age" not in out


def test_the_file_here(capsys: Capture, status: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(status.parent)
    expected = call(capsys, "backport", "list", "--status", status).out
    assert call(capsys, "backport", "list").out == expected
    assert call(capsys, "backport", "list", "--status", status.parent).out == expected
    status.unlink()
    answer = call(capsys, "backport", "list")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err == "hpatch: STATUS: cannot be read: No such file or directory; give --status FILE or --repo DIR\n"


@pytest.mark.git
def test_since_when(capsys: Capture, repository: Path) -> None:
    answer = json.loads(call(capsys, "backport", "list", "--repo", repository, "--format", "json").out)
    assert [one["since"][:10] for one in answer["entries"]] == ["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-01"]
    assert " days" in call(capsys, "backport", "list", "--repo", repository).out


def test_the_list_for_programs(capsys: Capture, status: Path, root: Path) -> None:
    answer = valid("status-1", call(capsys, "backport", "list", "--status", status, "--format", "json").out)
    first = answer["entries"][0]
    assert (first["trunk"], first["needs"], first["since"]) == ([1900001, 1900002], {"votes": 0, "vetoes": []}, None)
    assert answer["exempt"] == ["mod_example", "pages and", "non-Unix build"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--status", "{}/other", "--repo", "{}"], 2, "exclude each other"),
        (["--status", "{}/none"], 3, "none: cannot be read"),
        (["--status", "{}/other"], 3, "not a STATUS file"),
        (["--repo", "{}"], 3, "not a git repository"),
    ],
)
def test_errors(capsys: Capture, tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    (tmp_path / "other").write_text("text\n")
    answer = call(capsys, "backport", "list", *(one.format(tmp_path) for one in arguments))
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.git
def test_a_repository_without_the_branch(capsys: Capture, repository: Path) -> None:
    answer = call(capsys, "backport", "list", "--repo", repository, "--branch", "2.9.x")
    assert answer.code == 3
    assert "there is no branch 2.9.x" in answer.err


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        (
            "PATCHES PROPOSD TO BACKPORT FROM TRUNK",
            "STATUS:27: 'PATCHES PROPOSD TO BACKPORT FROM TRUNK' is not read as a heading, so the proposals below it "
            "would be lost or counted in another section; write 'PATCHES PROPOSED TO BACKPORT FROM TRUNK'",
        ),
        (
            "NEW THINGS",
            "STATUS:27: 'NEW THINGS' is not a section for patches, but has 2 proposals; move what is below it to one "
            "of the sections for patches",
        ),
    ],
)
def test_no_proposal_vanishes(
    capsys: Capture, status: Path, monkeypatch: pytest.MonkeyPatch, heading: str, said: str
) -> None:
    monkeypatch.chdir(status.parent)
    text = TEXT.replace("PATCHES PROPOSED TO BACKPORT FROM TRUNK", heading)
    status.write_text(text)
    for arguments in (["list"], ["vote", "1", "--name", "eve"], ["accept", "mod_b"], ["remove", "1"]):
        answer = call(capsys, "backport", *arguments)
        assert (answer.code, answer.out, answer.err) == (3, "", f"hpatch: {said}\n")
    assert status.read_text() == text


@pytest.fixture(scope="module")
def working_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Subversion working copy of a stable branch."""
    folder = tmp_path_factory.mktemp("subversion")
    branch, copy = folder / "branch", folder / "copy"
    branch.mkdir()
    (branch / "STATUS").write_text(TEXT)
    commands: list[list[str | Path]] = [
        ["svnadmin", "create", folder / "repository"],
        ["svn", "import", "-q", "-m", "x", branch, f"file://{folder}/repository/branches/2.4.x"],
        ["svn", "checkout", "-q", f"file://{folder}/repository/branches/2.4.x", copy],
    ]
    for command in commands:
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return copy


@pytest.mark.svn
def test_a_subversion_working_copy(capsys: Capture, working_copy: Path) -> None:
    answer = call(capsys, "backport", "list", "--repo", working_copy)
    assert answer == call(capsys, "backport", "list", "--status", working_copy / "STATUS")
    assert (answer.code, answer.out.count("line ")) == (0, 4)
    wrong = call(capsys, "backport", "list", "--repo", working_copy, "--branch", "2.2.x")
    said = f"hpatch: --branch needs a git repository; the Subversion working copy {working_copy} is of one branch\n"
    assert (wrong.code, wrong.out, wrong.err) == (2, "", said)


@pytest.mark.svn
@pytest.mark.parametrize(
    "command",
    [["check", "r1900001"], ["check", "--all"], ["missing"], ["explain", "r1900001"], ["propose", "r1900001"]],
)
def test_what_needs_history_says_what_to_give(capsys: Capture, working_copy: Path, command: list[str]) -> None:
    answer = call(capsys, "backport", *command, "--repo", working_copy)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err == (
        f"hpatch: {working_copy}: is a Subversion working copy, which has no history of trunk; give --repo a git clone "
        "of httpd with both branches, and --mergeinfo this working copy\n"
    )


def test_numbers_stand_one_below_the_other(capsys: Capture, tmp_path: Path) -> None:
    entries = (
        f"  *) mod_{number}: New.\n     trunk patch: https://svn.apache.org/r190000{number}\n" for number in range(10)
    )
    file = tmp_path / "STATUS"
    file.write_text("PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n" + "\n".join(entries))
    lines = call(capsys, "backport", "list", "--status", file).out.splitlines()
    assert {line.index("mod_") for line in lines if "mod_" in line} == {5}
