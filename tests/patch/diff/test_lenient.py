"""Odd forms that GNU patch takes: refused of a revision, read of people with a note, and what comes out is the same."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from hpatch.patch.apply.tree import Tree
from hpatch.patch.diff.read import DiffError, read
from hpatch.patch.diff.strip import strip
from hpatch.patch.place.plan import Item, plan

HUNK = b"@@ -1,3 +1,3 @@\n one\n-two\n+deux\n three\n"
F = b"--- a/f.c\n+++ b/f.c\n" + HUNK
SUB = F.replace(b"f.c", b"sub/f.c")
BLANK = b"--- a/g.c\n+++ b/g.c\n@@ -1,4 +1,4 @@\n one\n-two\n+deux\n three\n"
IDS = b"index 1111111..2222222 100644\n"
HEAD = b"diff --git a/f.c b/f.c\n" + IDS
MIME = b'Content-Type: multipart/mixed; boundary="=-x+y"\n\n--=-x+y\n\n'

OTHER = "the 'diff --git' line names other files; the '---' and '+++' lines count"
NONE = "a git header without hunks; no line of this file is changed"
INDEX = "an 'Index:' line without hunks; nothing is done about its file"
ALONE = "hunks without '---' and '+++' lines; the 'Index:' line names the file"
BLANKS = "a line of blanks after a hunk is left out"
END = "the diff's last line has no line end; it is read as a whole line"


class Form(NamedTuple):
    text: bytes
    line: int
    reading: str


FORMS = {
    "a blank": Form(F + b" \n", 8, BLANKS),
    "a blank without its line end": Form(F + b" ", 8, BLANKS),
    "blanks and empty lines": Form(F + b"   \n\n \n", 8, BLANKS),
    "blanks between files": Form(F + b" \n\n" + SUB, 8, BLANKS),
    "an empty context line without its line end": Form(BLANK + b" ", 8, END),
    "an empty context line without its blank": Form(
        BLANK + b"\n", 8, "an empty line is read as the hunk's last line of context"
    ),
    "an empty context line cut off": Form(
        BLANK, 3, "the diff ends inside this hunk; an empty line of context is taken as its end"
    ),
    "two empty context lines cut off": Form(
        BLANK.replace(b"g.c", b"h.c").replace(b",4", b",5"),
        3,
        "the diff ends inside this hunk; 2 empty lines of context are taken as its end",
    ),
    "empty context lines without their blanks, and one cut off": Form(
        BLANK.replace(b"g.c", b"k.c").replace(b",4", b",5").replace(b" one", b"\n one"),
        3,
        "the diff ends inside this hunk; an empty line of context is taken as its end",
    ),
    "git's line over other names": Form(b"diff --git a/f.c b/f.c\n" + IDS + SUB, 1, OTHER),
    "git's line over a name with an ending": Form(
        HEAD + F.replace(b"a/f.c\n", b"a/f.c.orig\n"), 1, OTHER
    ),
    "git's line over an original's folder": Form(
        HEAD + SUB.replace(b"--- a/", b"--- httpd.orig/").replace(b"+++ b/", b"+++ httpd/"), 1, OTHER
    ),
    "git's line of files that are not there": Form(b"diff --git a/x b/x\n" + IDS + F, 1, OTHER),
    "a git header without hunks": Form(HEAD + HEAD.replace(b"f.c", b"sub/f.c") + SUB, 1, NONE),
    "a git header without hunks at the end": Form(F + HEAD.replace(b"f.c", b"sub/f.c"), 8, NONE),
    "a git line alone": Form(b"diff --git a/x b/x\n" + HEAD.replace(b"f.c", b"sub/f.c") + SUB, 1, NONE),
    "text after a hunk": Form(F + b"list mailing list\n" + SUB, 8, "text right after a hunk is left out"),
    "a list's footer": Form(
        F + b"_" * 47 + b"\ndev mailing list\n- x\n", 8, "a mailing list's footer is left out"
    ),
    "a signature without its mail": Form(F + b"-- \n2.30.1\n\n", 8, "a mail's signature is left out"),
    "the end of a mail's part": Form(MIME + F + b"--=-x+y--\n", 12, "the end of a mail's part is left out"),
    "the next part of a mail": Form(MIME + F + b"--=-x+y\n\n" + SUB, 12, "the end of a mail's part is left out"),
    "Index: alone": Form(b"Index: a/f.c\n" + HUNK, 1, ALONE),
    "Index: and a line of signs": Form(b"Index: a/f.c\n====\n" + HUNK + b"Index: a/sub/f.c\n====\n" + SUB, 1, ALONE),
    "Index: without hunks": Form(b"Index: a/f.c\n====\nIndex: a/sub/f.c\n====\n" + SUB, 1, INDEX),
    "Index: without hunks at the end": Form(F + b"Index: a/sub/f.c\n====\n", 8, INDEX),
}  # fmt: skip


def tree(root: Path) -> Path:
    (root / "sub").mkdir(parents=True)
    (root / "f.c").write_bytes(b"one\ntwo\nthree\n")
    (root / "sub" / "f.c").write_bytes(b"one\ntwo\nthree\n")
    (root / "g.c").write_bytes(b"one\ntwo\nthree\n\n")
    (root / "k.c").write_bytes(b"\none\ntwo\nthree\n\n")
    (root / "h.c").write_bytes(b"one\ntwo\nthree\n\n\n")
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def applied(root: Path, text: bytes) -> dict[str, bytes] | None:
    """What hpatch makes of the tree, None where it refuses."""
    files = Tree(root)
    planned = plan(files, [Item("x", strip(read(text, "x", lenient=True), files.exists, 1))])
    if not planned.ok:
        return None
    found = contents(root) | {change.path: change.after or b"" for change in planned.changes}
    return dict(found)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_strict_reading_refuses_and_a_lenient_one_tells(form: Form) -> None:
    with pytest.raises(DiffError):
        read(form.text, "x")
    assert read(form.text, "x", lenient=True).oddities == ((form.line, form.reading),)


def test_oddities_are_in_the_order_of_their_lines() -> None:
    found = read(HEAD + BLANK, "x", lenient=True).oddities
    assert [(oddity.line, oddity.text[:10]) for oddity in found] == [(1, OTHER[:10]), (5, "the diff e")]


@pytest.mark.patch
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_comes_out_is_what_gnu_patch_makes_of_it(form: Form, tmp_path: Path) -> None:
    root = tree(tmp_path / "tree")
    before = contents(root)
    own = applied(root, form.text)
    # GNU patch takes a last line without its end for the file's end, and needs fuzz.
    command = ["patch", "-p1", "--batch", "--silent", "--no-backup-if-mismatch"]
    subprocess.run(command, cwd=root, input=form.text, check=True, capture_output=True)
    assert own == contents(root)
    assert own != before


def test_a_lenient_reading_of_a_sound_diff_notes_nothing() -> None:
    for text in (F + SUB, HEAD + F, b"Index: f.c\n====\n" + F, MIME + F, b"From x\n" + F + b"-- \n2.1\n"):
        assert not read(text, "x", lenient=True).oddities


@pytest.mark.parametrize(
    "text",
    [
        F.removesuffix(b" three\n").replace(b",3", b",2").removesuffix(b"\n"),  # half of an added line?
        b"--- a/f.c\n+++ b/f.c\n@@ -1,3 +1,2 @@\n one\n two\n-three",
        F.removesuffix(b" three\n").removesuffix(b"\n"),
        F.removesuffix(b" three\n").replace(b",3 @@", b",4 @@"),
        BLANK.replace(b",4", b",6"),
        BLANK.removesuffix(b"\n"),
        F + b" \n" + HUNK.replace(b"1,3", b"9,3"),
        F + b" \ntext\n",
        F + b" x\n",
        MIME.replace(b"=-x+y", b"+x") + F + b"+x\n",
        b"Index: f.c\n====\ntext\n" + SUB,
        F + b"+x\n",
        F + b"text\n" + HUNK.replace(b"1,3", b"9,3"),
        F + b"-- \n-x\n",
        F + b"--=-x+y--\n",
        F + b"diff --git a/sub/f.c b/sub/f.c\n",
        F + HEAD.removesuffix(b"\n"),
        HEAD,
        b"Index: f.c\n====\n",
        b"Index: ../f.c\n" + HUNK,
        HEAD + F.replace(b"a/f.c", b"../f.c"),
        F + b"diff --git a/n b/n\nnew file mode 100644\nindex 0000000..2222222\n",
        F + b"diff --git a/n b/n\ndeleted file mode 100644\nindex 2222222..0000000\n",
        F + b"diff --git a/f.c b/n\nsimilarity index 90%\nrename from f.c\nrename to n\n" + IDS,
        b"diff --git a/f.c b/n\nsimilarity index 90%\nrename from f.c\nrename to n\n" + IDS + SUB,
        b"diff --git a/f.c b/f.c\nnew file mode 100644\n" + SUB,
    ],
)  # fmt: skip
def test_what_may_have_lost_lines_is_refused_all_the_same(text: bytes) -> None:
    with pytest.raises(DiffError):
        read(text, "x", lenient=True)


def test_a_mode_beside_missing_hunks_is_kept() -> None:
    text = b"diff --git a/f.c b/f.c\nold mode 100644\nnew mode 100755\nindex 1111111..2222222\n" + SUB
    text = text.replace(b"--- a/sub", b"diff --git a/sub/f.c b/sub/f.c\n--- a/sub")
    first, second = read(text, "x", lenient=True).files
    assert (first.path, first.new_mode, first.hunks, second.path) == ("b/f.c", 0o100755, (), "b/sub/f.c")


def test_a_diff_cut_anywhere_is_refused_or_cut_between_hunks(tmp_path: Path) -> None:
    """Whatever a cut leaves to guess, the tree tells: no line goes in that the whole diff does not bring."""
    lines = [b"line %d\n" % number for number in range(40)]
    new = [b"new\n" if number in (4, 30) else line for number, line in enumerate(lines)]
    half = new[:5] + lines[5:]
    root = tree(tmp_path / "tree")
    (root / "long").write_bytes(b"".join(lines))
    body = b"".join(
        b"@@ -%d,7 +%d,7 @@\n%s-%s+new\n%s"
        % (at - 2, at - 2, b" ".join([b"", *lines[at - 3 : at]]), lines[at], b" ".join([b"", *lines[at + 1 : at + 4]]))
        for at in (4, 30)
    )
    text = b"diff --git a/long b/long\n" + IDS + b"--- a/long\n+++ b/long\n" + body + HEAD + F + BLANK + b" \n"
    f = [b"one\ntwo\nthree\n", b"one\ndeux\nthree\n"]
    allowed = {b"".join(state) for state in (lines, half, new)}
    assert applied(root, text) is not None
    went = 0
    for at in range(len(text)):
        try:
            found = applied(root, text[:at])
        except DiffError:
            continue
        if found is not None:
            went += 1
            assert found["long"] in allowed
            assert found["f.c"] in f
            assert found["g.c"] in [one + b"\n" for one in f]
    assert went
