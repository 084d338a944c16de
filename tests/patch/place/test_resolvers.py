"""Files whose every change collides."""

from __future__ import annotations

import pytest

from hpatch.patch.diff.model import FilePatch, Placed, Result
from hpatch.patch.diff.write import compare
from hpatch.patch.place import resolvers
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.resolvers.model import NextRelease
from hpatch.patch.place.resolvers.release import release

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
    reason = "the tree is under development, where 20120211.10 is for a committer to claim"
    assert {outcome.reason for outcome in refused.outcomes} == {reason}
    assert run(PATH, tree, *TRUNK, DEVELOPED._replace(claim=True)).after == run(PATH, tree, *TRUNK).after


def test_an_entry_that_is_there_is_not_entered_again() -> None:
    once = run(PATH, header(20120211, 9, *TREE), *TRUNK).after
    assert once is not None
    for options in (RELEASED, DEVELOPED):
        twice = run(PATH, once.decode(), *TRUNK, options)
        assert results(twice) == ["applied", "resolved"] and twice.after == once


def test_a_new_major_number_is_for_people() -> None:
    after = header(20140201, 0, *OLD_TRUNK, "20140201.0 (2.5.0-dev)  Change one()")
    assert "conflict" in results(run(PATH, header(20120211, 9, *TREE), TRUNK[0], after))
    # The entry, in a hunk of its own, is as incompatible.
    tree, before, after = (apart(side) for side in (header(20120211, 9, *TREE), TRUNK[0], after))
    assert results(run(PATH, tree, before, after)) == ["conflict", "conflict"]


WRONG, RIGHT = "20111303.0 (2.5.0-dev)  Add one()", "20111203.0 (2.5.0-dev)  Add one()"


def test_a_corrected_entry_keeps_the_trees_label() -> None:
    trunk = (header(20140101, 1, WRONG, *OLD_TRUNK), header(20140101, 1, RIGHT, *OLD_TRUNK))
    own = WRONG.replace("2.5.0", "2.4.0")
    for options in (RELEASED, DEVELOPED):
        placed = run(PATH, header(20120211, 9, own, *TREE), *trunk, options)
        assert placed.after == header(20120211, 9, RIGHT.replace("2.5.0", "2.4.0"), *TREE).encode()
        assert [outcome.reason for outcome in placed.outcomes] == ["the same entries, with this tree's labels"]


@pytest.mark.parametrize(
    "own",
    [
        [WRONG.replace("2.5.0", "2.4.0").replace("one", "two")],
        [WRONG.replace("2.5.0", "2.4.0").replace("1303.0", "1303.1")],
        [WRONG.replace("2.5.0", "2.4.0"), WRONG.replace("2.5.0", "2.4.1")],
        [],
    ],
)
def test_an_entry_that_is_not_surely_the_same_is_not_corrected(own: list[str]) -> None:
    trunk = (header(20140101, 1, WRONG, *OLD_TRUNK), header(20140101, 1, RIGHT, *OLD_TRUNK))
    assert results(run(PATH, header(20120211, 9, *own, *TREE), *trunk)) == ["conflict"]


def apart(side: str) -> str:
    """The header with more lines between its list and its numbers: a change of both is two hunks."""
    return side.replace("#ifndef", "".join(f"/* {number} */\n" for number in range(8)) + "#ifndef")


def test_an_entry_and_the_number_in_two_hunks() -> None:
    before, after = (apart(side) for side in TRUNK)
    tree = apart(header(20120211, 9, *TREE))
    placed = run(PATH, tree, before, after)
    assert placed.after == apart((run(PATH, header(20120211, 9, *TREE), *TRUNK).after or b"").decode()).encode()
    assert results(placed) == ["resolved", "resolved"]
    assert [outcome.reason for outcome in placed.outcomes] == ["20120211.10 in this tree", "20120211.10 in this tree"]
    again = run(PATH, (placed.after or b"").decode(), before, after)
    assert results(again) == ["applied", "resolved"] and again.after == placed.after
    assert again.outcomes[1].reason == "this tree counts for itself"
    assert results(run(PATH, tree, before, after, DEVELOPED)) == ["conflict", "conflict"]


