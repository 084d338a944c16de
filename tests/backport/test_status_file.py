"""Reading and editing STATUS."""

from __future__ import annotations

import difflib
import os
import subprocess
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from status_text import TEXT

from hpatch.backport import status_file
from hpatch.backport.status_file import Edit, Entry, Needs, StatusFile
from hpatch.conf.source import Source
from hpatch.errors import InputError, UsageError

GIT = os.environ.get("HPATCH_HTTPD_GIT", "")
NEW = """\
  *) mod_d: New.
     trunk patch: https://svn.apache.org/r1920001
     2.4.x patch: svn merge -c 1920001 ^/httpd/httpd/trunk .
     +1: eve
"""


def read(text: str = TEXT) -> StatusFile:
    return status_file.read(Source("STATUS", text))


def entry(start: str, status: StatusFile | None = None) -> Entry:
    (found,) = (one for one in (status or read()).entries if one.title.startswith(start))
    return found


def changes(edits: tuple[Edit, ...], text: str = TEXT) -> list[str]:
    """The lines that go and come, and nothing else."""
    after = status_file.apply(text, edits)
    assert status_file.apply(after, status_file.inverse(text, edits)) == text
    rows = difflib.ndiff(text.splitlines(), after.splitlines())
    return [row.rstrip() for row in rows if row[0] in "+-"]


def test_sections_and_entries() -> None:
    found = read()
    assert [(section.kind, len(section.entries)) for section in found.sections] == [
        *(("notes", 0), ("showstopper", 0), ("accepted", 1), ("proposed", 2), ("stalled", 1))
    ]
    assert [one.line for one in found.entries] == [21, 30, 41, 53]
    assert found.exempt == ("mod_example", "pages and", "non-Unix build")
    assert found.text == TEXT


def test_a_proposal_of_today() -> None:
    one = entry("mod_a")
    assert one.title == "mod_a: Ready to go. PR 4711."
    assert one.trunk == (1900001, 1900002)
    assert one.branch.merges == ("svn merge -c 1900001,1900002 ^/httpd/httpd/trunk .",)
    assert [(vote.weight, vote.name, vote.remark) for vote in one.votes] == [
        *(("+1", "ann", ""), ("+1", "bob", "by inspection, twice"), ("+1", "cid", ""))
    ]
    assert [TEXT[vote.span.start : vote.span.end] for vote in one.votes][1] == "bob (by inspection, twice)"
    assert one.needs == Needs(0, ())
    assert one.needs.nothing


def test_an_old_proposal() -> None:
    one = entry("mod_b")
    assert one.title == "mod_b: An old form mod_b: of two lines."
    assert one.trunk == (1300001,)
    assert (one.branch.works, one.branch.modulo) == (True, "CHANGES")
    assert [(vote.value, vote.name, vote.remark) for vote in one.votes] == [
        *((1, "ann", ""), (1, "bob", ""), (-0.8, "cid", "Free text, and more."))
    ]
    assert [(comment.name, comment.text) for comment in one.comments] == [("ann", "and why?"), ("bob", "because.")]
    assert one.needs == Needs(1, ())


def test_a_veto() -> None:
    one = entry("mod_c")
    assert (one.trunk, one.branch.patches, one.branch.pulls) == ((1910001,), ("https://example.org/c.patch",), (12,))
    assert [(vote.name, vote.remark) for vote in one.votes] == [("dan", "It breaks, as I said.")]
    assert one.needs == Needs(3, ("dan",))
    assert not one.needs.nothing


@pytest.mark.parametrize(
    ("field", "trunk"),
    [
        ("trunk patches: http://svn.apache.org/r1500001 and r1500002", (1500001, 1500002)),
        ("Trunk version of patch:\n       svn merge -c 1500001 -c r1500002 ^/httpd/httpd/trunk .", (1500001, 1500002)),
        ("trunk: 1500001, 1500002", (1500001, 1500002)),
        ("trunk patch: https://example.org/1500001.patch", ()),
        ("2.4.x patch: svn merge -c 1500001 ^/httpd/httpd/trunk .", (1500001,)),
        ("2.4.x patch: https://svn.apache.org/r1500009", ()),
    ],
)
def test_trunk_revisions(field: str, trunk: tuple[int, ...]) -> None:
    assert status_file.read_entry(f"  *) title\n     {field}\n     +1: ann\n").trunk == trunk


