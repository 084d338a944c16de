"""`hpatch apply --conflicts` and `hpatch resume` as a user calls them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli.call import Answer, call
from tests.support.cli.tree import BASE, MODULE, changed, diff, hunk, make, snapshot
from tests.support.report.schema import valid

Run = Callable[..., Answer]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree whose lines 5 and 15 are its own, with a link out of it and a folder of git's."""
    root = make(tmp_path)
    (root / MODULE).write_text(changed(changed(BASE, 5, "own"), 15, "own"))
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("[core]\n")
    (root / "out").symlink_to("/etc/passwd")
    return root


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A diff of lines 5, 15 and 25."""
    file = tmp_path / "p.diff"
    file.write_text(diff(5, "a") + hunk(15, "b") + hunk(25, "c"))
    return file


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lambda *arguments: call(capsys, *arguments)


def answer(copy: Path, word: str = "mine") -> None:
    """Edit the copy: each conflict becomes a line."""
    text = (copy / MODULE).read_text()
    (copy / MODULE).write_text(re.sub(r"<<<<<<< .*?>>>>>>> [^\n]*\n", f"{word}\n", text, flags=re.S))


def module(tree: Path) -> str:
    return (tree / MODULE).read_text()


DONE = changed(changed(changed(BASE, 5, "X"), 15, "X"), 25, "c").replace("X 5", "mine").replace("X 15", "mine")


def test_a_copy_with_marks_and_its_answer(run: Run, tree: Path, tmp_path: Path, given: Path) -> None:
    before, copy = snapshot(tree), tmp_path / "copy"
    done = run("apply", given, "--tree", tree, "--conflicts", copy)
    assert (done.code, done.err) == (1, "")
    said = " ".join(done.out.split())
    assert f"{MODULE} (2 conflicts)" in said and f"hpatch resume {copy} --tree {tree}" in said
    assert snapshot(tree) == before
    assert (copy / "README").read_text() == "read me\n" and (copy / "out").is_symlink()
    assert not (copy / ".git").exists()
    assert module(copy).count("<<<<<<< the tree\nown ") == 2 and "c 25\n" in module(copy)
    code, _, err = run("resume", copy, "--tree", tree)
    assert (code, err.count("\n")) == (3, 1)
    assert f"{copy / MODULE}:5: a conflict marker is left (and 7 more)" in err
    answer(copy)
    edited = (copy / MODULE).read_bytes()
    (copy / MODULE).write_bytes(edited.replace(b"\n", b"\r\n"))
    code, _, err = run("resume", copy, "--tree", tree)
    said = f"hpatch: {copy / MODULE}:1: the line ends in CR LF now, and ended in LF; save the file as it was, then run"
    assert (code, err) == (3, f"{said} hpatch resume again\n")
    (copy / MODULE).write_bytes(edited)
    (copy / "README").write_text("edited\n")
    (copy / "include/ap_release.h").unlink()
    assert snapshot(tree) == before
    assert run("resume", copy, "--tree", tree, "--dry-run").code == 0
    assert snapshot(tree) == before
    done = run("resume", copy, "--tree", tree, "-f", "json")
    assert done.code == 0
    found = valid("plan-1", done.out)
    assert (found["state"], found["copy"]["not_taken"]) == ("applied", ["README", "include/ap_release.h"])
    results = [each["result"] for each in found["steps"][0]["files"][0]["hunks"]]
    assert results == ["resolved", "resolved", "exact"]
    assert module(tree) == DONE
    code, _, err = run("resume", copy, "--tree", tree)
    assert (code, "no conflicts wait here" in err) == (3, True)
    assert run("revert", "p.diff", "--tree", tree).code == 0
    assert module(tree) == changed(changed(BASE, 5, "own"), 15, "own")


def test_an_answer_is_used_again_and_told(run: Run, tree: Path, tmp_path: Path, given: Path) -> None:
    copy, kept = tmp_path / "copy", tmp_path / "answers"
    run("apply", given, "--tree", tree, "--conflicts", copy, "--answers", kept)
    answer(copy)
    assert run("resume", copy, "--tree", tree).code == 0
    other = make(tmp_path / "next")
    (other / MODULE).write_text("new\n" + changed(changed(BASE, 5, "own"), 15, "own"))
    assert run("apply", given, "--tree", other).code == 1
    assert run("apply", given, "--tree", other, "--no-answers").code == 1
    done = run("apply", given, "--tree", other, "--answers", kept)
    assert (done.code, "by your answer of " in done.out) == (0, True)
    assert module(other) == "new\n" + DONE
    assert run("apply", given, "--tree", other, "--answers", kept, "--no-answers").code == 2


def test_push_uses_answers_too(run: Run, tree: Path, tmp_path: Path, given: Path) -> None:
    copy, kept, patches = tmp_path / "copy", tmp_path / "answers", tmp_path / "patches"
    run("apply", given, "--tree", tree, "--conflicts", copy, "--answers", kept)
    answer(copy)
    assert run("resume", copy, "--tree", tree).code == 0
    other = make(tmp_path / "next")
    (other / MODULE).write_text(changed(changed(BASE, 5, "own"), 15, "own"))
    patches.mkdir()
    (patches / "series").write_text("p.diff\n")
    shutil.copy(given, patches)
    assert run("push", "--tree", other, "--series", patches).code == 1
    assert run("push", "--tree", other, "--no-answers", "--answers", kept).code == 2
    done = run("push", "--tree", other, "--answers", kept)
    assert (done.code, "by your answer of " in done.out) == (0, True)
    assert module(other) == DONE
    assert run("pop", "--tree", other).code == 0
    assert module(other) == changed(changed(BASE, 5, "own"), 15, "own")


def test_the_tree_must_be_as_it_was(run: Run, tree: Path, tmp_path: Path, given: Path) -> None:
    """The answer is kept for the next try."""
    copy = tmp_path / "copy"
    run("apply", given, "--tree", tree, "--conflicts", copy)
    answer(copy)
    other = make(tmp_path / "next")
    code, _, err = run("resume", copy, "--tree", other)
    assert (code, f"is a copy of {tree}; give --tree {tree}" in err) == (3, True)
    (tree / MODULE).write_text("new\n" + module(tree))
    code, _, err = run("resume", copy, "--tree", tree)
    assert (code, f"'{MODULE}' changed since the copy was made" in err) == (3, True)
    assert module(tree).startswith("new\n") and "own 5" in module(tree)
    assert run("apply", given, "--tree", tree).code == 0
    assert module(tree) == "new\n" + DONE


def test_conflicts_of_a_later_diff_come_in_turn(run: Run, tree: Path, tmp_path: Path, given: Path) -> None:
    """The tree changes once, at the end. A file that is deleted in the copy goes."""
    copy, later = tmp_path / "copy", tmp_path / "later.diff"
    later.write_text(
        "diff --git a/README b/README\ndeleted file mode 100644\n--- a/README\n+++ /dev/null\n@@ -1 +0,0 @@\n-else\n"
    )
    before = snapshot(tree)
    assert run("apply", given, later, "--tree", tree, "--conflicts", copy).code == 1
    answer(copy)
    done = run("resume", copy, "--tree", tree, "-f", "json")
    assert done.code == 1
    assert valid("plan-1", done.out)["copy"]["files"] == [{"path": "README", "conflicts": 1}]
    assert snapshot(tree) == before
    assert module(copy) == DONE and "<<<<<<< the tree\nread me\n" in (copy / "README").read_text()
    (copy / "README").unlink()
    assert run("resume", copy, "--tree", tree).code == 0
    assert module(tree) == DONE and not (tree / "README").exists()


def test_conflicts_of_a_series(run: Run, tree: Path, tmp_path: Path, given: Path) -> None:
    """Its patches are on the stack as if all had fit: one comes off by itself."""
    (tmp_path / "patches").mkdir()
    given.rename(tmp_path / "patches" / "p.diff")
    (tmp_path / "patches" / "top.diff").write_text("Description: the top\n\n" + diff(20, "top"))
    (tmp_path / "patches" / "series").write_text("p.diff -p1\ntop.diff\n")
    words = ("apply", "--series", tmp_path / "patches", "--exclude", "include/*", "--tree", tree)
    assert run(*words, "--conflicts", tmp_path / "copy").code == 1
    answer(tmp_path / "copy")
    assert run("resume", tmp_path / "copy", "--tree", tree).code == 0
    assert module(tree) == changed(DONE, 20, "top")
    assert run("applied", "--tree", tree).out.split() == ["p.diff", "top.diff"]
    applied = json.loads(run("applied", "--tree", tree, "--format", "json").out)["applied"]
    assert [one["title"] for one in applied] == ["", "the top"]
    assert run("pop", "--tree", tree).code == 0
    assert module(tree) == DONE
    assert run("pop", "--tree", tree).code == 0
    assert run("push", "--all", "--tree", tree).code == 0
    assert module(tree) == changed(DONE, 20, "top")


def test_a_copy_of_the_copy_is_not_taken(run: Run, tree: Path, tmp_path: Path, given: Path) -> None:
    """Neither is one that came with a checkout, nor an edited file that is a link, nor a damaged note."""
    copy, other = tmp_path / "copy", tmp_path / "other"
    run("apply", given, "--tree", tree, "--conflicts", copy)
    answer(copy)
    before = snapshot(tree)
    shutil.copytree(copy, other, symlinks=True)
    code, _, err = run("resume", other, "--tree", tree)
    assert (code, "came with a copy of this folder" in err) == (3, True)
    note = other / ".hpatch" / "conflicts.json"
    note.write_text(json.dumps({**json.loads(note.read_text()), "here": None}))
    (other / ".hpatch" / "here").unlink()
    code, _, err = run("resume", other, "--tree", tree)
    assert (code, "came with a copy of this folder" in err, snapshot(tree)) == (3, True, before)
    (copy / MODULE).unlink()
    (copy / MODULE).symlink_to("/etc/passwd")
    code, _, err = run("resume", copy, "--tree", tree)
    assert (code, f"hpatch: {copy / MODULE}: is a symbolic link" in err) == (3, True)
    note = copy / ".hpatch" / "conflicts.json"
    data = json.loads(note.read_text())
    data["marked"][0]["path"] = "../../x"
    note.write_text(json.dumps(data))
    code, _, err = run("resume", copy, "--tree", tree)
    assert (code, "is damaged" in err, snapshot(tree)) == (3, True, before)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--conflicts", "tree/copy"), "is in the tree"),
        (("--conflicts", "next"), "exists already"),
        (("--conflicts", "copy", "--reject", "left"), "exclude each other"),
    ],
)
def test_a_copy_that_cannot_be(
    run: Run, tree: Path, tmp_path: Path, given: Path, more: tuple[str, ...], message: str
) -> None:
    make(tmp_path / "next")
    before = snapshot(tree)
    words = [word if word.startswith("-") else tmp_path / word for word in more]
    code, _, err = run("apply", given, "--tree", tree, *words)
    assert (code, message in err, snapshot(tree)) == (2, True, before)


def test_no_copy_where_no_edit_of_a_file_is_an_answer(run: Run, tree: Path, tmp_path: Path) -> None:
    """A rename whose source is not there, and whatever fits."""
    moved = tmp_path / "moved.diff"
    moved.write_text("diff --git a/no b/new\nsimilarity index 100%\nrename from no\nrename to new\n")
    said = run("apply", moved, "--tree", tree, "--conflicts", tmp_path / "copy")
    assert (said.code, said.err) == (
        1,
        "hpatch: new: its conflict is not one of its lines, and has no marks; hpatch makes no copy\n",
    )
    moved.write_text(diff(25, "c"))
    assert run("apply", moved, "--tree", tree, "--conflicts", tmp_path / "copy").code == 0
    assert not (tmp_path / "copy").exists()


LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
from hpatch.cli.main import main
main()
"""


def test_a_disk_that_is_full_for_the_copy(run: Run, tree: Path, tmp_path: Path, given: Path) -> None:
    (tree / "large").write_text("x" * 1000)
    words = ("apply", given, "--tree", tree, "--conflicts", tmp_path / "copy")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, words)], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "the tree cannot be copied" in done.stderr) == (4, True), done.stderr
    assert not (tmp_path / "copy").exists()
