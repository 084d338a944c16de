"""Reading series: quilt's, folders of mails, mboxes."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

import pytest

from hpatch.errors import InputError
from hpatch.patch.diff.read import read as read_diff
from hpatch.patch.series import mail
from hpatch.patch.series.read import changes_files, parse, read

DIFF = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n"
MAIL = b"From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001\nFrom: Ann <a@example.org>\n"
FIRST = MAIL + b"Subject: [PATCH 1/2] The first: a change!\n\nWhy.\n---\n" + DIFF + b"-- \n2.39\n\n"
SECOND = MAIL + b"Subject: [PATCH 2/2] second\n\nFrom here on, text.\n---\n" + DIFF


def series(folder: Path, text: str, **patches: bytes) -> Path:
    for name, data in patches.items():
        (folder / name).write_bytes(data)
    (folder / "series").write_text(text)
    return folder


def test_a_series_with_levels_and_comments(tmp_path: Path) -> None:
    text = "# all of it\n\none -p0 # why\n  ./two\nthree -p2 -R\nfour -pab\n"
    found = read(series(tmp_path, text, one=DIFF, two=DIFF, three=DIFF, four=DIFF))
    assert [(one.name, one.strip) for one in found] == [("one", 0), ("two", 1), ("three", 2), ("four", 1)]
    assert {one.origin for one in found} == {sha256(DIFF).hexdigest()}
    hunk = read_diff(found[2].text, "three").files[0].hunks[0]
    assert (hunk.old, hunk.new) == ((b"2\n",), (b"1\n",))
    assert read(tmp_path / "series") == found


def test_a_packed_patch(tmp_path: Path) -> None:
    (tmp_path / "one.gz").write_bytes(gzip.compress(DIFF))
    assert read(series(tmp_path, "one.gz\n"))[0].text == DIFF


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("one\none\n", "series: 'one' is named twice"),
        ("../x\n", "series:1: '../x': the path leaves the tree"),
        ("\n/etc/passwd\n", "series:2: '/etc/passwd': the path is absolute"),
        ("gone\n", "series:1: there is no file 'gone'"),
        ("one -z\n", "series:1: '-z': hpatch knows -pN and -R here"),
        ("link\n", "series:1: link: is a symbolic link"),
        ("broken.gz\n", "series:1: 'broken.gz' cannot be unpacked"),
        ("# nothing\n", "series: the series names no patch"),
    ],
)
def test_what_no_series_may_name(tmp_path: Path, text: str, told: str) -> None:
    series(tmp_path, text, one=DIFF)
    (tmp_path / "link").symlink_to("one")
    (tmp_path / "broken.gz").write_bytes(b"no")
    with pytest.raises(InputError) as error:
        read(tmp_path)
    assert told in str(error.value)


def test_an_mbox_on_its_own_and_in_a_folder(tmp_path: Path) -> None:
    names = ["0001-The-first-a-change.patch", "0002-second.patch"]
    assert [one.name for one in parse(FIRST + SECOND, "-", Path())] == names
    (tmp_path / "b.mbox").write_bytes(FIRST + SECOND)
    (tmp_path / "a.patch").write_bytes(FIRST)
    assert [(one.name, changes_files(one.text)) for one in read(tmp_path)] == [
        *(("a.patch", True), (names[0], True), (names[1], True))
    ]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"base64", b"LS0tIGEveAorKysgYi94CkBAIC0xICsxIEBACi0xCisyCg==\n"),
        (b"quoted-printable", DIFF.replace(b"=", b"=3D").replace(b"-1\n", b"=2D1\n")),
    ],
)
def test_a_mail_in_an_encoding(encoding: bytes, body: bytes) -> None:
    (one,) = parse(MAIL + b"Subject: s\nContent-Transfer-Encoding: " + encoding + b"\n\n" + body, "-", Path())
    assert one.text.endswith(b"\n\n" + DIFF)
    assert read_diff(one.text, one.name).files[0].path == "b/x"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (DIFF, "a diff, not a series"),
        (MAIL + b"Content-Transfer-Encoding: rot13\n\nx\n", "the unknown encoding 'rot13'"),
        (MAIL + b"Content-Type: text/html; format=flowed\n\nx\n", "a mail without a part of text"),
    ],
)
def test_what_is_no_series(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse(data, "-", Path())


def test_a_folder_without_patches(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no file 'series' and no patches"):
        read(tmp_path)


def test_a_cover_letter_changes_nothing() -> None:
    assert not changes_files(MAIL + b"Subject: [PATCH 0/2] cover\n\nText.\n-- \n2.39\n")
    assert changes_files(b"+++ b/x\n") and changes_files(b"*** x\tx\n")


def test_a_long_line_begins_no_mail() -> None:
    line = b"From ann Mon Sep 17 00:00:00 2001"
    assert mail.is_mbox(line + b"\n")
    assert not mail.is_mbox(b"From " + b"1:11 " * 200 + line + b"\n")
    assert len(mail.split(line + b"\n" + b"From " + b"1:11 " * 200 + line + b"\n" + line + b"\n")) == 2