@pytest.mark.parametrize(
    ("line", "votes"),
    [
        ("+1: ann, bob,\n         cid", [("ann", ""), ("bob", ""), ("cid", "")]),
        ("+1: ann with the fix, really", [("ann", "with the fix, really")]),
        ("+1 (by inspection): ann", [("ann", "")]),
        ("+0.5: ann: as I read this", [("ann", "as I read this")]),
        ("-0:", []),
    ],
)
def test_votes(line: str, votes: list[tuple[str, str]]) -> None:
    found = status_file.read_entry(f"  *) title\n     {line}\n").votes
    assert [(vote.name, vote.remark) for vote in found] == votes


def test_a_proposal_is_added_at_the_end() -> None:
    status = read()
    edits = status_file.propose(status, NEW)
    assert sorted(changes(edits)) == sorted(["+", *(f"+ {line}" for line in NEW.splitlines())])
    after = read(status_file.apply(TEXT, edits))
    assert [one.title for one in after.section("proposed").entries][-1] == "mod_d: New."
    assert status_file.apply(after.text, status_file.remove(after, entry("mod_d", after))) == TEXT


def test_what_is_no_proposal_is_not_added() -> None:
    for text in ("some text\n", NEW + NEW, NEW + "PATCHES/ISSUES THAT ARE STALLED\n"):
        with pytest.raises(InputError):
            status_file.propose(read(), text)
    with pytest.raises(InputError, match="no section of proposed"):
        status_file.propose(read("nothing\n"), NEW)


def test_a_proposal_is_accepted() -> None:
    edits = status_file.move(read(), entry("mod_b"), "accepted")
    after = status_file.apply(TEXT, edits)
    assert [one.title[:5] for one in read(after).section("accepted").entries] == ["mod_a", "mod_b"]
    assert sorted(after.splitlines()) == sorted(TEXT.splitlines())
    one = entry("mod_b")
    block = TEXT[one.span.start : one.span.end]
    assert after.replace("\n" + block, "", 1) == TEXT.replace("\n" + block, "", 1)
    assert status_file.move(read(), entry("mod_a"), "accepted") == ()


@pytest.mark.parametrize(
    ("title", "name", "weight", "remark", "expected"),
    [
        ("mod_a", "eve", "+1", "", ["+      +1: ann, bob (by inspection, twice), cid, eve"]),
        ("mod_a", "bob", "+1", "", ["+      +1: ann, bob, cid"]),
        ("mod_b", "eve", "+1", "a try", ["+      +1 ann, bob, eve (a try)"]),
        ("mod_b", "cid", "+1", "", ["+      +1 ann, bob, cid"]),
        ("mod_b", "eve", "-0", "", ["+      -0: eve"]),
        ("mod_b", "bob", "-1", "", ["+      +1 ann,", "+      -1: bob"]),
        ("mod_c", "eve", "+1", "", ["+      +1: eve"]),
        ("mod_c", "dan", "+1", "", ["+      +1: dan"]),
        ("Something", "eve", "+1", "", ["+      +1: eve"]),
        ("mod_a", "ann", "+1", "", []),
    ],
)
def test_a_vote(title: str, name: str, weight: str, remark: str, expected: list[str]) -> None:
    edits = status_file.vote(read(), entry(title), name, weight, remark)
    assert [row for row in changes(edits) if row[0] == "+"] == expected
    after = entry(title, read(status_file.apply(TEXT, edits)))
    assert [(vote.weight, vote.remark) for vote in after.votes if vote.name == name] == [(weight, remark)]


@pytest.mark.parametrize(
    ("title", "name", "gone", "come"),
    [
        ("mod_a", "ann", "+1: ann, bob (by inspection, twice), cid", ["+      +1: bob (by inspection, twice), cid"]),
        ("mod_a", "bob", "+1: ann, bob (by inspection, twice), cid", ["+      +1: ann, cid"]),
        ("mod_c", "dan", "-1: dan: It breaks, as I said.", []),
    ],
)
def test_a_vote_is_taken_back(title: str, name: str, gone: str, come: list[str]) -> None:
    rows = changes(status_file.withdraw(read(), entry(title), name))
    assert [row for row in rows if row[0] == "-"] == [f"-      {gone}"]
    assert [row for row in rows if row[0] == "+"] == come


