"""What commit messages say of other revisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.backport.history import messages
from hpatch.backport.history.messages import merged, references, relation, reverted
from hpatch.backport.proposal.title import summary
from tests.support.cost import seconds

COMMIT = "a1" * 20


def numbers(message: str) -> list[int | tuple[int, int] | str]:
    return [
        one.commit if one.commit is not None else one.low if one.low == one.high else (one.low, one.high)  # type: ignore[misc]
        for one in merged(message)
    ]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("Merge r1592037 from trunk:\n\nmod_proxy: Fix.", [1592037]),
        ("Merge r1603027, r1603029, r1603122 from trunk:", [1603027, 1603029, 1603122]),
        ("Merge r1560683 and r1581011 from trunk:", [1560683, 1581011]),
        ("Merge of 1752087,1752096, 1752145 from trunk:", [1752087, 1752096, 1752145]),
        ("Merge r1426877,\n  r1426878\nfrom trunk", [1426877, 1426878]),
        ("Backport of rr1368393 from turnk.", [1368393]),
        ("iBackport of r1206472 from trunk.", [1206472]),
        ("Partial backport of i1206472.", [1206472]),
        ("Text first.\nbackport r1203708 from trunk.", [1203708]),
        ("Backports: r1421953 r1421954", [1421953, 1421954]),
        ("Merge /httpd/httpd/trunk:r1421953", [1421953]),
        ("Merged /httpd/httpd/trunk:r1421953-1421960", [(1421953, 1421960)]),
        ("Merge r1354427 from https://svn.example.org/repos/asf/httpd/httpd/trunk/:", [1354427]),
        ("svn merge -c 1892805,1892806 ^/httpd/httpd/trunk .", [1892805, 1892806]),
        ("Backport from trunk of r1206472.", [1206472]),
        ("mod_x: Y (backport r1206472).", [1206472]),
        ("r1206472 backported.", [1206472]),
        ("r1403041\n\n", [1403041]),
        ("Merge Pull 321 (trunk: r1874005, r1877261):\n\nmod_x: Like r1870000.", [1874005, 1877261]),
        ("Merge of GH PR #440 (trunk: r1874005)", [1874005]),
        ("Merge (most of) r1874005 from trunk", [1874005]),
        ("Merge pull request #440\n\nr1874005 was wrong.", []),
        (
            "Backport to v2.4:\n\n  *) mod_x: As r1870000 did.\n     trunk patch: https://svn.apache.org/r1874005\n"
            "                  https://svn.apache.org/r1877261\n     2.4.x patch: https://example.org/x.diff\n     +1:",
            [1874005, 1877261],
        ),
        (f"Fix it.\n\n(cherry picked from commit {COMMIT})", [COMMIT]),
        (f"commit {COMMIT} upstream.", [COMMIT]),
        # What is merged is named first; what the merged message itself names is not.
        ("Merge r1809881 from trunk:\n\ncore: follow up to r1809000.\nReviewed/backported by: jim", [1809881]),
        ("Reviewed/backported by: jim\n\nSee r1809000.", []),
        ("Vote on r1592037", []),
        ("Follow up to r1592037", []),
        ("merge conflicts since 2.4.10 are none of r1592037", []),
        # Of a list that hangs below the word, each line is one.
        (
            "Backport:\n   - r1859106: Axe notes\n   - r1878824, r1878825: Fix it, as r1870000 did.\nSee - r1870001",
            [1859106, 1878824],
        ),
        ("Fix a typo (r1701349 in trunk)", [1701349]),
        ("Fix it\nr1896386 + r1896393 in trunk\n\n[skip ci]", [1896386, 1896393]),
        ("Small tweaks, similar to r1827610 in trunk", []),
        # What is not merged, or not yet.
        ("Merge r1883776 from trunk:\n\n[off until r1883708+r1884208 are backported]", [1883776]),
        ("Backport r1513461, except for what has not been backported yet:\n   - ap_mpm.h: r1493741", [1513461]),
        ("PR 56188", []),
        ("deadbeef, added, 20140501", []),
    ],
)
def test_what_is_merged(message: str, wanted: list[object]) -> None:
    assert numbers(message) == wanted


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("Follow up to r1591508: spaces", "follow-up"),
        ("mod_x: follow-up to r1591508.", "follow-up"),
        ("Fix bug introduced in r1591508 which resulted in more.", "fix"),
        ("r1591508 broke the build; unbreak.", "fix"),
        ("Revert r1591508: it was wrong.", "revert"),
        ("Backed out r1591508 for now", "revert"),
        ("r1591508 isn't under CTR. So undo for now.", "revert"),
        ("See the discussion of r1591508", "mention"),
        ("No word of it, r1591509", None),
        ("A range, r1591500-r1591510, is a mention", "mention"),
    ],
)
def test_what_is_said(message: str, wanted: str | None) -> None:
    assert relation(message, 1591508, COMMIT) == wanted


def test_a_commit_is_named_by_its_digits() -> None:
    assert relation(f'Revert "x"\n\nThis reverts commit {COMMIT[:12]}.', None, COMMIT) == "revert"
    assert relation(f"This reverts commit {COMMIT}.", None, COMMIT) == "revert"
    assert [one.commit for one in reverted(f"This reverts commit {COMMIT}.")] == [COMMIT]


def test_a_part_of_a_revision() -> None:
    assert messages.is_partial("Partial backport of r1206472 from trunk")
    assert messages.is_partial("Merge header parts of r1206472:")
    assert messages.is_partial("Merge (most of) r1206472 from trunk")
    assert not messages.is_partial("Merge r1206472 from trunk: move most of the code.")
    assert not messages.is_partial("Merge r1206472 from trunk:\n\nOnly a part of it.")
    assert not messages.is_partial("Only so much. Merge of r1206472.")


def test_numbers_that_are_none() -> None:
    assert [one.low for one in references("PR 56188, 2.4.10, 20120211.35, APLOGNO(01234567890), x1592037")] == []


def test_an_endless_range_is_its_start() -> None:
    (one,) = references("r1000000-r1999999")
    assert (one.low, one.high) == (1000000, 1000000)


@given(
    st.text() | st.lists(st.sampled_from(["merge", "r1592037", ",", "-", "\n", "from", "ab12cd34", "é"])).map(" ".join)
)
def test_any_message_can_be_read(message: str) -> None:
    found = list(references(message))
    assert all(message[one.start : one.end] for one in found)
    assert {one.start for one in merged(message)} <= {one.start for one in found}
    assert {one.start for one in reverted(message)} <= {one.start for one in found}


@pytest.mark.parametrize(
    "word",
    [
        "partial ",
        "only\n",
        "merge ",
        "revert ",
        " ",
        "1234567 ",
        "a1",
        "[",
        "* a,",
        "r1",
        "merge r1234567, ",
        "r1234567. ",
        "- r1234567 backport\n",
        "when r1234567 ",
    ],
)
def test_a_long_message_takes_no_longer_than_it_is_long(word: str) -> None:
    """Seconds for what once took minutes: a search that begins anew at each word goes through all that follows."""
    text = word * (100_000 // len(word))
    for read in (merged, reverted, messages.is_partial, summary):
        with seconds(5):
            read(text)
