"""Reading STATUS."""

from __future__ import annotations

import os
import subprocess
import time

import pytest
from hypothesis import given

from hpatch.backport.status import file as status_file
from hpatch.backport.status.file import Entry, Needs
from tests.support.backport.status_text import TEXT, TEXTS, entry, read

GIT = os.environ.get("HPATCH_HTTPD_GIT", "")


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
    ("votes", "needs"),
    [
        (["+1: ann, bob, cid"], Needs(0, ())),
        (["+1: ann, bob, cid, dan"], Needs(0, ())),
        (["+1: ann, bob"], Needs(1, ())),
        (["+1: ann, bob", "+1: ann"], Needs(1, ())),
        (["+1: ann", "+0.9: bob", "+0: cid", "-0.9: dan"], Needs(2, ())),
        (["+1: ann, bob, cid", "-1: dan"], Needs(0, ("dan",))),
        (["+1: ann, bob, cid", "-1: cid"], Needs(1, ("cid",))),
        ([], Needs(3, ())),
    ],
)
def test_what_an_entry_needs(votes: list[str], needs: Needs) -> None:
    found = status_file.read_entry("  *) title\n" + "".join(f"     {line}\n" for line in votes)).needs
    assert found == needs
    assert found.nothing == (needs == Needs(0, ()))


def test_a_proposal_cannot_exempt_itself() -> None:
    text = TEXT.replace("  *) mod_c: The newest form.\n", "   * Current exceptions for RTC:\n    . mod_c\n")
    assert read(text).exempt == ("mod_example", "pages and", "non-Unix build")


def test_what_is_said_of_a_patch_is_no_patch() -> None:
    one = status_file.read_entry(
        "  *) title\n     trunk patch: r1500001\n     2.4.x patch: https://example.org/a.patch\n     +1: ann\n"
        "     ann says: It works, or svn merge -c 1500002 .\n     bob: https://github.com/apache/httpd/pull/9\n"
    )
    assert one.branch.text == "https://example.org/a.patch"
    assert (one.branch.merges, one.branch.pulls, one.branch.works) == ((), (), False)
    assert one.branch.patches == ("https://example.org/a.patch",)
    assert one.trunk == (1500001,)


@pytest.mark.parametrize("fields", ["", "     trunk patch: r1900001\n     +1: ann\n"])
def test_a_title_ends_at_a_blank_line(fields: str) -> None:
    one = status_file.read_entry(f"  *) mod_a: One\n     and the same.\n\n     What it is about.\n{fields}")
    assert one.title == "mod_a: One and the same."


def test_an_entry_without_fields() -> None:
    one = entry("Something")
    assert (one.title, one.trunk, one.votes) == ("Something to think about.", (), ())
    assert [(comment.name, comment.text) for comment in one.comments] == [("eve", "Is it?")]


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("trunk patch works", True),
        ("trunk works", True),
        ("The patch applies.", True),
        ("trunk does not work, patch doesn't apply", False),
        ("https://example.org/works.patch", False),
        ("needs a look", False),
        ("see the list\n       trunk works", True),
    ],
)
def test_whether_the_change_of_trunk_works(text: str, works: bool) -> None:
    assert status_file.read_entry(f"  *) title\n     2.4.x patch: {text}\n").branch.works is works


def test_a_patch_whose_name_does_not_say_so() -> None:
    field = "2.4.x patch: https://example.org/change/7 and https://svn.apache.org/r1500001"
    assert status_file.read_entry(f"  *) title\n     {field}\n").branch.patches == ("https://example.org/change/7",)


