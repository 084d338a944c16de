"""Files whose every change collides."""

from __future__ import annotations

import pytest

from hpatch.patch.diff.model import FilePatch, Placed, Result
from hpatch.patch.diff.write import compare
from hpatch.patch.place import resolvers
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.resolvers import NextRelease

RELEASED = PlaceOptions(release=NextRelease(b"2.4.10-dev", development=False))
DEVELOPED = PlaceOptions(release=NextRelease(b"2.4.10-dev", development=True))


def patch(path: str, before: str, after: str) -> FilePatch:
    return compare(path, before.encode(), after.encode())._replace(old_id=None, new_id=None)


def run(path: str, tree: str, before: str, after: str, options: PlaceOptions = RELEASED) -> Placed:
    """Place what made `after` of `before` on trunk."""
    return place(tree.encode(), patch(path, before, after), options, before.encode())


def results(placed: Placed) -> list[Result]:
    return [outcome.result for outcome in placed.outcomes]


# include/ap_mmn.h

MMN = """\
/**
{entries}
 */

#define MODULE_MAGIC_COOKIE 0x41503200UL

#ifndef MODULE_MAGIC_NUMBER_MAJOR
#define MODULE_MAGIC_NUMBER_MAJOR {major}
#endif
#define MODULE_MAGIC_NUMBER_MINOR {minor}                  /* 0...n */

/* a */
/* b */
/* c */
"""
PATH = "include/ap_mmn.h"


def header(major: int, minor: int, *entries: str) -> str:
    return MMN.format(entries="\n".join(f" * {entry}" for entry in entries), major=major, minor=minor)


OLD_TRUNK = ["20140101.0 (2.5.0-dev)  Split things", "20140101.1 (2.5.0-dev)  Add one()"]
NEW_TRUNK = [*OLD_TRUNK, "20140101.2 (2.5.0-dev)  Add two() and", "                        three()"]
TREE = ["20120211.8 (2.4.2-dev)  Add zero()", "                        and more", "20120211.9 (2.4.7-dev)  Add nine()"]
TRUNK = (header(20140101, 1, *OLD_TRUNK), header(20140101, 2, *NEW_TRUNK))


def test_the_minor_number_goes_up_on_the_trees_own_count() -> None:
    placed = run(PATH, header(20120211, 9, *TREE), *TRUNK)
    assert placed.ok and set(results(placed)) == {"resolved"}
    added = ["20120211.10 (2.4.10-dev) Add two() and", "                        three()"]
    assert placed.after == header(20120211, 10, *TREE, *added).encode()


def test_a_short_label_is_padded_to_the_lists_column() -> None:
    entries = ["20120211.1 (2.4.1-dev)  Add zero()", "                        and more"]
    release = PlaceOptions(release=NextRelease(b"2.4.2-dev", development=False))
    placed = run(PATH, header(20120211, 1, *entries), *TRUNK, release)
    assert b" * 20120211.2 (2.4.2-dev)  Add two() and\n" in (placed.after or b"")


def test_without_a_release_the_newest_entrys_label() -> None:
    placed = run(PATH, header(20120211, 9, *TREE), *TRUNK, PlaceOptions())
    assert b" * 20120211.10 (2.4.7-dev) Add two() and\n" in (placed.after or b"")


def test_a_tree_under_development_has_its_number_from_who_commits() -> None:
    tree = header(20120211, 9, *TREE)
    refused = run(PATH, tree, *TRUNK, DEVELOPED)
    assert set(results(refused)) == {"conflict"}
    assert "20120211.10 is for a committer to claim" in refused.outcomes[0].reason
    assert run(PATH, tree, *TRUNK, DEVELOPED._replace(claim=True)).after == run(PATH, tree, *TRUNK).after


def test_an_entry_that_is_there_is_not_entered_again() -> None:
    once = run(PATH, header(20120211, 9, *TREE), *TRUNK).after
    assert once is not None
    twice = run(PATH, once.decode(), *TRUNK)
    assert twice.ok and twice.after == once


def test_a_new_major_number_is_for_people() -> None:
    after = header(20140201, 0, *OLD_TRUNK, "20140201.0 (2.5.0-dev)  Change one()")
    assert "conflict" in results(run(PATH, header(20120211, 9, *TREE), TRUNK[0], after))


def test_a_branchs_own_diff_stays_as_it_is() -> None:
    before = header(20120211, 9, *TREE)
    after = header(20120211, 10, *TREE, "20120211.10 (2.4.8-dev) Odd label")
    placed = run(PATH, before.replace("/* c */", "/* d */"), before, after)
    assert placed.after == after.replace("/* c */", "/* d */").encode()


# modules/http2/h2_version.h

VERSION = """\
/* x */
#define MOD_HTTP2_VERSION "{text}"

/* y */
#define MOD_HTTP2_VERSION_NUM {number}
/* z */
"""