def test_two_entries_of_two_lines() -> None:
    more = [*NEW_TRUNK, "20140101.3 (2.5.0-dev)  Add four() and", "                        five()"]
    placed = run(PATH, header(20120211, 9, *TREE), TRUNK[0], header(20140101, 3, *more))
    added = ["20120211.10 (2.4.10-dev) Add two() and", "                        three()"]
    added += ["20120211.11 (2.4.10-dev) Add four() and", "                        five()"]
    assert placed.after == header(20120211, 11, *TREE, *added).encode()
    # The tree has the first of them.
    half = [*TREE, "20120211.10 (2.4.10-dev) Add two() and", "                        three()"]
    placed = run(PATH, header(20120211, 10, *half), TRUNK[0], header(20140101, 3, *more))
    assert placed.after == header(20120211, 11, *TREE, *added).encode()


def test_a_hunk_elsewhere_in_the_file_is_placed_as_usual() -> None:
    top = "/* top */\n" + "".join(f"/* {number} */\n" for number in range(8))
    before, after = top + TRUNK[0], top.replace("top", "TOP") + TRUNK[1]
    placed = run(PATH, top + header(20120211, 9, *TREE), before, after)
    assert results(placed) == ["exact", "resolved", "resolved"]


@pytest.mark.parametrize("count", [1, 2])
def test_blank_lines_at_the_lists_end_give_way(count: int) -> None:
    entries = "\n".join(f" * {entry}" for entry in TREE) + "\n *" * count
    blank = MMN.format(entries=entries, major=20120211, minor=9)
    assert run(PATH, blank, *TRUNK).after == run(PATH, header(20120211, 9, *TREE), *TRUNK).after


def test_a_blank_line_on_trunk_is_none_of_the_entry() -> None:
    before = TRUNK[0].replace("one()\n", "one()\n *\n")
    after = TRUNK[1].replace("three()\n", "three()\n *\n *\n")
    for one, two in ((before, TRUNK[1]), (TRUNK[0], after)):
        assert (
            run(PATH, header(20120211, 9, *TREE), one, two).after == run(PATH, header(20120211, 9, *TREE), *TRUNK).after
        )


def test_the_list_may_begin_with_other_text_and_have_its_own_indent() -> None:
    tree = [entry.replace(" " * 24, " " * 20) for entry in ["Read this:", *TREE]]
    added = ["20120211.10 (2.4.10-dev) Add two() and", " " * 20 + "three()"]
    assert run(PATH, header(20120211, 9, *tree), *TRUNK).after == header(20120211, 10, *tree, *added).encode()


def test_a_list_without_an_entry_of_two_lines_has_trunks_indent() -> None:
    tree = header(20120211, 9, "20120211.9 (2.4.7-dev)  Add nine()")
    assert b" *" + b" " * 25 + b"three()\n" in (run(PATH, tree, *TRUNK).after or b"")


@pytest.mark.parametrize("end", ["", " *\n"])
def test_a_list_that_is_the_files_first_line(end: str) -> None:
    tree = header(20120211, 9).partition(" */\n")[2] + end
    placed = run(PATH, " */\n" + tree, *TRUNK)
    added = [" * 20120211.10 (2.4.10-dev) Add two() and\n", " *" + " " * 25 + "three()\n", " */\n"]
    assert placed.after == ("".join(added) + tree.replace("MINOR 9", "MINOR 10")).encode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("#define MODULE_MAGIC_NUMBER_MINOR", "#define MINOR", id="no minor number"),
        pytest.param("#define MODULE_MAGIC_NUMBER_MAJOR", "#define MAJOR", id="no major number"),
        pytest.param("#define MODULE_MAGIC_COOKIE", "#define COOKIE", id="no cookie"),
        pytest.param("\n */\n", "\n", id="no end of the list"),
        pytest.param("\n */\n", "\n */ int i;\n", id="no end of the list that stands alone"),
    ],
)
def test_a_header_of_another_form_is_not_guessed_at(old: str, new: str) -> None:
    assert set(results(run(PATH, header(20120211, 9, *TREE).replace(old, new), *TRUNK))) == {"conflict"}


