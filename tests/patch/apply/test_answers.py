"""Answers to conflicts, kept and used again."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.errors import InputError
from hpatch.patch.apply.answers import Kept, KeptAnswer
from hpatch.patch.diff.model import Placed
from hpatch.patch.place.marks import mark
from hpatch.patch.place.place import place
from tests.support.patch.placing import TEN, change, patch, text

PATCH = patch(TEN, change(TEN, 5, "five"))
OWN = change(TEN, 5, "own")


def kept(folder: Path, after: bytes | None, tree: list[str] = OWN) -> Kept:
    """The answer to the conflict of the tree's own line 5, kept in a folder."""
    marked = mark(PATCH, place(text(tree), PATCH))
    answer = KeptAnswer(path="f.c", marked=marked.content, after=after, day="2026-01-02")
    Kept(folder, {marked.key: answer}).keep()
    return Kept(folder)


def used(answers: Kept, tree: list[str]) -> Placed | None:
    return answers(PATCH, place(text(tree), PATCH))


def test_in_the_same_file(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 come back as they were. The answer is told."""
    answers = kept(tmp_path / "answers", b"any\xff\xfething\n")
    found = used(answers, OWN)
    assert found is not None and (found.ok, found.after) == (True, b"any\xff\xfething\n")
    assert found.outcomes[0].result == "resolved"
    assert found.outcomes[0].reason.startswith("by your answer of 2026-01-02, ")


def test_in_another_file_with_the_same_conflict(tmp_path: Path) -> None:
    answers = kept(tmp_path, text(change(TEN, 5, "own five")))
    found = used(answers, ["new", *OWN, "more"])
    assert found is not None and found.after == text(["new", *change(TEN, 5, "own five"), "more"])


def test_a_file_that_is_left_out(tmp_path: Path) -> None:
    """Where the file is another, nobody said that it is to go."""
    answers = kept(tmp_path, None)
    found = used(answers, OWN)
    assert found is not None and (found.ok, found.after) == (True, None)
    assert used(answers, ["new", *OWN]) is None


def test_another_conflict_has_no_answer(tmp_path: Path) -> None:
    assert used(kept(tmp_path, text(TEN)), change(TEN, 5, "other")) is None
    assert used(Kept(tmp_path / "nowhere"), OWN) is None


def test_an_answer_that_does_not_merge_is_none(tmp_path: Path) -> None:
    """It changed a line outside of the marks, too, which the other tree has changed in its own way."""
    answers = kept(tmp_path, text([*TEN[:8], "mine", "line 10"]))
    assert used(answers, [*OWN[:8], "its own", "line 10"]) is None


def test_a_mark_that_is_left_is_no_answer(tmp_path: Path) -> None:
    marked = mark(PATCH, place(text(OWN), PATCH)).content
    assert used(kept(tmp_path, marked.replace(b"own\n", b"")), ["new", *OWN]) is None


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b'{"schema": "hpatch.answer/1", "after": 1}'])
def test_a_damaged_answer(tmp_path: Path, damage: bytes) -> None:
    answers = kept(tmp_path, text(TEN))
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    with pytest.raises(InputError, match=f"{file}: this answer is damaged; remove it"):
        used(answers, OWN)
