"""Entries of CHANGES."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revisions
from hpatch.backport.proposal import changelog
from hpatch.backport.proposal.changelog import Note
from tests.support.backport import two_lines
from tests.support.backport.two_lines import A, Commit, lines

OLD = b"Changes with Apache 2.5.0\n\n  *) trunk: Old.  [Ann]\n"


def test_items() -> None:
    text = "Changes with Apache 2.5\n\n  *) one\n     more\n\n *) two\nChanges with Apache 2.4\n\n*) three"
    assert list(changelog.items(text)) == ["  *) one\n     more\n", " *) two\n", "*) three\n"]
    assert list(changelog.items("")) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Changes with Apache 2.4.9\n\n  *) b\n", b"Changes with Apache 2.4.9\n\n  *) a\n\n  *) b\n"),
        (
            b"-*- utf-8 -*-\nChanges with Apache 2\n  *) b\n",
            b"-*- utf-8 -*-\nChanges with Apache 2\n\n  *) a\n\n  *) b\n",
        ),
        (b"", b"\n  *) a\n\n"),
    ],
)
def test_an_entry_goes_under_the_newest_release(before: bytes, after: bytes) -> None:
    assert changelog.inserted(before, b"  *) a\n") == after


def note(folder: Path, *commits: Commit, paths: tuple[str, ...] = ("CHANGES",), readme: bytes = b"") -> Note:
    start = Commit("trunk", 1800001, "Start.", {A: lines("a"), "CHANGES": OLD})
    branch = Commit("2.4.x", 1800002, "Branch.", {"STATUS": b"x\n"})
    history = Revisions(str(two_lines.build(folder / "repository", (start, branch, *commits))))
    objects = Objects(history.git)
    chosen = history.find([f"r{one.number}" for one in commits])
    brought = changelog.brought(objects, objects.changes(chosen))
    return changelog.note(brought, (one.author for one in chosen), paths, readme, "mod_a: Title. PR 60001.")


@pytest.mark.git
def test_a_later_revision_rewrites_an_earlier_ones(tmp_path: Path) -> None:
    one = Commit("trunk", 1900001, "one", {"CHANGES": OLD.replace(b"\n\n", b"\n\n  *) mod_a: Fix.\n     [Ann]\n\n")})
    two = Commit(
        "trunk", 1900002, "two", {"CHANGES": OLD.replace(b"\n\n", b"\n\n  *) mod_a: Fix it well.\n     [Ann]\n\n")}
    )
    assert note(tmp_path, one, two) == Note("  *) mod_a: Fix it well.\n     [Ann]\n", "CHANGES", "trunk")


@pytest.mark.git
def test_a_file_of_its_own(tmp_path: Path) -> None:
    text = b" *) mod_a: " + b"A long line that goes on and on; " * 4 + b"end. PR 60001. [Ann]\n"
    one = Commit("trunk", 1900001, "one", {"changes-entries/fix-a.txt": text})
    found = note(tmp_path, one, readme=b"files in changes-entries\n")
    assert (found.path, found.origin) == ("changes-entries/fix-a.txt", "trunk")
    assert all(len(line) <= 78 for line in found.text.splitlines())
    assert " ".join(found.text.split()) == " ".join(text.decode().split())


@pytest.mark.git
def test_none_on_trunk(tmp_path: Path) -> None:
    one = Commit("trunk", 1900001, "one", {A: lines("a", {1: "x;"})})
    expected = "  *) mod_a: Title. PR 60001.  [Ann Example]\n"
    assert note(tmp_path, one) == Note(expected, "CHANGES", "title")
    other = tmp_path / "other"
    other.mkdir()
    assert note(other, one, paths=("changes-entries/x.txt",)).path == "changes-entries/pr60001.txt"


def test_a_file_of_its_own_is_an_entry_whatever_its_mark(tmp_path: Path) -> None:
    for name, text in (("a", b"  * core/mpm: Fix.\n    [Ann]"), ("b", b"core/mpm: Fix.\n    [Ann]\n")):
        one = Commit("trunk", 1950001, "Fix.", {A: lines("a", {3: "fixed;"}), "changes-entries/core.txt": text})
        made = note(tmp_path / name, one, readme=b"changes-entries")
        assert made == Note("  *) core/mpm: Fix.\n    [Ann]\n", "changes-entries/core.txt", "trunk")