def test_a_comments_end_below_the_list_is_not_that_of_the_list() -> None:
    tree = header(20120211, 9, *TREE).replace("\n */\n", "\n") + " */\n"
    assert set(results(run(PATH, tree, *TRUNK))) == {"conflict"}


def test_without_a_label_nothing_is_entered() -> None:
    assert set(results(run(PATH, header(20120211, 9), *TRUNK, PlaceOptions()))) == {"conflict"}


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(header(20140101, 2, *OLD_TRUNK[:1], NEW_TRUNK[2]), id="an entry goes"),
        pytest.param(header(20140101, 1, *OLD_TRUNK, "                        and more"), id="part of an entry"),
        pytest.param(header(20140101, 2, *OLD_TRUNK, NEW_TRUNK[2]).replace(" */", "int i;\n */"), id="other text"),
    ],
)
def test_a_hunk_that_does_more_than_enter_is_for_people(after: str) -> None:
    placed = run(PATH, header(20120211, 9, *TREE), TRUNK[0], after)
    assert not placed.ok and results(placed)[0] == "conflict"


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
        pytest.param("1.4.5 10405", "1.4-DEV 10405", "1.4.6-DEV 10406", None, id="no number on trunk before"),
        pytest.param("1.4.5 10405", "1.4.5-DEV 10405", "1.4-DEV 10406", None, id="no number on trunk after"),
        pytest.param("1.4.5 10405", "1.4.5-DEV 10405", "1.4.5.6-DEV 10406", None, id="four parts"),
        pytest.param("1.4.3 10403", "1.4.5-DEV 10405", "1.4.5-git 10405", "1.4.5 10403", id="only trunk's suffix"),
        pytest.param("1.4.253 104fd", "1.4.254-DEV 104fe", "1.4.255-DEV 104ff", "1.4.255 104ff", id="the highest part"),
        pytest.param("1.4.253 104fd", "1.4.254-DEV 104fe", "1.4.256-DEV 10500", None, id="a part too high"),
        pytest.param("1.4.5 10405", "1.4.5-DEV 10405", "1.4.1000-DEV 10406", None, id="a part much too high"),
        pytest.param("1.4.5 10405", "1.4.5-DEV 10405", "1.4.0006-DEV 10406", None, id="a part too long"),
        pytest.param("1.4.5 10405", "1.4.5-DEV 10405", f"1.4.{'6' * 5000} 10406", None, id="a part without end"),
        pytest.param("1.4.5 10405", "1.4.5-DEV 10405", "1.4..6-DEV 10406", None, id="an empty part"),
        pytest.param("1.4.5 10403", "1.4.5-DEV 10404", "1.4.5-DEV 10405", None, id="the digits only"),
    ],
)
def test_http2s_version(tree: str, before: str, after: str, result: str | None) -> None:
    def text(version: str) -> str:
        name, number = version.split()
        return VERSION.format(text=name, number="0x" + number.zfill(6))

    placed = run("modules/http2/h2_version.h", text(tree), text(before), text(after))
    assert placed.after == (None if result is None else text(result).encode())


@pytest.mark.parametrize(("own", "kept"), [("2.0.22", True), ("2.1.0", True), ("2.0.20", False), ("1.15.2", False)])
def test_a_branch_that_is_ahead_of_trunks_old_number_keeps_its_own(own: str, kept: bool) -> None:
    tree = VERSION.format(text=own, number="0x020016").replace("/* y */\n", "/* y */\n" * 8)
    before, after = (tree.replace(own, f"2.0.{part}").replace("16", f"{part}") for part in (21, 26))
    merge = PlaceOptions(release=DEVELOPED.release, claim=True)
    placed = run("modules/http2/h2_version.h", tree, before, after, merge)
    assert (placed.after == tree.encode()) == kept
    assert (results(placed) == ["resolved", "resolved"]) == (kept or own.startswith("2.0"))
    assert run("modules/http2/h2_version.h", tree, before, after).after != tree.encode()