def test_what_is_no_vote() -> None:
    for name, weight, remark in (("a b", "+1", ""), ("ann", "yes", ""), ("ann", "+1", "a\nb")):
        with pytest.raises(UsageError):
            status_file.vote(read(), entry("mod_a"), name, weight, remark)
    with pytest.raises(UsageError, match="eve has no vote"):
        status_file.withdraw(read(), entry("mod_a"), "eve")


def test_edits_must_not_overlap() -> None:
    with pytest.raises(UsageError):
        status_file.apply("abc", [Edit(0, 2, ""), Edit(1, 3, "")])


_LINES = st.lists(st.sampled_from([*TEXT.splitlines(), "", "\t\x0b", "*", " *)", "\xa0x", "text\r", "+1", "\udcff"]))
_TEXTS = st.text() | _LINES.map("\n".join)


@given(_TEXTS)
def test_any_text_is_the_same_again(text: str) -> None:
    found = read(text)
    assert found.text == text
    for one in found.entries:
        assert "".join(text[part.span.start : part.span.end] for part in one.parts) == text[slice(*one.span)]


@given(_TEXTS, st.sampled_from(["+1", "-1", "-0.5"]), st.sampled_from(["ann", "bob", "eve"]))
def test_any_edit_has_an_inverse(text: str, weight: str, name: str) -> None:
    status = read(text)
    for one in status.entries:
        for edits in (status_file.remove(status, one), status_file.vote(status, one, name, weight)):
            after = status_file.apply(text, edits)
            assert status_file.apply(after, status_file.inverse(text, edits)) == text


@given(_LINES.map("\n".join), st.sampled_from(["", "\n"]))
def test_a_proposal_added_and_removed_leaves_no_trace(lines: str, end: str) -> None:
    text = f"PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n  *) first\n{lines.replace(chr(13), '')}{end}"
    status = read(text)
    after = read(status_file.apply(text, status_file.propose(status, NEW)))
    added = status.section("proposed").entries
    mine = after.section("proposed").entries[len(added)]
    assert mine.title == "mod_d: New."
    assert status_file.apply(after.text, status_file.remove(after, mine)) == text


@pytest.mark.git
@pytest.mark.skipif(not GIT, reason="HPATCH_HTTPD_GIT names no git repository of httpd")
def test_every_revision_of_the_real_file() -> None:
    def git(*arguments: str, stdin: bytes = b"") -> bytes:
        return subprocess.run(["git", "-C", GIT, *arguments], input=stdin, capture_output=True, check=True).stdout

    rows = git("log", "--format=", "--raw", "--no-abbrev", "refs/heads/2.4.x", "--", "STATUS").decode().splitlines()
    blobs = list(dict.fromkeys(row.split()[3] for row in rows if row))
    data = git("cat-file", "--batch", stdin="\n".join(blobs).encode() + b"\n")
    seen: dict[str, Entry] = {}
    at, files, begun = 0, 0, time.perf_counter()
    while at < len(data):
        head = data.index(b"\n", at)
        end = head + 1 + int(data[at:head].split()[2])
        one, at = data[head + 1 : end], end + 1
        status = read(one.decode("utf-8", "surrogateescape"))
        files += 1
        assert status.text.encode("utf-8", "surrogateescape") == one
        if one.startswith(b"APACHE 2.4 STATUS"):
            seen.update((status.source.text[slice(*entry.span)], entry) for entry in status.entries)
    understood = sum(bool(one.trunk) and any(part.kind == "vote" for part in one.parts) for one in seen.values())
    seconds = time.perf_counter() - begun
    print(f"{files} texts in {seconds:.1f} s; {understood} of {len(seen)} entries read ({understood / len(seen):.1%})")
    assert files > 6000
    assert understood >= 0.95 * len(seen)
