"""What a commit merges by what it does to STATUS, and what its message pastes from there."""

from __future__ import annotations

import pytest
from hypothesis import given

from hpatch.backport.history.proposals import dropped, merged, pasted
from tests.support.backport.status_text import NEW, TEXT, TEXTS

READY = TEXT[TEXT.index("  *) mod_a: Ready") : TEXT.index("PATCHES PROPOSED")]


def gone(before: str, after: str) -> list[tuple[int, ...]]:
    return list(dropped(before.encode("utf-8", "surrogateescape"), after.encode("utf-8", "surrogateescape")))


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (f"Backport to v2.4:\n\n{NEW}", {1920001}),
        ("Backport.\n\n*) mod_d: New.\ntrunk patch: https://svn.apache.org/r1920001\n+1: eve", {1920001}),
        (
            "mod_d: New.\n\ntrunk patch: http://svn.apache.org/viewvc?view=revision&revision=1920001\n"
            "             https://svn.apache.org/r1920002\n2.4.x patch: https://example.org/d-1920009.patch",
            {1920001, 1920002},
        ),
        ("x\n\n  Trunk version of patch:\n     https://svn.apache.org/r1920001\n\n  See r1920002.", {1920001}),
        # What other fields and prose name is not in trunk's field.
        (f"Backport to v2.4:\n\n  *) mod_d: As r1900005 did. (r1900006)\n{NEW.split(chr(10), 1)[1]}", {1920001}),
        ("mod_d: New on trunk, like r1920001.", set()),
        ("Follow up to r1920001: trunk works without it.", set()),
    ],
)
def test_what_a_message_pastes(message: str, wanted: set[int]) -> None:
    assert pasted(message) == wanted


def test_an_entry_that_is_gone() -> None:
    assert gone(TEXT, TEXT.replace(READY, "")) == [(1900001, 1900002)]
    assert gone(TEXT, TEXT) == []


def test_an_entry_that_only_changes_or_moves() -> None:
    assert gone(TEXT, TEXT.replace("cid\n", "cid, dan\n")) == []
    assert gone(TEXT, TEXT.replace(READY, "").replace("  *) mod_c", f"{READY}  *) mod_c")) == []
    assert gone(TEXT, TEXT.replace(READY, "").replace("It breaks", "It breaks as r1900002 does")) == []


def test_an_entry_that_another_replaces() -> None:
    assert gone(TEXT, TEXT.replace(READY, NEW)) == []


def test_a_file_that_lists_no_proposals() -> None:
    assert gone(READY, "") == []


def test_a_message_decides_which_entries_are_merged() -> None:
    entries = [(1900001, 1900002), (1910001,)]
    assert list(merged(entries, ())) == [1900001, 1900002, 1910001]
    assert list(merged(entries, (1900002,))) == [1900001, 1900002]
    assert list(merged(entries, (1999999,))) == []


@given(TEXTS, TEXTS)
def test_any_texts(before: str, after: str) -> None:
    pasted(before)
    assert all(str(number) not in after for entry in gone(TEXT + before, after) for number in entry)