@pytest.mark.parametrize("name", ["MOD_HTTP2_VERSION ", "MOD_HTTP2_VERSION_NUM"])
def test_a_version_header_of_another_form_is_not_guessed_at(name: str) -> None:
    before, after = (VERSION.format(text=f"1.4.{part}-DEV", number=f"0x01040{part}") for part in (5, 6))
    tree = VERSION.format(text="1.4.5", number="0x010405").replace(name, "OTHER ")
    assert results(run("modules/http2/h2_version.h", tree, before, after)) == ["conflict"]


def test_version_and_digits_in_hunks_of_their_own_and_another_above() -> None:
    gap = "".join(f"/* {number} */\n" for number in range(8))

    def side(text: str, number: str, top: str) -> str:
        return f"/* {top} */\n{gap}" + VERSION.format(text=text, number=number).replace("/* y */\n", gap)

    trunk = side("1.4.5-DEV", "0x010405", "top"), side("1.4.6-DEV", "0x010406", "TOP")
    placed = run("modules/http2/h2_version.h", side("1.4.5", "0x010405", "top"), *trunk)
    assert results(placed) == ["exact", "resolved", "resolved"]
    assert placed.after == side("1.4.6", "0x010406", "TOP").encode()


def test_digits_in_a_hunk_above_that_of_the_version() -> None:
    gap = "".join(f"/* {number} */\n" for number in range(8))

    def side(text: str, digits: str) -> str:
        return f'#define MOD_HTTP2_VERSION_NUM {digits}\n{gap}#define MOD_HTTP2_VERSION "{text}"\n'

    trunk = side("1.4.5-DEV", "0x010405")
    placed = run("modules/http2/h2_version.h", side("1.4.5", "0x010404"), trunk, side("1.4.6-DEV", "0x010406"))
    assert results(placed) == ["resolved", "resolved"] and placed.after == side("1.4.6", "0x010406").encode()
    # Without the version, the digits do not follow anything.
    alone = run("modules/http2/h2_version.h", side("1.4.5", "0x010404"), trunk, side("1.4.5-DEV", "0x010406"))
    assert results(alone) == ["conflict"]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param('#define MOD_HTTP2_VERSION "1.4.6-DEV"\n#define OTHER 2\n', id="another line, too"),
        pytest.param("#define OTHER 1\n", id="the version goes"),
    ],
)
def test_a_hunk_that_does_more_than_count_is_placed_as_usual(after: str) -> None:
    def side(text: str) -> str:
        return text + "#define MOD_HTTP2_VERSION_NUM 0x010405\n"

    before = side('#define MOD_HTTP2_VERSION "1.4.5-DEV"\n#define OTHER 1\n')
    tree = side('#define MOD_HTTP2_VERSION "1.4.5"\n#define OTHER 1\n')
    assert results(run("modules/http2/h2_version.h", tree, before, side(after))) == ["conflict"]


@pytest.mark.parametrize(
    ("tree", "before", "after", "result"),
    [
        pytest.param("2.0.8 20008", "2.0.7 20007", "2.0.10 2000a", "2.0.10 2000a", id="between: r1864425"),
        pytest.param("1.1.17 10111", "1.1.18-DEV 10112", "1.1.19-DEV 10113", "1.1.19 10113", id="behind: r1856297"),
        pytest.param("2.0.10 2000a", "2.0.7 20007", "2.0.10 2000a", "2.0.10 2000a", id="there already"),
        pytest.param("2.0.11 2000b", "2.0.7 20007", "2.0.10 2000a", None, id="ahead"),
        pytest.param("1.9.8 10908", "2.0.7 20007", "2.0.10 2000a", None, id="another series"),
    ],
)
def test_mod_mds_version(tree: str, before: str, after: str, result: str | None) -> None:
    def text(version: str) -> str:
        name, number = version.split()
        return VERSION.format(text=name, number="0x" + number.zfill(6)).replace("HTTP2", "MD")

    placed = run("modules/md/md_version.h", text(tree), text(before), text(after))
    assert placed.after == (None if result is None else text(result).encode())


