"""The parts of diffs that do not go in."""

from __future__ import annotations

from hpatch.patch.apply.rejects import rejects
from hpatch.patch.diff.model import Diff
from hpatch.patch.diff.read import read
from hpatch.patch.diff.write import compare
from hpatch.patch.place.plan import Item, plan
from tests.support.patch.placing import text

LINES = [f"line {number}" for number in range(1, 41)]


class OneFile:
    """A tree with a file `f`."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content

    def read(self, path: str) -> bytes | None:
        return self.content if path == "f" else None

    def mode(self, path: str) -> int | None:
        return 0o644 if path == "f" and self.content is not None else None


def item(name: str, *numbers: int, more: int = 0) -> Item:
    """A diff that changes lines of `f`, and has more of them the further down it is."""
    after = [
        line
        for number, line in enumerate(LINES, 1)
        for line in ([line.upper()] * (1 + more) if number in numbers else [line])
    ]
    return Item(name, Diff(name, (compare("f", text(LINES), text(after)),)))


def test_the_hunks_that_do_not_fit_are_a_diff_of_their_own() -> None:
    """With the lines of the old side as they were; those of the new side count the hunks above that are left."""
    given = item("p.diff", 5, 20, 35, more=1)
    tree = OneFile(text([*LINES[:19], "own", *LINES[20:34], "own", *LINES[35:]]))
    made = plan(tree, [given], partly=True)
    left = rejects([given], made.steps)["f.rej"]
    assert made.changes[0].after == text(
        [*LINES[:4], "LINE 5", "LINE 5", *LINES[5:19], "own", *LINES[20:34], "own", *LINES[35:]]
    )
    assert left.startswith(b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -17,7 +17,8 @@\n line 17\n")
    again = read(left, "f.rej").files[0]
    assert [hunk.lines for hunk in again.hunks] == [hunk.lines for hunk in given.diff.files[0].hunks[1:]]
    assert [(hunk.old_start, hunk.new_start) for hunk in again.hunks] == [(17, 17), (32, 33)]


def test_a_patch_of_which_nothing_fits_keeps_its_index_line() -> None:
    given = item("p.diff", 5)
    made = plan(OneFile(b"other\n"), [given], partly=True)
    assert made.changes == ()
    assert b"\nindex " in rejects([given], made.steps)["f.rej"]


def test_several_diffs_of_one_file_stand_under_their_names() -> None:
    """What a later diff changes is held against the file as the hunks that fit have left it."""
    first, second = item("one.diff", 5, 20), item("two.diff", 20, 35)
    made = plan(OneFile(text([*LINES[:19], "own", *LINES[20:]])), [first, second], partly=True)
    left = rejects([first, second], made.steps)
    assert [*left] == ["f.rej"]
    assert left["f.rej"].count(b"@@ -") == 2
    assert left["f.rej"].startswith(b"one.diff:\ndiff --git") and b"\ntwo.diff:\ndiff --git" in left["f.rej"]
    assert made.changes[0].after == text(
        [*LINES[:4], "LINE 5", *LINES[5:19], "own", *LINES[20:34], "LINE 35", *LINES[35:]]
    )


def test_a_file_that_cannot_be_made_is_rejected_as_a_whole() -> None:
    given = Item("p.diff", Diff("p.diff", (compare("f", None, b"new\n"),)))
    made = plan(OneFile(b"there\n"), [given], partly=True)
    assert made.changes == ()
    assert rejects([given], made.steps)["f.rej"].endswith(b"--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+new\n")


def test_all_goes_in() -> None:
    given = item("p.diff", 5)
    assert rejects([given], plan(OneFile(text(LINES)), [given], partly=True).steps) == {}
