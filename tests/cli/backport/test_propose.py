"""`hpatch backport propose` as a committer calls it."""

from __future__ import annotations

import email
import email.policy
import json
import os
import time
from pathlib import Path

import pytest

from tests.support.backport import two_lines
from tests.support.backport.status_text import TEXT
from tests.support.cli.call import call
from tests.support.cost import seconds
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]
Bytes = pytest.CaptureFixture[bytes]
pytestmark = pytest.mark.git
GIT = os.environ.get("HPATCH_HTTPD_GIT", "")
ENTRY = """\
  *) mod_a: Fix it. PR 60001.
     trunk patch: https://svn.apache.org/r1950001
                  https://svn.apache.org/r1950002
     2.4.x patch: trunk works (modulo CHANGES)
                  svn merge -c 1950001,1950002 ^/httpd/httpd/trunk .
     +1: eve
"""
REVISIONS = ("r1950001", "r1950002", "--vote", "eve")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_lines.build(tmp_path_factory.mktemp("git") / "repository")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def status(tmp_path: Path) -> Path:
    (tmp_path / "copy").mkdir()
    file = tmp_path / "copy" / "STATUS"
    file.write_bytes(TEXT.encode())
    return file


def test_an_entry_is_inserted(capsys: Capture, repository: Path, status: Path) -> None:
    answer = call(capsys, "backport", "propose", *REVISIONS, "--repo", repository, "--insert", status)
    assert (answer.code, answer.err) == (0, "")
    assert f"The entry for STATUS:\n\n{ENTRY}\n" in answer.out
    assert f"{status}: inserted at the end of the proposals\n" in answer.out
    after = status.read_text()
    assert after.replace(f"\n{ENTRY}", "") == TEXT
    assert after.index("mod_c: The newest") < after.index(ENTRY) < after.index("PATCHES/ISSUES THAT ARE STALLED")
    assert list(status.parent.iterdir()) == [status]
    again = call(capsys, "backport", "propose", *REVISIONS, "--repo", repository, "--insert", status)
    assert again.code == 1
    assert f"it is in {status} already, line " in again.out
    assert status.read_text() == after


def test_what_the_file_has_decides(capsys: Capture, repository: Path, status: Path) -> None:
    plain = call(capsys, "backport", "propose", "r1910001", "--repo", repository)
    assert (plain.code, "it is in 2.4.x:STATUS already, line 41" in plain.out) == (1, True)
    assert call(capsys, "backport", "remove", "r1910001", "--status", status).code == 0
    assert call(capsys, "backport", "propose", "r1910001", "--repo", repository, "--insert", status).code == 0
    assert "https://svn.apache.org/r1910001" in status.read_text()


def test_where_the_entry_for_changes_is_from_and_goes(capsys: Capture, repository: Path, tmp_path: Path) -> None:
    def shown(folder: Path, revision: str) -> str:
        return call(capsys, "backport", "propose", revision, "--repo", folder).out

    assert "\nThe entry for CHANGES:\n\n  *) mod_a: Fix it. PR 60001.  [Cid]\n" in shown(repository, "r1950001")
    command = "\nTo merge it:\n\n  svn merge -c 1950001 ^/httpd/httpd/trunk .\n"
    assert command in shown(repository, "r1950001")
    assert "To merge it:" not in shown(repository, "r1950004")
    none = "\nThey bring no entry for CHANGES. If there is to be one, perhaps:\n\n  *) mod_a: Follow up"
    assert none in shown(repository, "r1950002")
    readme = two_lines.Commit("2.4.x", 1950010, "Files.", {"README.CHANGES": b"changes-entries\n"})
    files = two_lines.build(tmp_path / "repository", (*two_lines.HISTORY, readme))
    assert "\nThe entry for CHANGES, a file changes-entries/pr60001.txt:\n" in shown(files, "r1950001")


def test_a_dry_run_writes_nothing(capsys: Capture, repository: Path, status: Path, tmp_path: Path) -> None:
    patch = tmp_path / "a.patch"
    options = ("--insert", status.parent, "--patch", patch, "--dry-run")
    answer = call(capsys, "backport", "propose", *REVISIONS, "--repo", repository, *options)
    assert answer.code == 0
    assert "+     +1: eve\n" in answer.out
    assert f"{patch}: would be written; it is for patch -p0 < {patch}" in answer.out
    assert status.read_text() == TEXT
    assert not patch.exists()