# docs/manual: translations

PAGE = "<?xml version='1.0'?>\n{comment}\n<!-- French translation : Ann -->\n\n<page>\n{text}\n</page>\n"


@pytest.mark.parametrize(
    ("tree", "before", "after", "result"),
    [
        ("Revision: 1178088:1212884 (outdated)", "Revision : 1178088", "Revision : 1202456", "Revision : 1202456"),
        ("Revision : 1208753", "Revision: 1231607:1234643 (outdated)", "Revision : 1234876", "Revision : 1234876"),
        ("Revision: 420990:1200006 (outdated)", "revision : 420990", "revision : 1200006", "revision : 1200006"),
        ("revision : 1226481", "revision : 1188200", "revision : 1205885", "revision : 1226481"),
        ("Revision : 5", "Revision : 4", "Revision : 5", "Revision : 5"),
        (
            "Revision: 3:8 (outdated)",
            "Revision: 3:7 (outdated)",
            "Revision: 3:9 (outdated)",
            "Revision: 3:8 (outdated)",
        ),
        ("Revision: 4:8 (outdated)", "Revision: 3:7 (outdated)", "Revision: 3:9 (outdated)", None),
        ("Revision : x", "Revision : 4", "Revision : 5", None),
        ("Revision : 4 -->\n<!-- English Revision : 3", "Revision : 2", "Revision : 5", None),
    ],
)
def test_a_translation_is_of_the_revision_that_its_translator_says(
    tree: str, before: str, after: str, result: str | None
) -> None:
    def page(words: str, line: str) -> str:
        return PAGE.format(comment=f"<!-- English {words} -->", text="\n".join(["a"] * 9 + [line]))

    for path in ("docs/manual/mod/core.xml.fr", "docs/manual/misc/a.xml.pt-br"):
        placed = run(path, page(tree, "b"), page(before, "b"), page(after, "c"))
        assert placed.after == (None if result is None else page(result, "c").encode())
    assert (
        run("docs/manual/mod/core.xml", page("Revision : 1", "b"), page("Revision : 2", "b"), page(after, "c")).after
        is None
    )


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


def test_the_rest_of_an_entry_and_a_new_one() -> None:
    """What is added ends one entry and begins another: entered as it is, it would cut a third in two."""
    before = OTHER.replace("  *) trunk: Four.  [G H]", "  *) trunk: Four\n     and a half.  [G H]")
    placed = run("CHANGES", CHANGES, before, before.replace("     and", "  *) new\n     and"))
    assert results(placed) == ["resolved"] and placed.after == CHANGES.encode()
    placed = run("CHANGES", CHANGES, OTHER, OTHER.replace("[G H]\n", "[G H]\n     more\n" + NEW))
    assert results(placed) == ["resolved"] and placed.after == CHANGES.encode()


ENTERED = CHANGES.replace("  *) core: One", NEW + "  *) core: One").encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(OTHER, OTHER.rstrip("\n") + "\n\n" + NEW, id="below the last entry"),
        pytest.param(OTHER.rstrip("\n") + "\n", OTHER.rstrip("\n") + "\n\n" + NEW.rstrip("\n") + "\n", id="at the end"),
        pytest.param(
            OTHER.replace("\n\n  *) trunk: Four", "\n\n\n  *) trunk: Four"),
            OTHER.replace("\n\n  *) trunk: Four", "\n" + NEW + "  *) trunk: Four"),
            id="a blank line goes",
        ),
        pytest.param(
            OTHER + "Changes with Apache 2.4.9\n\n",
            OTHER + NEW.rstrip("\n") + "\nChanges with Apache 2.4.9\n\n",
            id="above a heading",
        ),
        pytest.param(
            OTHER.replace("Three.", "Three\n     and\n     more."),
            OTHER.replace("Three.", "Three\n     and\n     more.").replace(
                "  *) trunk: Four", NEW + "  *) trunk: Four"
            ),
            id="below an entry of several lines",
        ),
    ],
)
def test_an_entry_wherever_trunk_has_it(before: str, after: str) -> None:
    placed = run("CHANGES", CHANGES, before, after)
    assert results(placed) == ["resolved"] and placed.after == ENTERED