@pytest.mark.parametrize(
    ("tree", "before", "after", "result"),
    [
        pytest.param("1.4.5 10405", "1.4.5-DEV 10405", "1.4.6-DEV 10406", "1.4.6 10406", id="without trunk's suffix"),
        pytest.param("1.4.5-git 10405", "1.4.5-DEV 10405", "1.4.6-DEV 10406", "1.4.6-git 10406", id="its own suffix"),
        pytest.param("1.4.5 10405", "1.4.5-DEV 10404", "1.4.6-DEV 10404", "1.4.6 10406", id="the number follows"),
        pytest.param("1.10.2 10a02", "1.10.4-DEV 10a04", "1.11.0-DEV 10b00", "1.11.0 10b00", id="on the way"),
        pytest.param("1.4.5 10405", "1.5.0-DEV 10500", "1.5.1-DEV 10501", None, id="another series"),
        pytest.param("1.4.7 10407", "1.4.5-DEV 10405", "1.4.6-DEV 10406", None, id="ahead of trunk"),
        pytest.param("1.4.x 10407", "1.4.5-DEV 10405", "1.4.6-DEV 10406", None, id="no number"),
    ],
)
def test_http2s_version(tree: str, before: str, after: str, result: str | None) -> None:
    def text(version: str) -> str:
        name, number = version.split()
        return VERSION.format(text=name, number="0x" + number.zfill(6))

    placed = run("modules/http2/h2_version.h", text(tree), text(before), text(after))
    assert placed.after == (None if result is None else text(result).encode())


# CHANGES

CHANGES = """\
                                                         -*- coding: utf-8 -*-

Changes with Apache 2.4.9

  *) core: One.
     [A B]

Changes with Apache 2.4.8

  *) core: Two.  [C D]

"""
OTHER = """\
                                                         -*- coding: utf-8 -*-
Changes with Apache 2.5.0

  *) trunk: Three.  [E F]

  *) trunk: Four.  [G H]

"""
NEW = "  *) mod_proxy: Five,\n     and more.  [I J]\n\n"


def test_an_entry_goes_under_the_newest_release() -> None:
    after = OTHER.replace("  *) trunk: Four", NEW + "  *) trunk: Four")
    placed = run("CHANGES", CHANGES, OTHER, after)
    assert results(placed) == ["resolved"]
    assert placed.after == CHANGES.replace("  *) core: One", NEW + "  *) core: One").encode()


def test_a_list_of_entries_that_is_empty_yet() -> None:
    tree = "Changes with Apache 2.4.10\n\nChanges with Apache 2.4.9\n"
    placed = run("CHANGES", tree, OTHER, OTHER.replace("  *) trunk: Four", NEW + "  *) trunk: Four"))
    assert placed.after == tree.replace("2.4.10\n\n", "2.4.10\n\n" + NEW).encode()


def test_an_entry_that_is_in_the_list_is_not_entered_again() -> None:
    tree = CHANGES.replace("  *) core: Two", NEW.replace(",\n    ", ",") + "  *) core: Two")
    placed = run("CHANGES", tree, OTHER, OTHER.replace("  *) trunk: Four", NEW + "  *) trunk: Four"))
    assert results(placed) == ["applied"] and placed.after == tree.encode()


def test_a_change_of_an_entry_that_the_tree_has_not_is_left_out() -> None:
    placed = run("CHANGES", CHANGES, OTHER, OTHER.replace("Three", "Three and more"))
    assert placed.ok and placed.after == CHANGES.encode()
    assert "it is no code" in placed.outcomes[0].reason


def test_part_of_an_entry_is_not_entered_as_one() -> None:
    """The hunk adds an entry in the midst of one: its lines alone say something else."""
    before = OTHER.replace("  *) trunk: Four.  [G H]", "  *) trunk: Four\n     and a half.  [G H]")
    placed = run("CHANGES", CHANGES, before, before.replace("     and", "     and this\n  *) new\n     and"))
    assert placed.ok and placed.after == CHANGES.encode()


@pytest.mark.parametrize("path", ["STATUS", "docs/log-message-tags/next-number"])
def test_a_branchs_own_books_never_block(path: str) -> None:
    placed = run(path, "other\n", "one\n", "two\n")
    assert placed.ok and placed.after == b"other\n"
    assert run(path, "one\n", "one\n", "two\n").after == b"two\n"


def test_only_those_files() -> None:
    assert resolvers.find("modules/CHANGES") is None
    assert not run("modules/STATUS", "other\n", "one\n", "two\n").ok


# The release

RELEASE = """\
#define AP_SERVER_MAJORVERSION_NUMBER 2
#define AP_SERVER_MINORVERSION_NUMBER 4
#define AP_SERVER_PATCHLEVEL_NUMBER   {patch}
#define AP_SERVER_DEVBUILD_BOOLEAN    {development}
"""


def test_the_next_release_by_the_header() -> None:
    assert resolvers.release(RELEASE.format(patch=9, development=0).encode()) == (b"2.4.10-dev", False)
    assert resolvers.release(RELEASE.format(patch=10, development=1).encode()) == (b"2.4.10-dev", True)
    assert resolvers.release(b"#define AP_SERVER_MAJORVERSION_NUMBER 2\n") is None