def test_the_patch_is_written(capsys: Capture, repository: Path, tmp_path: Path) -> None:
    patch = tmp_path / "a.patch"
    assert call(capsys, "backport", "propose", *REVISIONS, "--repo", repository, "--patch", patch).code == 0
    assert patch.read_text().startswith("r1950001, r1950002 of trunk, for 2.4.x at r1950009. For patch -p0,")
    assert "\n+fixed; /* so */\n" in patch.read_text()


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("r1950008", "2.4.x has it already, merged in r1950009"),
        ("r1950007", "2.4.x has none of the files"),
        ("r1910001", "STATUS already, line 41, under PATCHES PROPOSED"),
        ("r1950004", "one place of it conflicts, so 2.4.x needs a patch of its own"),
        ("r1950003", "svn merge may stop at a conflict"),
    ],
)
def test_nothing_is_inserted(capsys: Capture, repository: Path, status: Path, revision: str, said: str) -> None:
    for form in ("text", "mail", "github", "json"):
        options = ("--insert", status, "--vote", "eve", "--format", form)
        answer = call(capsys, "backport", "propose", revision, "--repo", repository, *options)
        assert answer.code == 1
        assert said in " ".join((answer.out + answer.err).split())
        assert (form in ("text", "json")) == bool(answer.out)
    assert status.read_text() == TEXT
    assert list(status.parent.iterdir()) == [status]


def test_where_the_patch_is(capsys: Capture, repository: Path, status: Path) -> None:
    options = ("--insert", status, "--at", "https://example.org/b.patch", "--style", "2020")
    assert call(capsys, "backport", "propose", "r1950004", "--repo", repository, *options).code == 0
    assert "     2.4.x patch: https://example.org/b.patch\n     +1:\n" in status.read_text()


def test_both_lines_of_a_pull_request(capsys: Capture, repository: Path) -> None:
    pull = "https://github.com/apache/httpd/pull/9"
    out = call(capsys, "backport", "propose", "r1950004", "--repo", repository, "--at", pull).out
    diff = "https://patch-diff.githubusercontent.com/raw/apache/httpd/pull/9.diff"
    assert f"     2.4.x patch: {diff}\n     PR: {pull}\n     +1:\n" in out


def test_the_answer_for_programs(capsys: Capture, repository: Path, status: Path, root: Path) -> None:
    for revision in ("r1950001", "r1950003", "r1950004", "r1950005", "r1950007", "r1950008", "r1910001"):
        options = ("--insert", status, "--dry-run", "--format", "json")
        answer = valid("proposal-1", call(capsys, "backport", "propose", revision, "--repo", repository, *options).out)
        assert answer["revisions"][0]["name"] == revision
        assert (answer["refused"] is None) == (answer["inserted"] is not None)


def test_an_area_that_needs_no_votes(capsys: Capture, tmp_path: Path) -> None:
    text = two_lines.TEXT.replace(". pages and", ". documentation").encode()
    area = two_lines.Commit("2.4.x", 1950010, "Vote.", {"STATUS": text})
    repository = two_lines.build(tmp_path / "repository", (*two_lines.HISTORY, area))
    for revision, exempt in (("r1950005", ["documentation"]), ("r1950001", [])):
        answer = call(capsys, "backport", "propose", revision, "--repo", repository, "--format", "json")
        assert json.loads(answer.out)["exempt"] == exempt


def test_the_mail(capsysbinary: Bytes, repository: Path) -> None:
    arguments = (*REVISIONS, "--repo", repository, "--format", "mail")
    out: bytes = call(capsysbinary, "backport", "propose", *arguments).out  # type: ignore[arg-type, assignment]
    mail = email.message_from_bytes(out, policy=email.policy.SMTP)
    assert not mail.defects
    assert (mail["From"], mail["To"]) == ("eve@apache.org", "dev@httpd.apache.org")
    assert mail["Subject"] == "[PROPOSAL] Backport to 2.4.x: mod_a: Fix it. PR 60001."
    assert mail["Date"].datetime.tzinfo is not None
    assert mail["Message-ID"].endswith("@apache.org>")
    assert (mail["Content-Transfer-Encoding"], mail.get_content_charset()) == ("7bit", "us-ascii")
    text = mail.get_content()
    assert ENTRY in text
    assert "  *) mod_a: Fix it. PR 60001.  [Cid]\n" in text
    # Text that a mailer may flow ends no line with a blank; none is longer than a line of a mail may be.
    assert all(line == line.rstrip() and len(line) <= 78 for line in text.splitlines())


def test_a_mail_that_is_not_ascii(capsysbinary: Bytes, repository: Path) -> None:
    options = ("--repo", repository, "--format", "mail", "--title", "mod_a: Größe", "--from", "Zoë <zoe@example.org>")
    out: bytes = call(capsysbinary, "backport", "propose", "r1950001", *options).out  # type: ignore[arg-type, assignment]
    head, _, body = out.partition(b"\n\n")
    assert head.isascii()
    assert "  *) mod_a: Größe\n".encode() in body
    mail = email.message_from_bytes(out, policy=email.policy.SMTP)
    assert (mail["From"], mail["Content-Transfer-Encoding"]) == ("Zoë <zoe@example.org>", "8bit")
    assert mail["Subject"].endswith("mod_a: Größe")