def test_an_entry_right_below_the_heading() -> None:
    tree = CHANGES.replace("2.4.9\n\n", "2.4.9\n")
    placed = run("CHANGES", tree, OTHER, OTHER.replace("  *) trunk: Four", NEW + "  *) trunk: Four"))
    assert placed.after == ENTERED


@pytest.mark.parametrize("tree", ["Changes with Apache 2.4.10\n", "Changes with Apache 2.4.10\n\n"])
def test_a_heading_that_ends_the_file(tree: str) -> None:
    placed = run("CHANGES", tree, OTHER, OTHER.replace("  *) trunk: Four", NEW + "  *) trunk: Four"))
    assert placed.after == ("Changes with Apache 2.4.10\n\n" + NEW).encode()


@pytest.mark.parametrize(
    ("tree", "after"),
    [
        pytest.param(
            "no list\n", OTHER.replace("  *) trunk: Four", NEW + "  *) trunk: Four"), id="a tree without a list"
        ),
        pytest.param(CHANGES, OTHER.replace("  *) trunk: Four", "\n\n  *) trunk: Four"), id="blank lines only"),
        pytest.param(CHANGES, OTHER.replace("  *) trunk: Four", "  text\n\n  *) trunk: Four"), id="no entry"),
    ],
)
def test_what_is_no_entry_is_left_out(tree: str, after: str) -> None:
    placed = run("CHANGES", tree, OTHER, after)
    assert results(placed) == ["resolved"] and placed.after == tree.encode()
    assert placed.outcomes[0].reason.startswith("left out, it is no code: ")


LONG = OTHER + "".join(f"  *) trunk: Number {number}.  [K L]\n\n" for number in range(16))


def test_each_hunk_for_itself() -> None:
    """The first changes an entry, the second adds one that is there, the third adds text, the others a new one."""
    there = "  *) core: Two.  [C D]\n\n"
    after = LONG.replace("Three", "3")
    for number, entry in ((2, there), (6, "     odd\n"), (10, NEW), (14, NEW)):
        after = after.replace(f"  *) trunk: Number {number}", f"{entry}  *) trunk: Number {number}")
    placed = run("CHANGES", CHANGES, LONG, after)
    assert results(placed) == ["resolved", "applied", "resolved", "resolved", "applied"]
    assert placed.after == ENTERED


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param(CHANGES.replace("[C D]\n\n", "[C D]\nChanges with Apache 2.4.7\n  text\n"), id="up to a heading"),
        pytest.param(
            CHANGES.replace("  *) core: Two.", "  *) core: Half,\n     more.\n\n  *) core:\n     Two."), id="wrapped"
        ),
    ],
)
def test_an_entry_that_is_there_in_another_form(tree: str) -> None:
    after = OTHER.replace("  *) trunk: Four", "  *) core: Two.  [C D]\n\n  *) trunk: Four")
    placed = run("CHANGES", tree, OTHER, after)
    assert results(placed) == ["applied"] and placed.after == tree.encode()


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
    assert release(RELEASE.format(patch=9, development=0).encode()) == (b"2.4.10-dev", False)
    assert release(RELEASE.format(patch=10, development=1).encode()) == (b"2.4.10-dev", True)
    assert release(b"#define AP_SERVER_MAJORVERSION_NUMBER 2\n") is None
