"""Plans, reverts and trees' states as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch import files
from hpatch.build.trees.applying import Given, Prepared, Request, commit, prepare
from hpatch.build.trees.presence import presences
from hpatch.build.trees.source import open_tree
from hpatch.patch.apply import stack
from hpatch.patch.sets.load import load
from hpatch.patch.sources.cache import Cache, Checked
from hpatch.report.common.sides import sides
from hpatch.report.patch.plan import PlanReport
from hpatch.report.patch.revert import RevertReport
from hpatch.report.patch.status import PresenceReport
from tests.support.cli.tree import BASE, MODULE, catalog, make
from tests.support.report.shown import shown

HOSTILE = "x\x1b[31m\u202e\udcff"


def prepared(folder: Path, text: str = BASE) -> Prepared:
    root = make(folder)
    (root / MODULE).write_text(text)
    sets = load([catalog(folder)])
    diff = f"--- a/{MODULE}\n+++ b/{MODULE}\n@@ -25,1 +25,1 @@\n-line 25\n+\x1b[31mred {'long ' * 40}\n".encode()
    request = Request(("two", "three"), diffs=(Given(HOSTILE, diff),))
    return prepare(root, request, sets, Checked(None, Cache(folder / "cache")))


BLOCKED = BASE.replace("line 12\n", f"\x1b]0;title\x07 {'wide 界 ' * 30}\n")


@pytest.mark.parametrize("text", [BASE, BLOCKED], ids=["fits", "blocked"])
@pytest.mark.parametrize("width", [20, 40, 80, 100, 200, None])
@pytest.mark.parametrize("verbose", [False, True])
def test_a_plan_fits_the_terminal_and_obeys_nothing(
    tmp_path: Path, text: str, width: int | None, verbose: bool
) -> None:
    answer = PlanReport(prepared=prepared(tmp_path, text), dry_run=True, hunks=verbose)
    assert answer.state == ("planned" if text == BASE else "refused")
    told = shown(answer, width=width)
    assert told.replace("\n", "").isprintable()
    if width is not None and width >= 40:
        assert max(map(columns, told.splitlines())) <= width


def columns(line: str) -> int:
    return len(line) + line.count("界")


@pytest.mark.parametrize("width", [40, 80, None])
def test_a_revert_and_a_status(tmp_path: Path, width: int | None) -> None:
    plan = prepared(tmp_path)
    with files.lock(plan.root):
        commit(plan)
    applied = stack.load(plan.root)
    (plan.root / MODULE).write_text((plan.root / MODULE).read_text().replace("second 12", "\x1b[31mmine 界" + "x" * 99))
    tree = open_tree(plan.root)
    sets = load([tmp_path / "sets"]).sets
    found = presences(tree, applied, sets)
    texts = [shown(PresenceReport(root="t", tree=tree, presences=found, stack=applied, edited=[HOSTILE]), width=width)]
    for ids in (["two"], ["three"]):
        done = stack.revert(plan.root, applied, ids)
        revert = RevertReport(root="t", ids=ids, done=done, dependents=(), unneeded=(), dry_run=True)
        texts.append(shown(revert, width=width))
    needed = applied.dependents(["one"])
    revert = RevertReport(root="t", ids=["one"], done=None, dependents=needed, unneeded=(), dry_run=True)
    texts.append(shown(revert, width=width))
    for text in texts:
        assert text.replace("\n", "").isprintable()
        assert width is None or max(map(columns, text.splitlines())) <= width


def test_side_by_side() -> None:
    left = [b"same\n", b"\tone\n", b"two\n", b"end\n"]
    right = [b"same\n", b"\tuno\n", b"end\n", b"more"]
    assert list(sides(left, right, ("expected", "there"), width=80, indent=2)) == [
        "  expected                                there",
        "  same                                    same",
        "      one                               |     uno",
        "  two                                   <",
        "  end                                     end",
        "                                        > more (no line end)",
    ]


def test_a_tab_and_blanks_are_not_the_same() -> None:
    rows = list(sides([b"\tone\n"], [b"    one\n"], ("a", "b"), width=80))
    assert rows[1].split() == ["one", "|", "one"]


def test_a_long_line_and_many_lines_are_cut() -> None:
    rows = list(sides([b"x" * 1_000_000 + b"\n"], [b"y"] * 100, ("a", "b"), width=200))
    assert sum(map(len, rows)) < 10_000
    assert "(1,000,001 bytes)" in "".join(rows)
    assert rows[-1] == "… 60 more lines"


def test_one_above_the_other() -> None:
    left, right = [b"same\n", b"one\n", b"end\n"], [b"same\n", b"uno\n", b"end\n"]
    assert list(sides(left, right, ("expected", "there"), width=40)) == [
        "- expected",
        "+ there",
        "  same",
        "- one",
        "+ uno",
        "  end",
    ]


def test_equal_lines_far_from_any_difference_are_left_out() -> None:
    left = [b"%d\n" % number for number in range(100)]
    right = [line for line in left if line != b"50\n"]
    rows = list(sides(left, right, ("a", "b"), width=80))
    assert [line.split()[0] for line in rows] == ["a", "…", "48", "49", "50", "51", "52", "…"]


def test_of_many_lines_those_from_the_first_difference_on_are_compared() -> None:
    left = [b"%d\n" % number for number in range(9000)]
    right = [*left[:50], *[b"own\n"] * 9, *left[50:8000], b"far\n", *left[8000:]]
    rows = [row.split() for row in sides(left, right, ("a", "b"), width=80)]
    assert [row[0] for row in rows] == ["a", "…", "48", "49", *">" * 9, "50", "51", "…", "…"]
    assert rows[-1][2:] == ["more", "lines"] and 5900 < int(rows[-1][1]) < 6100
    assert len(list(sides(left, [], ("a", "b"), width=80))) == 42
