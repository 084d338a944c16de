"""Series as a user works with them: `apply --series`, `push`, `pop`, `top`, `applied`, `add`, `refresh`, `export`."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hpatch import files
from tests.support.cli.call import Answer, call
from tests.support.cli.tree import BASE, MODULE, changed, diff, snapshot
from tests.support.report.schema import valid

Run = Callable[..., Answer]
NAMES = ["a.patch", "sub/b.patch", "c.patch"]
HEADER = "Description: the patch a\nAuthor: Ann <a@example.org>\n\n"


@pytest.fixture
def patches(tmp_path: Path) -> Path:
    """Three patches, each for another line."""
    folder = tmp_path / "patches"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.patch").write_text(HEADER + diff(5, "first"))
    (folder / "sub/b.patch").write_text(diff(12, "second").replace("a/", "").replace("b/", ""))
    (folder / "c.patch").write_text(diff(20, "third"))
    (folder / "series").write_text("a.patch  # the first\n\nsub/b.patch -p0\nc.patch\n")
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lambda *arguments: call(capsys, *arguments, "--tree", tree)


def module(tree: Path) -> str:
    return (tree / MODULE).read_text()


def told(answer: Answer) -> Any:
    name = json.loads(answer.out)["schema"].removeprefix("hpatch.").replace("/", "-")
    return valid(name, answer.out)


def standing(run: Run) -> tuple[list[str], list[str]]:
    answer = told(run("applied", "-f", "json"))
    return [one["name"] for one in answer["applied"]], [one["name"] for one in answer["waiting"]]


WHOLE = changed(changed(changed(BASE, 5, "first"), 12, "second"), 20, "third")


def test_a_tree_of_no_known_project_has_no_title(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call(capsys, "push", "--tree", tmp_path).out == "Nothing to do: no patch waits in this tree.\n"


def test_a_new_file_is_called_new_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "new.diff").write_text("--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n")
    (tmp_path / "tree").mkdir()
    said = call(capsys, "apply", tmp_path / "new.diff", "--tree", tmp_path / "tree").out
    assert said.splitlines()[1] == "  new  new file, 1 hunk exact"


def test_a_whole_series_and_back(run: Run, tree: Path, patches: Path) -> None:
    before = snapshot(tree)
    assert run("apply", "--series", patches).code == 0
    assert (module(tree), standing(run)) == (WHOLE, (NAMES, []))
    assert run("apply", "--series", patches).out.endswith("Nothing to do: the tree already has everything.\n")
    assert run("revert", "--all").code == 0
    assert {path: (data, mode) for path, (data, mode, _) in snapshot(tree).items()} == {
        path: (data, mode) for path, (data, mode, _) in before.items()
    }
    assert not (tree / ".hpatch").exists()


def test_one_by_one(run: Run, tree: Path, patches: Path) -> None:
    assert run("push", "--series", patches).code == 0
    assert (module(tree), standing(run)) == (changed(BASE, 5, "first"), (NAMES[:1], NAMES[1:]))
    assert run("top").out == "a.patch\n"
    assert run("push", "sub/b.patch").code == 0
    assert run("push", "--dry-run").code == 0
    assert standing(run) == (NAMES[:2], NAMES[2:])
    assert run("push", "--all").code == 0
    assert (run("applied").out, run("applied", "--waiting").out) == ("a.patch\nsub/b.patch\nc.patch\n", "")
    assert run("push").out.endswith("Nothing to do: no patch waits in this tree.\n")
    assert told(run("pop", "a.patch", "-f", "json"))["patches"] == ["c.patch", "sub/b.patch"]
    assert (module(tree), standing(run)) == (changed(BASE, 5, "first"), (NAMES[:1], NAMES[1:]))
    assert (tree / ".hpatch/.gitignore").read_text() == "*\n"
    answer = run("pop", "7")
    assert (answer.code, module(tree)) == (0, BASE)
    assert (standing(run), run("top").code) == (([], NAMES), 1)
    assert (tree / ".hpatch/.gitignore").read_text() == "*\n"
    assert run("pop").out == "Nothing is applied in this tree.\n"
    assert run("push", "-a").code == 0
    assert module(tree) == WHOLE


def test_a_revert_forgets(run: Run, tree: Path, patches: Path) -> None:
    run("apply", "--series", patches)
    assert run("revert", "sub/b.patch").code == 0
    assert standing(run) == (["a.patch", "c.patch"], [])
    run("pop", "--all")
    answer = run("revert", "--all")
    assert (answer.code, answer.err) == (0, "hpatch: forgot patches that waited: a.patch, c.patch\n")
    assert not (tree / ".hpatch").exists()


def test_a_queue_that_ends_leaves_nothing(run: Run, tree: Path, patches: Path) -> None:
    run("apply", "--series", patches)
    run("pop", "--all")
    (tree / MODULE).write_text(WHOLE)
    assert run("push", "--all").out.endswith("Nothing to do: the tree already has everything.\n")
    assert not (tree / ".hpatch").exists()


def test_a_waiting_patch_is_forgotten_by_its_name(run: Run, tree: Path, patches: Path) -> None:
    """A patch that does not fit would keep those after it out for ever."""
    (tree / MODULE).write_text(BASE.replace("line 12\n", "mine\n"))
    assert run("push", "-a", "--series", patches).code == 1
    dry = run("revert", "sub/b.patch", "--dry-run")
    assert (dry.code, dry.err) == (0, "hpatch: would forget a patch that waited: sub/b.patch\n")
    assert run("push").code == 0
    answer = run("revert", "sub/b.patch")
    assert (answer.code, answer.out) == (0, "Still applied: a.patch.\n")
    assert answer.err == "hpatch: forgot a patch that waited: sub/b.patch\n"
    assert run("push", "-a").code == 0
    assert standing(run) == (["a.patch", "c.patch"], [])
    run("pop")
    assert run("revert", "a.patch", "c.patch").code == 0
    assert not (tree / ".hpatch").exists()
    assert (run("revert", "gone").code, module(tree)) == (2, BASE.replace("line 12\n", "mine\n"))


def test_a_patch_that_does_not_fit_waits(run: Run, tree: Path, patches: Path) -> None:
    (tree / MODULE).write_text(BASE.replace("line 10\n", "mine\n"))
    assert run("push", "-a", "--series", patches).code == 1
    assert standing(run) == ([], NAMES)
    assert run("push").code == 0
    assert run("push").code == 1
    assert standing(run) == (NAMES[:1], NAMES[1:])
    assert run("push", "--fuzz", "2").code == 0


def test_edits_keep_a_patch_from_being_popped(run: Run, tree: Path, patches: Path) -> None:
    run("apply", "--series", patches)
    (tree / MODULE).write_text(WHOLE + "mine\n")
    answer = run("pop", "-f", "json")
    assert (answer.code, told(answer)["edited"], module(tree)) == (1, [MODULE], WHOLE + "mine\n")
    assert "hpatch refresh" in run("pop").out
    assert "are not in the patches" in run("export", "--as", "diff").err
    answer = told(run("refresh", "-f", "json"))
    assert answer["patches"] == [{"name": "c.patch", "how": "rewritten", "folded": [MODULE]}]
    assert run("pop").code == 0
    assert module(tree) == changed(changed(BASE, 5, "first"), 12, "second")
    assert run("push").code == 0
    assert module(tree) == WHOLE + "mine\n"


def test_other_files_and_new_ones_are_added_first(run: Run, tree: Path, patches: Path) -> None:
    assert run("add", "README").code == 2
    run("apply", "--series", patches)
    assert run("add", "./README", "new.c").out == "c.patch: README\nc.patch: new.c\n"
    assert run("refresh").out == "c.patch: unchanged\n"
    (tree / "README").write_text("read you\n")
    (tree / "new.c").write_text("int x;\n")
    assert told(run("refresh", "-f", "json"))["patches"][0]["folded"] == ["README", "new.c"]
    assert run("pop").code == 0
    assert ((tree / "README").read_text(), (tree / "new.c").exists()) == ("read me\n", False)
    assert run("push").code == 0
    assert ((tree / "README").read_text(), (tree / "new.c").read_text()) == ("read you\n", "int x;\n")


def test_edits_that_undo_a_patch(run: Run, tree: Path, patches: Path) -> None:
    run("push", "--series", patches)
    (tree / MODULE).write_text(BASE)
    answer = run("refresh", "-f", "json")
    assert (answer.code, told(answer)["emptied"]) == (1, "a.patch")
    assert "hpatch revert a.patch" in run("refresh").out


def test_export_gives_the_series_back(run: Run, patches: Path, tmp_path: Path) -> None:
    run("apply", "--series", patches)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in patches.rglob("*.*")}
    assert run("export", "-o", patches).code == 0
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in patches.rglob("*.*")} == before
    answer = told(run("export", "-o", tmp_path / "other", "-f", "json"))
    assert [one["name"] for one in answer["patches"]] == NAMES
    for name in NAMES:
        assert (tmp_path / "other" / name).read_bytes() == (patches / name).read_bytes()
    assert (tmp_path / "other/series").read_text() == "a.patch\nsub/b.patch -p0\nc.patch\n"


def test_what_moved_is_written_back(run: Run, tree: Path, patches: Path) -> None:
    (tree / MODULE).write_text("above\n" + BASE)
    run("apply", "--series", patches)
    kept = (patches / "a.patch").read_text()
    run("export", "-o", patches)
    assert (patches / "a.patch").read_text() == kept
    assert [one["how"] for one in told(run("refresh", "--all", "-f", "json"))["patches"]] == ["moved"] * 3
    assert run("export", "-o", patches).code == 0
    text = (patches / "a.patch").read_text()
    assert text.startswith(HEADER + "--- a/")
    assert "@@ -3,7 +3,7 @@\n" in text
    assert (patches / "series").read_text() == "a.patch  # the first\n\nsub/b.patch\nc.patch\n"
    (patches / "a.patch").write_text("mine\n")
    answer = run("export", "-o", patches)
    assert (answer.code, "a.patch: exists already with other content; --force" in answer.err) == (3, True)
    assert run("export", "-o", patches, "--force").code == 0
    assert (patches / "a.patch").read_text() == text


def test_export_writes_through_no_link(run: Run, patches: Path, tmp_path: Path) -> None:
    """A source package can come with a link in the place of a patch that is still to be written."""
    run("apply", "--series", patches)
    out = tmp_path / "out"
    out.mkdir()
    for name in ("c.patch", "series", "sub"):
        (out / name).symlink_to(tmp_path / "elsewhere")
        answer = run("export", "--output", out, "--force")
        assert (answer.code, f"{name}: is a symbolic link" in answer.err) == (3, True)
        (out / name).unlink()
        assert not (tmp_path / "elsewhere").exists()
        assert not list(out.iterdir())


def test_fields(run: Run, patches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    run("apply", "--series", patches)
    fields = ("--forwarded", "not-needed", "--bug", "https://b.example/1", "--origin", "vendor")
    assert run("export", "a.patch", "-o", tmp_path / "out", *fields, "--applied-upstream", "2.4.10").code == 0
    head = (tmp_path / "out/a.patch").read_text().partition("--- a")[0]
    assert head == HEADER[:-1] + (
        "Forwarded: not-needed\nBug: https://b.example/1\nOrigin: vendor\nApplied-Upstream: 2.4.10\n"
        "Last-Update: 2023-11-14\n\n"
    )
    assert not (tmp_path / "out/c.patch").exists()
    run("export", "c.patch", "-o", tmp_path / "out", "--forwarded", "no")
    text = (tmp_path / "out/c.patch").read_text()
    assert text.startswith("Description: c\nForwarded: no\nLast-Update: 2023-11-14\n\n--- a/")


@pytest.mark.git
def test_mails_there_and_back(run: Run, tree: Path, patches: Path, tmp_path: Path) -> None:
    run("apply", "--series", patches)
    run("export", "--as", "git", "-o", tmp_path / "mails")
    names = ["0001-a.patch", "0002-b.patch", "0003-c.patch"]
    assert sorted(path.name for path in (tmp_path / "mails").iterdir()) == names
    text = (tmp_path / "mails/0001-a.patch").read_text()
    assert "From: Ann <a@example.org>\nSubject: [PATCH 1/3] the patch a\n" in text
    run("revert", "--all")
    assert module(tree) == BASE
    assert run("apply", "--series", tmp_path / "mails").code == 0
    assert module(tree) == WHOLE
    run("export", "--as", "git", "-o", tmp_path / "again")
    assert (tmp_path / "again/0001-a.patch").read_text() == text


def test_standard_input(run: Run, tree: Path, patches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(patches)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"c.patch\na.patch\n")))
    assert run("apply", "--series", "-").code == 0
    monkeypatch.setattr(sys, "stdin", None)
    assert run("apply", "--series", "-") == (3, "", "hpatch: -: the standard input is closed\n")
    assert standing(run)[0] == ["c.patch", "a.patch"]


def test_what_is_left_out(run: Run, tree: Path, patches: Path) -> None:
    extra = "--- a/README\n+++ b/README\n@@ -1 +1 @@\n-read me\n+no\n"
    (patches / "a.patch").write_text(HEADER + diff(5, "first") + extra)
    answer = run("apply", "--series", patches, "--exclude", "READ*", "--exclude", "debian", "-f", "json")
    assert (answer.code, told(answer)["excluded"]) == (0, ["README"])
    assert (tree / "README").read_text() == "read me\n"
    run("pop", "-a")
    assert run("push", "-a").code == 0
    assert ((tree / "README").read_text(), module(tree)) == ("read me\n", WHOLE)
    run("revert", "--all")
    answer = run("apply", "--series", patches, "--exclude", "modules/", "--exclude", "README")
    assert (answer.code, module(tree), "Left out: " in answer.out) == (0, BASE, True)


def test_an_exclude_that_leaves_nothing_out_is_told(run: Run, tree: Path, patches: Path) -> None:
    answer = run("apply", "--series", patches, "--exclude", f"./{MODULE}", "--exclude", "module.c", "--dry-run")
    assert (answer.code, f"Left out: {MODULE}" in answer.out) == (0, True)
    assert answer.err == "hpatch: --exclude module.c: the diffs change no such file\n"
    run("apply", "--series", patches)
    assert run("apply", "--series", patches, "--exclude", "module.c").err == ""


def test_single_diffs_are_remembered_too(run: Run, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.diff").write_text("Text above.\n\n" + diff(5, "first"))
    run("apply", tmp_path / "mine.diff")
    assert run("pop").code == 0
    assert standing(run) == ([], ["mine.diff"])
    assert run("push").code == 0
    run("export", "-o", tmp_path / "out")
    assert (tmp_path / "out/mine.diff").read_text() == "Text above.\n\n" + diff(5, "first")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("push", "gone.patch"), 2, "'gone.patch' is not a patch that waits here"),
        (("pop", "c.patc"), 2, "'c.patc' is not applied here; did you mean 'c.patch'?"),
        (("pop", "1", "2"), 2, "name one patch, or a number of patches"),
        (("pop", "1", "--all"), 2, "give a number or a patch, or --all"),
        (("refresh", "x"), 2, "'x' is not applied here"),
        (("export", "x", "-o", "out"), 2, "'x' is not applied here"),
        (("export",), 2, "--as quilt needs --output DIR"),
        (("export", "--as", "diff", "--bug", "x"), 2, "one diff has no DEP-3 fields"),
        (("export", "-o", "out", "--bug", "a\nb"), 2, "Bug: give one line of text"),
        (("push", "--series", "nowhere"), 3, "nowhere: cannot be read"),
        (("add", "../x"), 3, "the path leaves the tree"),
    ],
)
def test_wrong_usage(run: Run, tree: Path, patches: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    run("apply", "--series", patches)
    before = snapshot(tree)
    answer = run(*arguments)
    assert (answer.code, answer.out, message in answer.err) == (code, "", True)
    assert snapshot(tree) == before


@pytest.mark.parametrize(("key", "value"), [("file", "../x"), ("strip", 100), ("strip", -1)])
def test_a_queue_of_someone_else(run: Run, tree: Path, patches: Path, key: str, value: object) -> None:
    run("apply", "--series", patches)
    file = tree / ".hpatch/series/series.json"
    data = json.loads(file.read_text())
    data["patches"][0][key] = value
    file.write_text(json.dumps(data))
    answer = run("pop")
    assert (answer.code, "is damaged" in answer.err, module(tree)) == (3, True, WHOLE)


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("series.json", "{", "is damaged"),
        ("series.json", '{"schema": "hpatch.queue/2"}', "of a later hpatch"),
        (
            "series.json",
            f'{{"schema": "hpatch.queue/1", "patches": [{{"sha256": "{"0" * 64}", "file": "x", "strip": 1e999}}]}}',
            "is damaged",
        ),
        (None, "x", "is damaged: delete"),
    ],
)
def test_a_damaged_queue(run: Run, tree: Path, patches: Path, path: str | None, text: str, message: str) -> None:
    run("apply", "--series", patches)
    folder = tree / ".hpatch/series"
    file = folder / path if path else next(one for one in folder.iterdir() if one.suffix != ".json")
    file.write_text(text)
    answer = run("pop")
    assert (answer.code, message in answer.err, module(tree)) == (3, True, WHOLE)


def test_another_text_of_the_same_name(run: Run, patches: Path) -> None:
    run("push", "--series", patches)
    (patches / "a.patch").write_text(diff(5, "other"))
    for command in ("push", "apply"):
        answer = run(command, "--series", patches)
        assert (answer.code, "another 'a.patch' is applied here" in answer.err) == (2, True)


@pytest.mark.parametrize("at", ["mkdir", "rename", "unlink"])
def test_killed_while_popping(run: Run, tree: Path, patches: Path, at: str) -> None:
    """The tree, its stack and its queue are all as before, or all as after."""
    run("apply", "--series", patches)
    program = (
        f"import os, signal, sys; from hpatch.cli.main import main; real = os.{at}\n"
        "def die(*words, **more):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        f"from hpatch import files; files.os = type('os', (), {{**vars(os), '{at}': staticmethod(die)}})\n"
        f"sys.argv = ['hpatch', 'pop', '2', '--tree', {str(tree)!r}]; main()"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, check=False, env={**os.environ})
    assert done.returncode == -signal.SIGKILL
    with files.lock(tree):
        files.recover(tree)
    popped = changed(BASE, 5, "first")
    assert (module(tree), standing(run)) in [(WHOLE, (NAMES, [])), (popped, (NAMES[:1], NAMES[1:]))]


@pytest.mark.parametrize("link", ["series", "sub", "a.patch"])
def test_an_export_follows_no_link(run: Run, tree: Path, patches: Path, tmp_path: Path, link: str) -> None:
    """debian/patches comes with the source, and may be anyone's."""
    run("apply", "--series", patches)
    folder, out = tmp_path / "debian", tmp_path / "out"
    folder.mkdir()
    (out / "sub").mkdir(parents=True)
    (out / "series").write_text("keep\n")
    (folder / link).symlink_to(out / link)
    before = snapshot(out)
    answer = run("export", "--output", folder)
    assert (answer.code, link in answer.err, snapshot(out)) == (3, True, before)
    assert [path.name for path in folder.iterdir()] == [link]
