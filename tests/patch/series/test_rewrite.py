"""Texts of patches held against what they do."""

from __future__ import annotations

import pytest

from hpatch.patch.apply.stack import Content, FileEdit
from hpatch.patch.diff.read import read
from hpatch.patch.series import gnu
from hpatch.patch.series.rewrite import fit, rewritten

LINES = b"".join(b" line %d\n" % number for number in range(1, 21))
CHANGED = LINES.replace(b" line 9\n", b" nine\n")
PATCH = (
    b"Why: so\n\n--- a/f\n+++ b/f\n@@ -6,7 +6,7 @@ int main(void)\n  line 6\n  line 7\n  line 8\n- line 9\n+ nine\n"
    b"  line 10\n  line 11\n  line 12\n"
)


def edit(before: bytes | None, after: bytes | None, mode: int = 0o644) -> FileEdit:
    old, new = (None if data is None else Content(data, 0o644) for data in (before, after))
    return FileEdit("f", old, new if new is None else new._replace(mode=mode))


@pytest.mark.parametrize(
    ("made", "how"),
    [
        (edit(LINES, CHANGED), "exact"),
        (edit(b"0\n" + LINES, b"0\n" + CHANGED), "moved"),
        (edit(LINES, CHANGED + b"more\n"), "no"),
        (edit(LINES, CHANGED, 0o755), "no"),
        (edit(LINES.replace(b" line 8", b"eight"), CHANGED.replace(b" line 8", b"eight")), "no"),
        (edit(LINES, None), "no"),
    ],
)
def test_how_a_text_fits(made: FileEdit, how: str) -> None:
    assert fit(PATCH, 1, [made]) == how
    text = rewritten(PATCH, [made])
    assert text.startswith(b"Why: so\n\n")
    assert fit(text, 1, [made]) == "exact"


def test_another_file_is_no_fit() -> None:
    made = FileEdit("g", None, Content(b"new\n", 0o644))
    assert fit(PATCH, 1, [edit(LINES, CHANGED), made]) == "no"
    assert [file.path for file in read(rewritten(PATCH, [made, edit(LINES, CHANGED)]), "p").files] == ["b/f", "b/g"]


def test_the_form_and_the_headings_stay() -> None:
    before = b"int main(void)\n{\n" + LINES
    made = edit(before, before.replace(b" line 9\n", b" nine\n"))
    text = rewritten(PATCH, [made])
    assert b"\n--- a/f\n+++ b/f\n@@ -8,7 +8,7 @@ int main(void)\n" in text
    git = PATCH.replace(b"--- a/f\n", b"diff --git a/f b/f\nindex 1234567..1234568 100644\n--- a/f\n") + b"-- \n2.39\n"
    text = rewritten(git, [made])
    assert b"\ndiff --git a/f b/f\nindex " in text
    assert text.endswith(b"\n-- \n2.39\n")
    assert b"diff --git" not in rewritten(git, [made], "quilt")


def test_hunks_are_those_of_gnu_diff(monkeypatch: pytest.MonkeyPatch) -> None:
    made = edit(b"z\nx\ny\n", b"x\ny\ny\n")
    assert rewritten(PATCH, [made]).endswith(b"@@ -1,3 +1,3 @@\n-z\n x\n y\n+y\n")
    monkeypatch.setattr(gnu, "there", lambda: False)
    assert rewritten(PATCH, [made]).endswith(b"@@ -1,3 +1,3 @@\n-z\n x\n+y\n y\n")


def test_without_gnu_diff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gnu, "there", lambda: False)
    before = b"int main(void)\n{\n" + LINES
    made = edit(before, before.replace(b" line 9\n", b" nine\n"))
    assert b"@@ -8,7 +8,7 @@ int main(void)\n" in rewritten(PATCH, [made])


@pytest.mark.parametrize(
    "made", [edit(None, b""), edit(b"", None), edit(LINES, LINES, 0o755), edit(None, b"x\n", 0o755)]
)
def test_what_quilts_form_cannot_say_is_said_in_gits(made: FileEdit) -> None:
    text = rewritten(b"", [made], "quilt")
    assert text.startswith(b"diff --git a/f b/f\n")
    assert fit(text, 1, [made]) == "exact"


@pytest.mark.parametrize("made", [edit(None, b""), edit(b"", None), edit(LINES, LINES, 0o755)])
def test_a_file_without_hunks_before_another(made: FileEdit) -> None:
    """Its header lines have none of the other file's lines below them."""
    both = [made, edit(LINES, CHANGED)._replace(path="g")]
    text = rewritten(b"", both, "quilt")
    assert text.startswith(b"--- a/g\n")
    assert fit(text, 1, both) == "exact"