@pytest.mark.parametrize(
    ("field", "trunk"),
    [
        ("trunk patches: http://svn.apache.org/r1500001 and r1500002", (1500001, 1500002)),
        ("Trunk version of patch:\n       svn merge -c 1500001 -c r1500002 ^/httpd/httpd/trunk .", (1500001, 1500002)),
        ("trunk: 1500001, 1500002", (1500001, 1500002)),
        ("trunk patch http://svn.apache.org/r1500001\n          http://svn.apache.org/r1500002", (1500001, 1500002)),
        ("httpd patch: http://svn.apache.org/r1500001", (1500001,)),
        ("trunk patch? http://svn.apache.org/r1500001", (1500001,)),
        ("trunk patch: https://example.org/1500001.patch", ()),
        ("2.4.x patch: svn merge -c 1500001 ^/httpd/httpd/trunk .", (1500001,)),
        ("2.4.x patch: https://svn.apache.org/r1500009", ()),
    ],
)
def test_trunk_revisions(field: str, trunk: tuple[int, ...]) -> None:
    assert status_file.read_entry(f"  *) title\n     {field}\n     +1: ann\n").trunk == trunk


def test_a_patch_that_is_named_like_a_revision() -> None:
    field = "2.4.x patch: http://example.org/r1500001.txt http://svn.apache.org/r1500002"
    assert status_file.read_entry(f"  *) title\n     {field}\n").branch.patches == ("http://example.org/r1500001.txt",)


@pytest.mark.parametrize(
    ("line", "votes"),
    [
        ("+1: ann, bob,\n         cid", [("ann", ""), ("bob", ""), ("cid", "")]),
        ("+1: ann with the fix, really", [("ann", "with the fix, really")]),
        ("+1 (by inspection): ann", [("ann", "")]),
        ("+0.5: ann: as I read this", [("ann", "as I read this")]),
        ("-0:", []),
        ("-1: ann, seems to do nothing", [("ann", "seems to do nothing")]),
        ("-0.5: ann, bob (again)", [("ann", ""), ("bob", "again")]),
        ("-1: ann\n        bob, or so", [("ann", "bob, or so")]),
        ("+1: ann\n        bob, cid", [("ann", ""), ("bob", ""), ("cid", "")]),
        ("+1: ann and bob", [("ann", ""), ("bob", "")]),
        ("+1: ann, bob likes it, too", [("ann", ""), ("bob", "likes it, too")]),
        ("+0: ann, bob does not care", [("ann", ""), ("bob", "does not care")]),
        ("+1: ann with the fix (r1900003)", [("ann", "with the fix (r1900003)")]),
        ("+1: ann (twice) really", [("ann", "(twice) really")]),
        ("+1: ann (twice) [really], bob", [("ann", "twice"), ("bob", "")]),
        ("+1: ann (twice)\n        really, or so", [("ann", "(twice) really, or so")]),
        ("-1: ann (twice), it breaks", [("ann", "(twice), it breaks")]),
        ("+1: ann: (twice) really", [("ann", "(twice) really")]),
        ("+1 from me on the backport.", []),
        ("+1 for r1900003", []),
        ("+1 with r1900003: ann, bob", [("ann", ""), ("bob", "")]),
        ("+1 with this to keep it small:", []),
        ("+1: from", [("from", "")]),
        ("+1 asa", [("asa", "")]),
    ],
)
def test_votes(line: str, votes: list[tuple[str, str]]) -> None:
    found = status_file.read_entry(f"  *) title\n     {line}\n").votes
    assert [(vote.name, vote.remark) for vote in found] == votes


@given(TEXTS)
def test_any_text_is_the_same_again(text: str) -> None:
    found = read(text)
    assert found.text == text
    for one in found.entries:
        assert "".join(text[part.span.start : part.span.end] for part in one.parts) == text[slice(*one.span)]


@pytest.mark.git
@pytest.mark.proof
@pytest.mark.httpd_git
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


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ("  *) mod_a: One\n     and two.\n", "mod_a: One and two."),
        ("  *) mod_a: One\n\n     and a remark.\n", "mod_a: One"),
        ("  *) mod_a: One\n     \t\n     and a remark.\n", "mod_a: One"),
        ("  *) mod_a: One\n     and two.\n\n     mod_b: and a remark.\n", "mod_a: One and two."),
        ("  *) mod_a: One\n     mod_b: and two.\n", "mod_a: One mod_b: and two."),
    ],
)
@pytest.mark.parametrize("field", ["     trunk patch: https://svn.apache.org/r1900001\n", "     +1: ann\n"])
def test_a_title_ends_at_a_blank_line_or_a_field(lines: str, title: str, field: str) -> None:
    status = read(f"PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n{lines}{field}")
    assert [one.title for one in status.entries] == [title]