@pytest.mark.parametrize(
    ("option", "header"),
    [
        ("jdoe@example.org", "jdoe@example.org"),
        ("Doe, Jane <jdoe@example.org>", '"Doe, Jane" <jdoe@example.org>'),
        ('"Doe, Jane" <jdoe@example.org>', '"Doe, Jane" <jdoe@example.org>'),
        ("=?utf-8?q?=0aBcc:_x?= <jdoe@example.org>", '"= ?utf-8?q?=0aBcc:_x?=" <jdoe@example.org>'),
    ],
)
def test_addresses(capsysbinary: Bytes, repository: Path, option: str, header: str) -> None:
    for name in ("--from", "--to"):
        arguments = (*REVISIONS, "--repo", repository, "--format", "mail", name, option)
        out: bytes = call(capsysbinary, "backport", "propose", *arguments).out  # type: ignore[arg-type, assignment]
        assert f"{name[2:].capitalize()}: {header}\n".encode() in out.partition(b"\n\n")[0] + b"\n"


@pytest.mark.parametrize(
    "title", ["mod_a: =?utf-8?q?=0aBcc:_x@example.org?= y", "mod_a: =?utf-8?b?Cgo=?= y", "y" * 1200]
)
def test_no_title_makes_headers_or_lines_that_are_too_long(capsysbinary: Bytes, repository: Path, title: str) -> None:
    arguments = (*REVISIONS, "--repo", repository, "--format", "mail", "--title", title)
    out: bytes = call(capsysbinary, "backport", "propose", *arguments).out  # type: ignore[arg-type, assignment]
    assert all(len(line) <= 998 for line in out.splitlines())
    mail = email.message_from_bytes(out, policy=email.policy.SMTP)
    names = ["From", "To", "Subject", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
    assert (mail.keys(), mail.defects) == (names, [])
    assert title in mail.get_content()
    assert mail["Subject"].endswith(title.replace("=?", "= ?"))


@pytest.mark.parametrize("form", ["mail", "github"])
def test_what_was_written_beside_is_told(
    capsys: Capture, repository: Path, status: Path, tmp_path: Path, form: str
) -> None:
    patch = tmp_path / "a.patch"
    arguments = (*REVISIONS, "--repo", repository, "--format", form, "--insert", status, "--patch", patch)
    planned = call(capsys, "backport", "propose", *arguments, "--dry-run")
    assert f"hpatch: {status}: would be inserted at the end of the proposals\nhpatch: --- STATUS\n" in planned.err
    assert "hpatch: +     +1: eve\n" in planned.err
    assert not patch.exists()
    answer = call(capsys, "backport", "propose", *arguments)
    assert answer.err.splitlines() == [
        f"hpatch: {patch}: written; it is for patch -p0 < {patch}, svn patch {patch} or git apply -p0 {patch}",
        f"hpatch: {status}: inserted at the end of the proposals",
    ]
    assert ENTRY in answer.out
    assert ENTRY in status.read_text()


def test_no_entry_without_its_patch(capsys: Capture, repository: Path, status: Path, tmp_path: Path) -> None:
    options = ("--insert", status, "--patch", tmp_path / "none" / "a.patch")
    answer = call(capsys, "backport", "propose", *REVISIONS, "--repo", repository, *options)
    assert (answer.code, status.read_text()) == (4, TEXT)
    options = ("--insert", tmp_path / "none", "--patch", tmp_path / "a.patch")
    assert call(capsys, "backport", "propose", *REVISIONS, "--repo", repository, *options).code == 3
    assert not (tmp_path / "a.patch").exists()


def test_the_pull_request(capsys: Capture, repository: Path) -> None:
    out = call(capsys, "backport", "propose", *REVISIONS, "--repo", repository, "--format", "github").out
    assert out.startswith("Merge r1950001, r1950002 from trunk\n\n**mod\\_a: Fix it. PR 60001.**\n\n")
    assert f"```text\n{ENTRY}```\n" in out
    assert "| applies | yes |" in out
    assert "| follow-ups | yes | none is missing |" in out


def test_where_a_pull_request_is_and_what_svn_merge_does(capsys: Capture, repository: Path) -> None:
    options = ("--repo", repository, "--at", "https://github.com/apache/httpd/pull/9")
    for revision, said in (("r1950001", "ok applies"), ("r1950003", "svn merge may stop"), ("r1950004", "!! applies")):
        answer = call(capsys, "backport", "propose", revision, *options)
        assert (answer.code, said in answer.out) == (0, True)
        assert ("may stop" in answer.out) == (revision == "r1950003")


@pytest.mark.parametrize("revision", ["r1950003", "r1950004"])
def test_a_pull_request_for_what_does_not_merge(capsys: Capture, repository: Path, revision: str) -> None:
    answer = call(capsys, "backport", "propose", revision, "--repo", repository, "--format", "github")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Merge {revision} from trunk\n\n**")
    assert f"The patch is this pull request: `hpatch backport propose {revision} --at URL`" in answer.out
    assert "svn merge may stop" in answer.out or "| applies | **no** | not on 2.4.x" in answer.out


def test_the_title_of_a_pull_request_with_many_revisions(capsys: Capture, tmp_path: Path) -> None:
    commits = tuple(
        two_lines.Commit("trunk", 1960000 + at, f"Step {at}.", {two_lines.A: two_lines.lines("a", {at: "x;"})})
        for at in range(1, 30)
    )
    repository = two_lines.build(tmp_path / "repository", (*two_lines.HISTORY[:2], *commits))

    def title(count: int) -> str:
        revisions = ",".join(f"r{1960000 + at}" for at in range(1, count + 1))
        answer = call(capsys, "backport", "propose", revisions, "--repo", repository, "--format", "github")
        return answer.out.partition("\n")[0]

    assert title(20) == f"Merge {', '.join(f'r{1960000 + at}' for at in range(1, 21))} from trunk"
    assert title(21) == "Merge r1960001 and 20 more revisions from trunk"


def test_nothing_that_a_terminal_would_obey(capsys: Capture, tmp_path: Path) -> None:
    message = "mod_a: Fix \x1b[31mit\u202e.\n\nFrom here \x1b]0;x\x07 `on`\n*) @all"
    entry = b"Changes\n\n  *) mod_a: \x1b[1mFix. [Zo\xff]\n"
    one = two_lines.Commit("trunk", 1950010, message, {two_lines.A: two_lines.lines("a", {2: "x;"}), "CHANGES": entry})
    repository = two_lines.build(tmp_path / "repository", (*two_lines.HISTORY[:2], one))
    for form in ("text", "mail", "github", "json"):
        options = ("--repo", repository, "--format", form, "--from", "a@example.org")
        answer = call(capsys, "backport", "propose", "r1950010", *options)
        assert answer.code == 0
        assert answer.out.replace("\n", "").isprintable()
        assert "mod_a: [1mFix." in answer.out or "mod\\_a: \\[1mFix." in answer.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["r1950001", "--format", "mail"], 2, "needs a sender"),
        (["r1950001", "--format", "mail", "--from", "a\nBcc: b@c"], 2, "is not an address"),
        (
            ["r1950001", "--format", "mail", "--vote", "a", "--to", "a@b\nBcc: c@d"],
            2,
            "--to: 'a@b Bcc: c@d' is not an address",
        ),
        (["r1950001", "--format", "mail", "--from", "Zoë <zoë@example.org>"], 2, "is not an address"),
        (["r1950001", "--vote", "e v"], 2, "is not the name of a committer"),
        (["r1950001", "--at", "here"], 2, "is not a URL"),
        (["r1950001", "--title", "a\nb"], 2, "cannot be printed"),
        (["r1"], 3, "is not in the history"),
        (["r1950009"], 3, "is a revision of 2.4.x"),
        (["r1950001", "--onto", "2.9.x"], 3, "2.9.x"),
        (["r1950001", "--insert", "/none/STATUS"], 3, "/none"),
    ],
)
def test_errors(capsys: Capture, repository: Path, arguments: list[str], code: int, said: str) -> None:
    answer = call(capsys, "backport", "propose", *arguments, "--repo", repository)
    assert (answer.code, answer.out, answer.err.count("\n")) == (code, "", 1)
    assert said in answer.err


@pytest.mark.httpd_git
@pytest.mark.proof
def test_from_a_mirror_to_an_entry_and_a_mail(capsys: Capture, status: Path) -> None:
    begun = time.perf_counter()
    first = call(capsys, "backport", "propose", "1921305,1921306", "--repo", GIT, "--vote", "eve", "--insert", status)
    cold, begun = time.perf_counter() - begun, time.perf_counter()
    with seconds(10):
        mail = call(
            capsys, "backport", "propose", "1921305,1921306", "--repo", GIT, "--vote", "eve", "--format", "mail"
        )
    warm = time.perf_counter() - begun
    print(f"an entry with an empty cache {cold:.1f} s; a mail after that {warm:.1f} s")
    assert (first.code, mail.code) == (0, 0)
    assert "PR 65222" in status.read_text()
