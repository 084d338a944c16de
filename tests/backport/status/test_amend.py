"""Revisions added to a proposal."""

from __future__ import annotations

import os
import subprocess

import pytest

from hpatch.backport.status import file as status_file
from hpatch.backport.status.file import Entry, Kind, StatusFile
from hpatch.errors import UsageError
from tests.support.backport.status_text import TEXT, entry, read

GIT = os.environ.get("HPATCH_HTTPD_GIT", "")
NEW = (1950001, 1950002)


def body(text: str, title: str) -> str:
    one = entry(title, read(text))
    return text[one.span.start : one.span.end]


def amended(title: str, name: str | None = None, text: str = TEXT) -> str:
    status = read(text)
    return status_file.apply(text, status_file.amend(status, entry(title, status), NEW, name))


def test_the_fields_grow_in_their_own_form_and_the_votes_start_again() -> None:
    after = amended("mod_a", "eve")
    assert (
        body(after, "mod_a")
        == """\
  *) mod_a: Ready to go. PR 4711.
     trunk patch: https://svn.apache.org/r1900001
                  https://svn.apache.org/r1900002
                  https://svn.apache.org/r1950001
                  https://svn.apache.org/r1950002
     2.4.x patch: svn merge -c 1900001,1900002,1950001,1950002 ^/httpd/httpd/trunk .
     +1: eve
     eve: added r1950001, r1950002; please vote again: ann, bob (by
       inspection, twice), cid
"""
    )
    # What was accepted was less.
    assert entry("mod_a", read(after)).kind == "proposed"


def test_votes_against_and_comments_stay() -> None:
    old, new = body(TEXT, "mod_b"), body(amended("mod_b"), "mod_b")
    url = "http://svn.apache.org/viewvc?view=revision&revision="
    pad = " " * 18
    expected = old.replace(f"{url}1300001\n", f"{url}1300001\n{pad}{url}1950001\n{pad}{url}1950002\n")
    expected = expected.replace("+1 ann, bob,", "+1:")
    assert new == expected + "     Note: added r1950001, r1950002; please vote again: ann, bob\n"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("trunk patch: r1900001", "trunk patch: r1900001, r1950001, r1950002"),
        ("trunk: 1900001", "trunk: 1900001, 1950001, 1950002"),
        (
            "2.4.x patch: svn merge -c r1900001 ^/trunk .",
            "2.4.x patch: svn merge -c r1900001,r1950001,r1950002 ^/trunk .",
        ),
        (
            "trunk patch: https://svn.apache.org/r1900001 (docs)",
            "trunk patch: https://svn.apache.org/r1900001 (docs)\n"
            + "".join(f"{' ' * 18}https://svn.apache.org/r{number}\n" for number in NEW).rstrip("\n"),
        ),
    ],
)
def test_forms(fields: str, expected: str) -> None:
    text = f"PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n  *) title\n     {fields}\n"
    for line in ("\n", "\r\n"):
        given = text.replace("\n", line)
        after = amended("title", text=given)
        note = "     Note: added r1950001, r1950002\n".replace("\n", line)
        assert after == given.replace(fields, expected.replace("\n", line)) + note


def test_nothing_is_added_twice() -> None:
    assert status_file.amend(read(), entry("mod_a"), (1900001, 1900002)) == ()


def test_a_remark_that_would_be_read_as_a_vote_is_left_out() -> None:
    remark = ", ".join(["+1: dan"] * 20)  # a line of the note would begin so
    text = TEXT.replace("+1: ann, bob (by inspection, twice), cid", f"+1: ann ({remark}), bob")
    after = entry("mod_a", read(amended("mod_a", text=text)))
    assert [vote for vote in after.votes if vote.value > 0] == []


def test_an_entry_without_a_field_for_them() -> None:
    status = read("PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n  *) t\n     2.4.x patch: svn merge ^/branches/t .\n")
    with pytest.raises(UsageError, match="STATUS:3: has no field that takes further revisions"):
        status_file.amend(status, status.entries[0], NEW)


def pieces(status: StatusFile, but: Entry | None = None) -> list[str]:
    return sorted(status.text[one.span.start : one.span.end].strip() for one in status.entries if one is not but)


@pytest.mark.httpd_git
@pytest.mark.proof
def test_the_texts_of_history() -> None:
    """Of a sample of httpd's STATUS: an entry that is amended or moved leaves all others as they are."""

    def git(*arguments: str) -> bytes:
        return subprocess.run(["git", "-C", GIT, *arguments], check=True, capture_output=True).stdout

    commits = git("log", "--format=%H", "refs/heads/2.4.x", "--", "STATUS").decode().split()[::250]
    kinds: tuple[Kind, ...] = ("stalled", "showstopper", "accepted", "proposed")
    known: set[str] = set()
    for commit in commits:
        text = git("cat-file", "blob", f"{commit}:STATUS").decode("utf-8", "surrogateescape")
        status = read(text)
        for at, one in enumerate(status.entries):
            if one.title in known:
                continue
            known.add(one.title)
            after = read(status_file.apply(text, status_file.amend(status, one, NEW, "eve")))
            new = after.entries[at] if one.kind != "accepted" else after.section("proposed").entries[-1]
            assert pieces(after, new) == pieces(status, one)
            assert ({*new.trunk}, new.title) == ({*one.trunk, *NEW}, one.title)
            against = [vote[:4] for vote in one.votes if vote.value <= 0]
            assert [vote[:4] for vote in new.votes if vote.value <= 0] == against
            assert [vote.name for vote in new.votes if vote.value > 0] == ["eve"]
            assert {(c.name, c.text) for c in one.comments} <= {(c.name, c.text) for c in new.comments}
            for kind in kinds:
                moved = status_file.apply(text, status_file.move(status, one, kind))
                assert pieces(read(moved)) == pieces(status)
                assert sorted(filter(str.strip, moved.splitlines())) == sorted(filter(str.strip, text.splitlines()))
    assert len(known) > 200
