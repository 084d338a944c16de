"""What is written for other tools, tried with those tools."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.patch.apply import export
from hpatch.patch.apply.export import Patch, unified
from hpatch.patch.apply.stack import Content, FileEdit
from tests.support.examples import examples

BASE = b"".join(b"line %d\n" % number for number in range(1, 31))
Tree = dict[str, Content]


def text(data: bytes, mode: int = 0o644) -> Content:
    return Content(data, mode)


BEFORE: Tree = {
    "a.c": text(BASE),
    "sub/with space.c": text(BASE),
    "sub/\xe9.c": text(b"\xe9\xff\n" + BASE),
    "crlf.c": text(BASE.replace(b"\n", b"\r\n")),
    "last.c": text(BASE[:-1]),
    "gone.c": text(b"old\n"),
    "tool": text(b"#!/bin/sh\n"),
    "was-empty": text(b""),
    "empty-gone": text(b""),
}
MIDDLE: Tree = {
    **BEFORE,
    "a.c": text(BASE.replace(b"line 3\n", b"three\n")),
    "last.c": text(BASE + b"more"),
    "tool": text(b"#!/bin/sh\n", 0o755),
    "crlf.c": text(BASE.replace(b"\n", b"\r\n").replace(b"line 9\r\n", b"")),
}
AFTER: Tree = {
    **MIDDLE,
    "a.c": text(b"first\n" + BASE.replace(b"line 3\n", b"three\n").replace(b"line 20\n", b"")),
    "sub/with space.c": text(BASE.replace(b"line 30\n", b"\n\n")),
    "sub/\xe9.c": text(b"\xe9\xfe\n" + BASE),
    "new/deep/n.c": text(b"new\nFrom me\n--- a\n+++ b\n"),
    "new/empty": text(b""),
    "was-empty": text(b"full"),
}
del AFTER["gone.c"], AFTER["empty-gone"]


def edits(before: Tree, after: Tree) -> tuple[FileEdit, ...]:
    paths = sorted(before.keys() | after.keys())
    return tuple(
        FileEdit(path, before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)
    )


PATCHES = (
    Patch(
        name="one-r1",
        title="the first: Größe",
        text="Cures a lot.\n\n--- a/gone.c\n\n12,13d\n\nIndex: gone.c\n\n--- gone.c",
        edits=edits(BEFORE, MIDDLE),
        origin="upstream, https://svn.apache.org/r1",
        applied="2.4.10, https://svn.apache.org/r2",
        author="Jörg Müller <jm@example.org>",
        date="Thu, 01 May 2014 10:00:00 +0000",
    ),
    Patch(name="two-r3", title="the second", text="", edits=edits(MIDDLE, AFTER)),
)


def write(root: Path, tree: Tree) -> None:
    for path, content in tree.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.data)
        file.chmod(content.mode)


def read(root: Path) -> Tree:
    return {
        str(path.relative_to(root)): Content(path.read_bytes(), path.stat().st_mode & 0o777)
        for path in root.rglob("*")
        if path.is_file() and not path.relative_to(root).parts[0].startswith(".")
    }


def run(root: Path, *command: str, input: bytes | None = None, **environment: str) -> str:
    base = {"PATH": os.environ["PATH"], "HOME": str(root.parent), "TMPDIR": str(root.parent), "LC_ALL": "C.UTF-8"}
    quiet = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(root.parent), "GIT_COMMITTER_NAME": "c"}
    done = subprocess.run(
        command,
        cwd=root,
        input=input,
        env={**base, **quiet, "GIT_COMMITTER_EMAIL": "c@example.org", **environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout.decode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    write(root, BEFORE)
    return root


def put(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)


@pytest.mark.quilt
def test_quilt(root: Path, tmp_path: Path) -> None:
    put(tmp_path / "patches", export.quilt(PATCHES))
    assert (tmp_path / "patches/series").read_text() == "one-r1.patch\ntwo-r3.patch\n"
    run(root, "quilt", "push", "-a", "--fuzz=0", QUILT_PATCHES=str(tmp_path / "patches"), QUILT_PC=".pc")
    assert read(root) == AFTER
    run(root, "quilt", "pop", "-a", QUILT_PATCHES=str(tmp_path / "patches"), QUILT_PC=".pc")
    # quilt keeps no file that was empty.
    assert read(root) == {path: content for path, content in BEFORE.items() if content.data}


@pytest.mark.git
def test_git_am(root: Path, tmp_path: Path) -> None:
    run(root, "git", "init", "-q")
    run(root, "git", "add", "-A")
    run(root, "git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "start")
    put(tmp_path / "mails", export.git(PATCHES))
    mails = [str(path) for path in sorted((tmp_path / "mails").iterdir())]
    assert [Path(mail).name for mail in mails] == ["0001-one-r1.patch", "0002-two-r3.patch"]
    run(root, "git", "am", "-q", *mails)
    assert read(root) == AFTER
    log = run(root, "git", "log", "--reverse", "--format=%an <%ae> %aI|%s|%b", "HEAD~2..")
    assert log.startswith("Jörg Müller <jm@example.org> 2014-05-01T10:00:00+00:00|the first: Größe|Cures a lot.\n")
    assert "Origin: upstream, https://svn.apache.org/r1" in log
    assert "hpatch <hpatch@localhost>" in log
    assert run(root, "git", "status", "--porcelain") == ""


@pytest.mark.patch
def test_patch(root: Path) -> None:
    diff = export.diff(PATCHES)
    run(root, "patch", "-p1", "--fuzz=0", "--binary", input=diff)
    assert read(root) == AFTER
    run(root, "patch", "-p1", "--fuzz=0", "--binary", "-R", input=diff)
    assert read(root) == BEFORE


def test_dep3(tmp_path: Path) -> None:
    header = export.quilt(PATCHES)["one-r1.patch"].split(b"---\ndiff ")[0].decode()
    assert header.splitlines()[:2] == ["Description: the first: Größe", " Cures a lot."]
    assert "Origin: upstream, https://svn.apache.org/r1\nAuthor: Jörg Müller <jm@example.org>\n" in header
    assert "Applied-Upstream: 2.4.10, https://svn.apache.org/r2\n" in header


def test_dep3_in_full() -> None:
    words = "A line that is so long that it has to go on in another one, since 78 columns are few."
    patch = Patch(
        name="r1",
        title="the title",
        text=f"{words}\n\n\n\n--- a/x\n\nwell-{'k' * 80}-known",
        edits=(),
        applied="2.4.10",
    )
    assert export.quilt([patch])["r1.patch"].decode().splitlines() == [
        "Description: the title",
        " A line that is so long that it has to go on in another one, since 78 columns",
        " are few.",
        " .",
        " | --- a/x",
        " .",
        f" well-{'k' * 80}-known",
        "Applied-Upstream: 2.4.10",
        "---",
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"{'x' * 75} y", [f"{'x' * 75} y"]),
        (f"{'x' * 76} y", ["x" * 76, "y"]),
    ],
)
def test_lines_of_dep3_have_78_columns(text: str, lines: list[str]) -> None:
    header = export.quilt([Patch(name="r1", title="t", text=text, edits=())])["r1.patch"].decode().splitlines()
    assert header == ["Description: t", *(f" {line}" for line in lines), "---"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"{'x' * 72} y", [f"{'x' * 72} y"]),
        (f"{'x' * 73} y", ["x" * 73, "y"]),
    ],
)
def test_lines_of_mails_leave_room_to_indent_them(text: str, lines: list[str]) -> None:
    """`git log` indents them by four."""
    (made,) = export.git([Patch(name="r1", title="t", text=text, edits=())]).values()
    assert made.decode().partition("\n\n")[2].partition("---\n")[0].splitlines() == lines


def mail(patch: Patch) -> list[str]:
    (text,) = export.git([patch]).values()
    return text.decode().split("\n")


def test_a_mail_in_full() -> None:
    change = (FileEdit("a", text(b"1\n"), text(b"2\n")),)
    head = "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001"
    diff = ["---", "", *unified(change).decode().splitlines(), "-- ", "hpatch", "", ""]
    kind = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit", ""]
    assert mail(Patch(name="r1", title="the title", text="", edits=change)) == [
        *(head, "From: hpatch <hpatch@localhost>", "Subject: [PATCH] the title", *kind, *diff)
    ]
    words = "A line that is so long that it has to go on in another one: 74 is the number"
    patch = Patch(
        name="r1", title="the title", text=words, edits=change, origin="upstream, r1", author="ann", date="some day"
    )
    assert mail(patch) == [
        *(head, "From: ann", "Date: some day", "Subject: [PATCH] the title", *kind),
        *("A line that is so long that it has to go on in another one: 74 is the", "number"),
        *("", "Origin: upstream, r1", *diff),
    ]
    names = [line for mail in export.git([patch, patch._replace(name="r2")]).values() for line in mail.splitlines()]
    assert [line for line in names if line.startswith(b"Subject")] == [
        *(b"Subject: [PATCH 1/2] the title", b"Subject: [PATCH 2/2] the title")
    ]


@pytest.mark.parametrize(
    ("data", "encoding"), [(b"2\n", "8bit"), (b"\xff\n", "8bit"), (b"2\r\n", "base64"), (b"2\0\n", "base64")]
)
def test_what_a_mail_would_change_is_encoded(data: bytes, encoding: str) -> None:
    (made,) = export.git(
        [Patch(name="r1", title="t", text="", edits=(FileEdit("a", text(b"1\n"), text(data)),))]
    ).values()
    assert f"Content-Transfer-Encoding: {encoding}\n".encode() in made
    assert (data in made) is (encoding == "8bit")


def test_one_diff_has_each_file_once() -> None:
    one, two, three = text(b"1\n"), text(b"2\n"), text(b"3\n")
    there_and_back = [
        Patch(name="a", title="", text="", edits=(FileEdit("f", one, two),)),
        Patch(name="b", title="", text="", edits=(FileEdit("f", two, one),)),
    ]
    assert export.diff(there_and_back) == b""
    on = [
        there_and_back[0],
        Patch(name="b", title="", text="", edits=(FileEdit("f", two, three), FileEdit("e", None, one))),
    ]
    assert export.diff(on) == unified([FileEdit("e", None, one), FileEdit("f", one, three)])


@pytest.mark.parametrize(
    ("mode", "told"), [(0o644, b"100644"), (0o600, b"100644"), (0o744, b"100755"), (0o611, b"100644")]
)
def test_a_file_is_executable_or_not(mode: int, told: bytes) -> None:
    assert b"new file mode " + told in unified([FileEdit("f", None, text(b"x\n", mode))])


def test_a_title_cannot_add_a_header() -> None:
    patch = PATCHES[1]._replace(title="x\nOrigin: y\r\nFrom: z", author="a\nBcc: b <c@d>")
    assert export.quilt([patch])["two-r3.patch"].startswith(b"Description: x Origin: y From: z\n")
    (mail,) = export.git([patch]).values()
    assert b"\nFrom: a Bcc: b <c@d>\n" in mail
    assert b"\nSubject: [PATCH] x Origin: y From: z\n" in mail
    assert export.quilt([patch._replace(title="a\x1b[2Jb\x00c")])["two-r3.patch"].startswith(b"Description: a [2Jb c\n")


def test_the_headers_of_a_mail_are_ascii() -> None:
    mail = export.git(PATCHES)["0001-one-r1.patch"]
    assert mail.partition(b"\n\n")[0].isascii()
    assert "Größe".encode() not in mail


LINES = st.lists(
    st.sampled_from([b"a\n", b"b\n", b"{\n", b"}\n", b"\n", b"-- x\n", b"\xff\r\n", b"@@ 1\n"]), max_size=30
)
TEXTS = st.tuples(LINES, st.sampled_from([b"", b"end"])).map(lambda parts: b"".join(parts[0]) + parts[1])


@pytest.mark.git
@pytest.mark.patch
@given(TEXTS, TEXTS)
@settings(max_examples=examples(30))
def test_any_change_is_applied_by_patch_and_git(before: bytes, after: bytes) -> None:
    diff = unified([FileEdit("f", text(before), text(after))])
    assert bool(diff) is (before != after)
    if not diff:
        return
    for command in (("patch", "-p1", "--fuzz=0", "--binary", "-s"), ("git", "apply", "--whitespace=nowarn")):
        with tempfile.TemporaryDirectory() as folder:
            (root := Path(folder) / "tree").mkdir()
            (root / "f").write_bytes(before)
            run(root, *command, input=diff)
            assert (root / "f").read_bytes() == after if (root / "f").exists() else after == b""


def test_few_lines_for_a_small_change() -> None:
    diff = unified([FileEdit("f", text(BASE), text(BASE.replace(b"line 9\n", b"nine\n")))])
    assert diff.splitlines()[2:5] == [b"--- a/f", b"+++ b/f", b"@@ -6,7 +6,7 @@"]
    assert len(diff.splitlines()) == 5 + 8
