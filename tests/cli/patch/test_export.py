"""`hpatch set export` as a user calls it."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli.call import Answer, call
from tests.support.cli.tree import BASE, MODULE, catalog, changed, snapshot
from tests.support.report.schema import valid

Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the tree, with the sets."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sets = catalog(tmp_path)
    return lambda *arguments: call(capsys, *arguments, "--tree", tree, "--catalog", sets)


EXPECTED = changed(changed(BASE, 5, "first"), 12, "second")


@pytest.mark.patch
def test_a_diff_on_standard_output(run: Run, tree: Path) -> None:
    before = snapshot(tree)
    code, out, err = run("set", "export", "two", "--as", "diff")
    assert (code, err) == (0, "")
    assert snapshot(tree) == before
    subprocess.run(("patch", "-p1", "-s"), cwd=tree, input=out, text=True, check=True)
    assert (tree / MODULE).read_text() == EXPECTED


@pytest.mark.patch
def test_bytes_stay_bytes(run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / MODULE).write_bytes(BASE.encode().replace(b"line 6\n", b"\xe9\xff\x1b 6\n"))
    path = tree.parent / "sets/one/change.diff"
    path.write_bytes(path.read_bytes().replace(b"line 6\n", b"\xe9\xff\x1b 6\n"))
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    assert run("set", "export", "one", "--as", "diff").code == 0
    assert b"\n \xe9\xff\x1b 6\n" in stream.buffer.getvalue()  # type: ignore[attr-defined]


def test_with_what_is_applied_and_without(run: Run, tree: Path, tmp_path: Path) -> None:
    first = run("set", "export", "two", "--as", "diff").out
    assert run("apply", "two", "three").code == 0
    assert run("set", "export", "two", "--as", "diff").out == first


def test_a_series_is_added_to(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "debian/patches"
    folder.mkdir(parents=True)
    (folder / "series").write_text("mine.patch -p0  # first")
    code, out, err = run("set", "export", "two", "--as", "quilt", "-o", folder)
    assert (code, err) == (0, "")
    assert out.splitlines() == [f"{folder}/one.patch", f"{folder}/two.patch", f"{folder}/series"]
    series = (folder / "series").read_text()
    assert series == "mine.patch -p0  # first\none.patch\ntwo.patch\n"
    for one in ("two", "three"):
        assert run("set", "export", one, "--as", "quilt", "-o", folder).code == 0
    assert (folder / "series").read_text() == f"{series}three.patch\n"


def test_no_patch_is_overwritten(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "patches"
    folder.mkdir()
    (folder / "two.patch").write_text("mine\n")
    code, out, err = run("set", "export", "two", "--as", "quilt", "-o", folder)
    assert (code, out, err) == (
        3,
        "",
        f"hpatch: {folder}/two.patch: exists already with other content; delete it first\n",
    )
    assert [path.name for path in folder.iterdir()] == ["two.patch"]


def test_dry_run_and_json(run: Run, tmp_path: Path, root: Path) -> None:
    folder = tmp_path / "mails"
    out = run("set", "export", "two", "--as", "git", "-o", folder, "--dry-run", "-f", "json").out
    answer = valid("export-1", out)
    assert answer["files"] == [f"{folder}/0001-one.patch", f"{folder}/0002-two.patch"]
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("two", "--as", "quilt"), "--as quilt needs --output DIR"),
        (("two", "--as", "diff", "-f", "json"), "--as diff --format json needs --output DIR"),
        (("two", "--as", "rpm"), "'rpm' is none of"),
        (("towo", "--as", "diff"), "there is no patch set 'towo'; did you mean 'two'?"),
        (("two",), "--as is missing"),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = run("set", "export", *arguments)
    assert (code, out, message in err) == (2, "", True)


def test_what_does_not_fit(run: Run, tree: Path, tmp_path: Path) -> None:
    (tree / MODULE).write_text(BASE.replace("line 11\n", "mine\n"))
    code, out, err = run("set", "export", "two", "--as", "diff")
    assert (code, out) == (1, "")
    assert "does not fit" in err
    code, out, err = run("set", "export", "two", "--as", "quilt", "-o", tmp_path / "patches")
    assert (code, err, "does not fit" in out) == (1, "", True)
    assert not (tmp_path / "patches").exists()


def test_what_is_there(run: Run, tree: Path, tmp_path: Path) -> None:
    (tree / MODULE).write_text(EXPECTED)
    code, out, err = run("set", "export", "two", "--as", "quilt", "-o", tmp_path / "patches")
    assert (code, out, err) == (0, "", "hpatch: nothing to export: the tree has all of it\n")
    assert not (tmp_path / "patches").exists()


def test_an_edit_where_hpatch_was(run: Run, tree: Path) -> None:
    run("apply", "one")
    (tree / MODULE).write_text(changed(BASE, 5, "edited"))
    code, _, err = run("set", "export", "two", "--as", "diff")
    assert (code, "was edited in lines that hpatch changed" in err) == (3, True)