@pytest.mark.parametrize(
    ("lines", "title"), [("     and two.\n", "mod_a: One and two."), ("\n     and a remark.\n", "mod_a: One")]
)
def test_a_title_without_a_field_ends_at_a_blank_line(lines: str, title: str) -> None:
    status = read(f"PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n  *) mod_a: One\n{lines}")
    assert [one.title for one in status.entries] == [title]


DEEP = """\
PATCHES PROPOSED TO BACKPORT FROM TRUNK:

  * mod_a: Of two columns.
    trunk patch: r1500001
    +1: ann

    * mod_b: Of four columns,
      and two lines.
      trunk patches: r1500002
                     r1500003
      2.4.x patch: trunk works
      +1: bob

    * mod_c: The same.
      trunk patch: r1500004
      +1: cid
"""


def test_an_entry_of_four_columns() -> None:
    status = read(DEEP)
    assert [(one.line, one.title, one.trunk) for one in status.entries] == [
        (3, "mod_a: Of two columns.", (1500001,)),
        (7, "mod_b: Of four columns, and two lines.", (1500002, 1500003)),
        (14, "mod_c: The same.", (1500004,)),
    ]
    assert [vote.name for one in status.entries for vote in one.votes] == ["ann", "bob", "cid"]
    removed = status_file.apply(DEEP, status_file.remove(status, status.entries[0]))
    assert removed == DEEP[: DEEP.index("\n  * mod_a")] + DEEP[DEEP.index("\n    * mod_b") :]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (["    * two", "      trunk patch: r1500002"], 2),
        (["", "    * two", "    trunk patch: r1500002"], 2),
        ([" ", "     * two", "     trunk patch: r1500002"], 2),
        (["", "     * two", "     more", "     trunk patch http://svn.apache.org/r1500002"], 2),
        (["    * a detail", "     trunk patch: r1500002"], 1),  # the field can be the outer entry's
        (["     * a detail", "     * another", "     trunk patch: r1500002"], 1),
        (["", "    * a detail", "", "      trunk patch: r1500002"], 1),
        (["", "    * a detail", "    * another"], 1),
        (["", "    ** two", "      trunk patch: r1500002"], 1),
        (["", "    * a detail", "      trunk patch works: r1500002"], 1),
    ],
)
def test_which_deep_bullet_starts_an_entry(lines: list[str], count: int, newline: str) -> None:
    text = newline.join(["PATCHES PROPOSED", "", "  * one", *lines, "    +1: ann", ""])
    assert len(read(text).entries) == count


def test_a_proposal_below_a_heading_that_is_not_one_for_patches() -> None:
    text = TEXT.replace("PATCHES PROPOSED", "PATCHES PROPOSD").replace("     +1:\n", "")
    found = read(text)
    assert [(one.kind, len(one.unread)) for one in found.sections] == [
        *(("notes", 0), ("showstopper", 0), ("accepted", 0), ("notes", 2), ("stalled", 0))
    ]
    assert len(found.entries) == 2


@pytest.mark.git
@pytest.mark.httpd_git
def test_the_real_file_with_proposals_of_four_columns() -> None:
    """Removing the one above them, of line 110, takes nothing else away."""
    command = ["git", "-C", GIT, "show", "69049335d883f3fde45791c980dcd3259a117e22:STATUS"]
    text = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    status = read(text)
    (one,) = (each for each in status.entries if each.line == 110)
    left = read(status_file.apply(text, status_file.remove(status, one)))
    assert (len(status.entries), len(left.entries)) == (18, 17)
    assert [each.title for each in left.entries] == [each.title for each in status.entries if each is not one]
    assert [len(each.trunk) for each in status.entries[:5]] == [4, 13, 14, 2, 4]
