"""Editing STATUS."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.backport.status import file as status_file
from hpatch.backport.status.file import StatusFile, TextEdit
from hpatch.errors import InputError, UsageError
from tests.support.backport.status_text import LINES, NEW, TEXT, TEXTS, entry, read


def changes(edits: tuple[TextEdit, ...], text: str = TEXT) -> list[str]:
    """The lines that go and come, and nothing else."""
    rows = difflib.ndiff(text.splitlines(), status_file.apply(text, edits).splitlines())
    return [row.rstrip() for row in rows if row[0] in "+-"]


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
    with pytest.raises(InputError, match="no section for proposed"):
        status_file.propose(read("nothing\n"), NEW)


@pytest.mark.parametrize("below", ["PATCHES/ISSUES THAT ARE STALLED\n", "  *) mod_e: Below.\n", "Free text\n"])
def test_what_is_removed_leaves_no_line_against_another(below: str) -> None:
    text = f"PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n{NEW}{below}"
    status = read(text)
    expected = f"PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n{below}"
    assert status_file.apply(text, status_file.remove(status, entry("mod_d", status))) == expected


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


@pytest.mark.parametrize(
    "reason", ["why (uint8_t)", "why\n         (and a place)", "\n     [It is for all.]", "(one\n     two)"]
)
def test_a_vote_does_not_follow_free_text(reason: str) -> None:
    text = TEXT.replace("-1: dan: It breaks, as I said.", f"-1: dan {reason}")
    status = read(text)
    edits = status_file.vote(status, entry("mod_c", status), "eve", "-1", "it leaks")
    assert changes(edits, text) == ["+      -1: eve (it leaks)"]
    assert "eve" in [vote.name for vote in entry("mod_c", read(status_file.apply(text, edits))).votes]


def test_what_is_no_vote() -> None:
    bad = (
        ("a b", "+1", ""),
        ("ann", "yes", ""),
        ("ann", "+1:", ""),
        ("ann", "+9", ""),
        ("ann", "-1.5", ""),
        ("and", "+1", ""),
        ("ann", "+1", "a\nb"),
        ("ann", "+1", "a\x1bb"),
        ("ann", "+1", "(a"),
    )
    for name, weight, remark in bad:
        with pytest.raises(UsageError):
            status_file.vote(read(), entry("mod_a"), name, weight, remark)
    with pytest.raises(UsageError, match="eve has no vote"):
        status_file.withdraw(read(), entry("mod_a"), "eve")


def test_edits_may_touch() -> None:
    assert status_file.apply("abc", [TextEdit(1, 2, "y"), TextEdit(0, 1, "x"), TextEdit(2, 2, "z")]) == "xyzc"


def voted(*lines: str) -> StatusFile:
    """A file of one entry with these lines."""
    text = "".join(f"     {line}\n" for line in lines)
    return read(f"PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n  *) title\n{text}")


def body(status: StatusFile, edits: tuple[TextEdit, ...]) -> list[str]:
    """The lines of the entry below its title after edits."""
    return [line.removeprefix("     ") for line in status_file.apply(status.source.text, edits).splitlines()[3:]]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # beside the votes of the same weight, in the first line that another name can follow
        (["-0: ann", "+1: bob"], ["-0: ann", "+1: bob, eve"]),
        (["+1: ann", "+1: bob"], ["+1: ann, eve", "+1: bob"]),
        (["+1: ann, as it is", "+1: bob"], ["+1: ann, as it is", "+1: bob, eve"]),
        (["+1: ann (twice),"], ["+1: ann (twice), eve"]),
        (["+1:"], ["+1: eve"]),
        (["-1:", "+1:"], ["-1:", "+1: eve"]),
        (["+1", "-0: ann"], ["+1", "-0: ann", "+1: eve"]),
        (["+1: ???", "-0: ann"], ["+1: ???", "-0: ann", "+1: eve"]),
        (["+1: (all of us)", "+1: bob"], ["+1: (all of us)", "+1: bob, eve"]),
        # else in a line below the votes, indented as they are
        (["trunk patch: r1900001", "-0: ann", "-1: bob", "ann says: why?"], None),
        (["  -0: ann", "-1: bob"], ["  -0: ann", "-1: bob", "+1: eve"]),
        (["-1: ann", "  -0: bob"], ["-1: ann", "  -0: bob", "  +1: eve"]),
        (["-0: ann", "2.4.x patch: r1900001"], ["-0: ann", "+1: eve", "2.4.x patch: r1900001"]),
        (["-0: ann", "  2.4.x patch: r1900001"], ["-0: ann", "+1: eve", "  2.4.x patch: r1900001"]),
        # without votes, below the fields and above what is said
        (["trunk patch: r1900001", "ann says: why?"], ["trunk patch: r1900001", "+1: eve", "ann says: why?"]),
        (["  trunk patch: r1900001"], ["  trunk patch: r1900001", "  +1: eve"]),
        (
            ["trunk patch: r1900001", "  2.4.x patch: r1900002", "bob: yes"],
            ["trunk patch: r1900001", "  2.4.x patch: r1900002", "  +1: eve", "bob: yes"],
        ),
        (["bob: what is it?"], ["+1: eve", "bob: what is it?"]),
        # a name's own votes go
        (["+1: eve", "-0: eve"], ["+1: eve"]),
        (["+1: ann, eve", "-0: eve"], ["+1: ann", "+1: eve"]),
        (["-0: eve", "+0: eve, bob, eve"], ["+0: bob", "+1: eve"]),
    ],
)
def test_where_a_vote_goes(before: list[str], after: list[str] | None) -> None:
    status = voted(*before)
    (one,) = status.entries
    expected = [*before[:-1], "+1: eve", before[-1]] if after is None else after
    assert body(status, status_file.vote(status, one, "eve", "+1")) == expected


def test_a_vote_that_is_there_already_changes_nothing() -> None:
    status = voted("+1: ann (twice)")
    assert status_file.vote(status, status.entries[0], "ann", "+1", "twice") == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["+1: ann", "+0: bob", "-0: ann"], ["+0: bob"]),
        (["+1: ann", "+0: ann", "-0: ann, bob"], ["-0: bob"]),
        (["+1: bob, ann, cid"], ["+1: bob, cid"]),
        (["+1: ann, ann, bob"], ["+1: bob"]),
        (["+1: ann, bob, ann, ann"], ["+1: bob"]),
        (["+1 (all): ann (a), bob (b)"], ["+1 (all): bob (b)"]),
    ],
)
def test_all_votes_of_a_name_are_taken_back(before: list[str], after: list[str]) -> None:
    status = voted(*before)
    edits = status_file.withdraw(status, status.entries[0], "ann")
    assert body(status, edits) == after
    assert all(status.source.text[edit.start : edit.end] != edit.text for edit in edits)


def test_lines_end_as_in_the_file() -> None:
    text = TEXT.replace("\n", "\r\n")
    status = read(text)
    for edits in (
        status_file.propose(status, NEW),
        status_file.vote(status, entry("mod_c", status), "eve", "-0"),
        status_file.move(status, entry("mod_b", status), "accepted"),
    ):
        after = status_file.apply(text, edits)
        assert after.count("\n") == after.count("\r\n") >= text.count("\r\n")
        assert "\r\r" not in after


def test_an_entry_that_moves_keeps_the_ends_of_its_lines() -> None:
    first, _, rest = TEXT.partition("mod_b")
    text = f"{first}mod_b{rest.replace(chr(10), chr(13) + chr(10), 1)}"
    status = read(text)
    after = status_file.apply(text, status_file.move(status, entry("mod_b", status), "accepted"))
    assert sorted(filter(None, after.split("\n"))) == sorted(filter(None, text.split("\n")))
    assert status_file.apply(text, status_file.propose(status, NEW)).count("\r") == 1


def test_a_file_whose_last_line_does_not_end() -> None:
    text = "PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n  *) first\n     +1: ann"
    status = read(text)
    assert status_file.apply(text, status_file.propose(status, NEW)) == f"{text}\n\n{NEW.rstrip()}"
    edits = status_file.vote(status, entry("first", status), "bob", "-0")
    assert status_file.apply(text, edits) == f"{text}\n     -0: bob"


def test_what_is_accepted_goes_below_a_note_on_the_last_entry() -> None:
    accepted = (
        "PATCHES ACCEPTED TO BACKPORT FROM TRUNK:\n\n  *) first\n     +1: ann\n\n  [ first waits for r1900009 ]\n"
    )
    text = f"{accepted}\nPATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n{NEW}"
    status = read(text)
    after = status_file.apply(text, status_file.move(status, entry("mod_d", status), "accepted"))
    assert after == f"{accepted}\n{NEW}\nPATCHES PROPOSED TO BACKPORT FROM TRUNK:\n"
    assert "r1900009" in after[slice(*entry("first", read(after)).span)]


@pytest.mark.parametrize("note", ["  [ New ones go to the end. ]\n", "  [ A note\n    of two lines ]\n"])
def test_a_section_without_entries_keeps_its_note_on_top(note: str) -> None:
    head, below = "PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n", "\n\nPATCHES/ISSUES THAT ARE STALLED\n"
    edits = status_file.propose(read(f"{head}{note}{below}"), NEW)
    assert status_file.apply(f"{head}{note}{below}", edits) == f"{head}{note}\n{NEW}{below}"
    edits = status_file.propose(read(f"{head}{below}"), NEW)
    assert status_file.apply(f"{head}{below}", edits) == f"{head}\n{NEW}{below}"


def test_what_stands_right_above_an_entry_stays() -> None:
    text = f"PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n{NEW}\n  *) other\n"
    status = read(text)
    assert [one.title for one in status.entries] == ["mod_d: New.", "other"]
    after = status_file.apply(text, status_file.remove(status, entry("mod_d", status)))
    assert after == "PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n  *) other\n"


def test_edits_must_not_overlap() -> None:
    with pytest.raises(UsageError):
        status_file.apply("abc", [TextEdit(0, 2, ""), TextEdit(1, 3, "")])


@given(TEXTS, st.sampled_from(["+1", "-1", "-0.5"]), st.sampled_from(["ann", "bob", "eve"]), st.sampled_from(["", "x"]))
def test_any_vote_is_read_again(text: str, weight: str, name: str, remark: str) -> None:
    status = read(text)
    for at, one in enumerate(status.entries):
        after = read(status_file.apply(text, status_file.vote(status, one, name, weight, remark)))
        assert len(after.entries) == len(status.entries)
        found = after.entries[at]
        assert [(vote.weight, vote.remark) for vote in found.votes if vote.name == name] == [(weight, remark)]
        others = [vote[:4] for vote in one.votes if vote.name != name]
        assert sorted(vote[:4] for vote in found.votes if vote.name != name) == sorted(others)
        assert (found.title, found.trunk) == (one.title, one.trunk)


@given(LINES.map("\n".join), st.sampled_from(["", "\n"]))
def test_a_proposal_added_and_removed_leaves_no_trace(lines: str, end: str) -> None:
    text = f"PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n  *) first\n{lines.replace(chr(13), '')}{end}"
    status = read(text)
    after = read(status_file.apply(text, status_file.propose(status, NEW)))
    added = status.section("proposed").entries
    mine = after.section("proposed").entries[len(added)]
    assert mine.title == "mod_d: New."
    at = status.section("proposed").content
    parted = not text[at:].partition("\n")[0].strip()
    expected = text if parted else f"{text[:at]}\n{text[at:]}"
    assert status_file.apply(after.text, status_file.remove(after, mine)) == expected


@pytest.mark.parametrize(
    "note",
    [
        "",
        "     [ ann: not before 2.4.3 ]\n",
        "\n     [ ann: not before 2.4.3 ]\n",
        "  [ A note\n    of two lines ]\n",
        "     ann: not before 2.4.3\n\n     [ bob agrees ]\n",
    ],
)
def test_an_accepted_entry_goes_below_the_notes_of_the_one_above(note: str) -> None:
    above = "PATCHES ACCEPTED TO BACKPORT FROM TRUNK:\n  [ start below ]\n\n  *) first\n     +1: ann, bob, cid\n"
    below = "\nPATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n"
    rest = "\n  *) other\n     +1: ann\n"
    status = read(f"{above}{note}{below}{NEW}{rest}")
    edits = status_file.move(status, entry("mod_d", status), "accepted")
    assert status_file.apply(status.source.text, edits) == f"{above}{note}\n{NEW}{below}{rest.removeprefix(chr(10))}"


def test_an_accepted_entry_goes_above_text_at_the_left_margin() -> None:
    """That belongs to no entry."""
    above = "PATCHES ACCEPTED TO BACKPORT FROM TRUNK:\n\n  *) first\n     +1: ann, bob, cid\n"
    below = "\n[ Merge these first. ]\n\nPATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n"
    status = read(f"{above}{below}{NEW}")
    after = status_file.apply(status.source.text, status_file.move(status, entry("mod_d", status), "accepted"))
    assert after == f"{above}\n{NEW}{below[:-1]}"
