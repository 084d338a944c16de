"""`hpatch apply`, `hpatch revert` and `hpatch status` as a user calls them."""

from __future__ import annotations

import base64
import difflib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from hpatch import files
from tests.support.cli.call import Answer, call
from tests.support.cli.tree import BASE, MODULE, catalog, changed, diff, hunk, make, snapshot
from tests.support.patch.repositories import Repository
from tests.support.report.schema import valid

Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the tree, with the sets."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sets = catalog(tmp_path)

    def command(name: str, *arguments: object) -> Answer:
        known = () if name == "revert" else ("--catalog", sets)
        return call(capsys, name, *arguments, "--tree", tree, *known)

    return command


def module(tree: Path) -> str:
    return (tree / MODULE).read_text()


def told(answer: Answer) -> Any:
    """An answer's JSON, which keeps to its documented schema."""
    name = json.loads(answer.out)["schema"].removeprefix("hpatch.").replace("/", "-")
    return valid(name, answer.out)


def test_a_mail_of_base64_for_a_tree_of_cr_lf(run: Run, tree: Path, tmp_path: Path) -> None:
    before = BASE.encode().replace(b"\n", b"\r\n")
    (tree / MODULE).write_bytes(before)
    head = b"From: Ann <a@example.org>\nSubject: s\nContent-Transfer-Encoding: base64\n\n"
    mail = tmp_path / "x.eml"
    mail.write_bytes((head + base64.encodebytes(diff(5, "first").encode())).replace(b"\n", b"\r\n"))
    assert run("apply", f"{mail}").code == 0
    assert (tree / MODULE).read_bytes() == changed(BASE, 5, "first").encode().replace(b"\n", b"\r\n")
    assert run("revert", f"{mail}").code == 0
    assert (tree / MODULE).read_bytes() == before


def states(run: Run) -> dict[str, str]:
    answer = told(run("status", "one", "two", "three", "-f", "json"))
    return {one["id"]: one["state"] for one in answer["sets"]}


def test_a_set_and_what_it_needs(run: Run, tree: Path) -> None:
    before = snapshot(tree)
    assert states(run) == {"one": "missing", "two": "missing", "three": "missing"}
    code, out, err = run("apply", "two")
    assert (code, err) == (0, "")
    assert "comes along: two needs it" in out
    assert "Applied 2 changes to 1 file." in out
    assert module(tree) == changed(changed(BASE, 5, "first"), 12, "second")
    assert states(run) == {"one": "present", "two": "present", "three": "missing"}
    blocked = told(run("revert", "one", "-f", "json"))
    assert (blocked["ok"], blocked["dependents"]) == (False, ["two"])
    assert "To revert all of these: hpatch revert one two" in run("revert", "one").out
    code, out, err = run("revert", "two")
    assert (code, err) == (0, "")
    assert "No longer needed: one (hpatch revert one)" in out
    assert states(run) == {"one": "present", "two": "missing", "three": "missing"}
    assert run("revert", "--all").code == 0
    after = snapshot(tree)
    assert {path: state[:2] for path, state in after.items()} == {path: state[:2] for path, state in before.items()}
    assert after["README"] == before["README"]
    assert sorted(path.name for path in tree.iterdir()) == ["README", "include", "modules"]


def test_dry_run(run: Run, tree: Path) -> None:
    before = snapshot(tree)
    code, out, _ = run("apply", "three", "--dry-run", "--verbose")
    assert code == 0
    assert "hunk 1, line 17: exact" in out
    assert "Would apply 1 change to 1 file." in out
    assert run("apply", "three").code == 0
    applied = snapshot(tree)
    assert "Would revert three" in run("revert", "three", "--dry-run").out
    assert snapshot(tree) == applied
    assert run("revert", "three").code == 0
    assert {path: state[:2] for path, state in snapshot(tree).items()} == {
        path: state[:2] for path, state in before.items()
    }


def test_what_is_there_already(run: Run, tree: Path) -> None:
    (tree / MODULE).write_text(changed(BASE, 5, "first"))
    code, out, _ = run("apply", "one")
    assert (code, "already there: the code shows it" in out) == (0, True)
    assert run("apply", "two").code == 0
    assert [step["name"] for step in told(run("status", "-f", "json"))["applied"]] == ["two"]
    assert "Nothing to do" in run("apply", "two").out


def test_a_mark_that_is_older_than_the_set_does_not_hide_that_it_is_missing(run: Run, tree: Path) -> None:
    marked = BASE.replace("line 29\n", "line 29 /* not the first 5 */\n")
    assert marked != BASE
    (tree / MODULE).write_text(marked)
    code, out, _ = run("apply", "one")
    assert (code, "already there" in out) == (0, False)
    assert module(tree) == changed(marked, 5, "first")
    assert run("revert", "one").code == 0
    (tree / MODULE).write_text(changed(marked, 5, "other"))
    code, out, _ = run("apply", "one")
    assert (code, "partly there: the code has its marks, but not all of its changes" in out) == (1, True)
    assert module(tree) == changed(marked, 5, "other")


def test_what_does_not_fit(run: Run, tree: Path) -> None:
    (tree / MODULE).write_text(BASE.replace("line 11\n", "mine\n"))
    before = snapshot(tree)
    code, out, err = run("apply", "two", "three")
    assert (code, err) == (1, "")
    assert f"two: {MODULE}: hunk 1, for line 9: does not fit" in out
    assert "line 11" in out
    assert "mine" in out
    assert "Nothing was changed." in out
    assert snapshot(tree) == before
    answer = told(run("apply", "two", "three", "-f", "json"))
    (blocker,) = answer["blockers"]
    assert (answer["state"], blocker["step"], blocker["hunk"]) == ("refused", "two", 1)
    assert "quilt" not in out
    (tree / ".pc").mkdir()
    (tree / ".pc/applied-patches").write_text("a.diff\nb.diff\n")
    assert "(2 in .pc/applied-patches): try again after 'quilt pop -a'." in " ".join(run("apply", "two").out.split())


def test_a_diff_that_another_tool_has_applied_already(run: Run, tree: Path, tmp_path: Path) -> None:
    (tree / "a.txt").write_text("new\n")
    given = tmp_path / "p.diff"
    given.write_text("--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-old\n+new\n")
    assert "applied-patches" not in run("apply", given).out
    (tree / ".pc").mkdir()
    (tree / ".pc/applied-patches").write_text("p.diff\n")
    code, out, _ = run("apply", given)
    assert (code, "(1 in .pc/applied-patches). 'quilt pop -a' first" in " ".join(out.split())) == (0, True)


def test_a_set_for_another_version(run: Run, tree: Path) -> None:
    header = tree / "include/ap_release.h"
    header.write_text(header.read_text().replace("9", "7"))
    code, out, _ = run("apply", "one")
    assert (code, "not for this version" in out) == (1, True)
    assert module(tree) == BASE


def test_diffs(run: Run, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.diff").write_text(diff(25, "mine"))
    (tmp_path / "p0.patch").write_text(diff(16, "fourth").replace("a/", "").replace("b/", ""))
    code, out, err = run("apply", tmp_path / "mine.diff", "one", tmp_path / "p0.patch")
    assert (code, err) == (0, "")
    assert module(tree) == changed(changed(changed(BASE, 5, "first"), 16, "fourth"), 25, "mine")
    assert run("revert", "p0.patch").code == 0
    code, out, err = run("apply", tmp_path / "mine.diff")
    assert (code, err, "applied here already" in out) == (0, "", True)
    (tmp_path / "mine.diff").write_text(diff(15, "mine"))
    code, out, err = run("apply", tmp_path / "mine.diff")
    assert (code, err) == (
        2,
        "hpatch: another 'mine.diff' is applied here; revert it first, or rename this one\n",
    )
    reverted = told(run("revert", "mine.diff", "-f", "json"))
    assert reverted["files"] == [{"path": MODULE, "how": "restored"}]
    assert module(tree) == changed(BASE, 5, "first")


def test_long_work_tells_where_it_is(run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Told:
        def step(self, number: int, count: int, title: str) -> None:
            told.append(f"{number}/{count} {title}")

    monkeypatch.setattr("hpatch.cli.patch.apply.shown", lambda: nullcontext(Told()))
    (tmp_path / "mine.diff").write_text(diff(25, "mine"))
    assert run("apply", tmp_path / "mine.diff").code == 0
    assert told == [f"1/1 mine.diff: {MODULE}", f"1/1 writing {tree}"]


def test_diffs_of_one_name(run: Run, tree: Path, tmp_path: Path) -> None:
    for folder, number in (("a", 5), ("b", 15), ("b/a", 25)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "fix.diff").write_text(diff(number, folder[0]))
    one, two, three = (tmp_path / folder / "fix.diff" for folder in ("a", "b", "b/a"))
    code, out, err = run("apply", one, two, three, one)
    assert (code, err) == (0, "")
    for name in ("b-fix.diff", "b-a-fix.diff", f"{tmp_path.name}-a-fix.diff"):
        assert name in out
    assert module(tree) == changed(changed(changed(BASE, 5, "a"), 15, "b"), 25, "b")
    before = snapshot(tree)
    assert run("apply", two).code == 0
    assert snapshot(tree) == before
    assert run("revert", two, three).code == 0
    assert module(tree) == changed(BASE, 5, "a")


def test_a_diff_is_reverted_by_its_file_too(run: Run, tree: Path, tmp_path: Path) -> None:
    given = tmp_path / "mine.diff"
    given.write_text(diff(25, "mine"))
    other = tmp_path / "other" / "mine.diff"
    other.parent.mkdir()
    other.write_text(diff(15, "mine"))
    assert run("apply", given).code == 0
    told = run("revert", other)
    assert told.code == 2
    assert f"{other}: is not the diff that is applied as 'mine.diff'; name that: hpatch revert mine.diff" in told.err
    (tmp_path / "copy.diff").write_bytes(given.read_bytes())
    assert run("revert", tmp_path / "copy.diff").code == 0
    assert module(tree) == BASE
    assert run("apply", given).code == 0
    told = run("revert", tmp_path / "gone.diff")
    assert (told.code, "gone.diff: cannot be read: No such file" in told.err) == (3, True)


def test_a_diff_in_an_odd_form_is_read_with_a_warning(run: Run, tree: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.diff"
    odd.write_bytes(b"--- a/new\n+++ b/new\n@@ -0,0 +1 @@\n+x\n \n")
    answer = run("apply", odd, "--dry-run")
    assert (answer.code, answer.err) == (0, "")
    assert "  warning: line 5: a line of blanks after a hunk is left out\n" in answer.out
    (step,) = told(run("apply", odd, "--dry-run", "-f", "json"))["steps"]
    assert step["oddities"] == [{"line": 5, "text": "a line of blanks after a hunk is left out"}]


def test_a_diff_called_like_a_set(run: Run, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "one").write_text(diff(25, "mine"))
    code, _, err = run("apply", tmp_path / "one")
    assert (code, "'one' is the name of a set" in err) == (2, True)
    assert module(tree) == BASE


def test_a_diff_needs_no_httpd(run: Run, tree: Path, tmp_path: Path) -> None:
    (tree / "include/ap_release.h").unlink()
    (tmp_path / "mine.diff").write_text(diff(25, "mine"))
    assert run("apply", "one").code == 3
    assert run("apply", tmp_path / "mine.diff").code == 0
    code, out, _ = run("status")
    assert (code, "mine.diff" in out) == (0, True)
    assert run("revert", "mine.diff").code == 0
    assert run("status").code == 3


def test_an_edit_since(run: Run, tree: Path) -> None:
    run("apply", "two")
    edited = module(tree).replace("second 12\n", "second 12, edited\n")
    (tree / MODULE).write_text(edited)
    assert f"edited since: {MODULE}" in run("status").out
    before = snapshot(tree)
    code, out, _ = run("revert", "two")
    assert (code, f"{MODULE}:12: the same lines were changed later by an edit" in out) == (1, True)
    (clash,) = told(run("revert", "two", "-f", "json"))["clashes"]
    assert clash["lines"] == [{"line": 12, "without": ["line 12\n"], "now": ["second 12, edited\n"]}]
    assert snapshot(tree) == before
    (tree / MODULE).write_text(edited.replace("second 12, edited\n", "second 12\n").replace("line 30", "my line"))
    assert run("revert", "--all").code == 0
    assert module(tree) == BASE.replace("line 30", "my line")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("apply", "ones"), 2, "there is no patch set 'ones'; did you mean 'one'?"),
        (("apply", "r1"), 2, "no set has r1"),
        (("apply", "nothere.diff"), 3, "nothere.diff: cannot be read: No such file"),
        (("apply", "one", "--git", "a", "--web"), 2, "exclude each other"),
        (("apply", "one", "--fuzz", "-1"), 2, "--fuzz"),
        (("apply",), 2, "name sets, diffs or revisions, or give --series PATH"),
        (("revert", "one"), 2, "nothing is applied in this tree"),
        (("revert",), 2, "name the sets to revert, or give --all"),
        (("revert", "one", "--all"), 2, "name the sets to revert, or give --all"),
        (("status", "ones"), 2, "did you mean 'one'?"),
    ],
)
def test_wrong_usage(run: Run, tree: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    before = snapshot(tree)
    answer = run(*arguments)
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith("hpatch: ")
    assert answer.err.count("\n") == 1
    assert message in answer.err
    assert snapshot(tree) == before


def test_revert_of_what_is_not_applied(run: Run) -> None:
    run("apply", "one")
    assert run("revert", "onee").err == "hpatch: 'onee' is not applied in this tree; did you mean 'one'?\n"


def test_revert_all_of_nothing(run: Run) -> None:
    code, out, err = run("revert", "--all")
    assert (code, err, "Nothing is applied" in out) == (0, "", True)


@pytest.mark.parametrize("command", [("apply", "one"), ("status",), ("revert", "--all")])
def test_no_tree(capsys: pytest.CaptureFixture[str], tmp_path: Path, command: tuple[str, ...]) -> None:
    for path in (tmp_path / "none", tmp_path / "file"):
        (tmp_path / "file").touch()
        code, out, err = call(capsys, *command, "--tree", path)
        assert (code, out, err.count("\n")) == (3, "", 1)


@pytest.mark.parametrize("command", ["apply", "revert", "status"])
def test_a_damaged_stack(run: Run, tree: Path, command: str) -> None:
    run("apply", "one")
    (tree / ".hpatch/stack.json").write_text('{"schema": "hpatch.stack/1", "se')
    before = snapshot(tree)
    code, out, err = run(command, *(["two"] if command != "status" else []))
    assert (code, out) == (3, "")
    assert "stack.json: is damaged" in err
    assert snapshot(tree) == before


def test_a_second_hpatch(run: Run, tree: Path) -> None:
    with files.lock(tree):
        assert run("apply", "one", "--dry-run").code == 0
        code, out, err = run("apply", "one")
    assert (code, out) == (4, "")
    assert err == f"hpatch: {tree}: another hpatch is working in this tree; wait for it to end\n"


POWERLESS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
"""Runs root's programs so that file permissions count for them."""


@pytest.mark.parametrize(
    ("sealed", "message"),
    [
        ("modules/proxy", f"{MODULE}: hpatch cannot write to its folder; nothing was changed"),
        (".", "{tree}: cannot be written: Permission denied"),
    ],
)
def test_a_tree_that_cannot_be_written(tmp_path: Path, sealed: str, message: str) -> None:
    tree, sets = make(tmp_path), catalog(tmp_path)
    (tree / sealed).chmod(0o555)
    done = subprocess.run(
        [*POWERLESS, sys.executable, "-m", "hpatch", "apply", "one", "--tree", tree, "--catalog", sets],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    (tree / sealed).chmod(0o755)
    assert (done.returncode, done.stderr) == (4, f"hpatch: {message.format(tree=tree)}\n")
    assert module(tree) == BASE
    assert not (tree / ".hpatch").exists()


def script(text: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", text, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


STOPPED = """
import os, signal, sys
from hpatch import files
how = getattr(signal, sys.argv.pop(1))
rename, calls = os.rename, []
def stopped(*arguments, **named):
    calls.append(arguments)
    if len(calls) == 2:
        os.kill(os.getpid(), how)
    rename(*arguments, **named)
os.rename = stopped
from hpatch.cli.main import main
sys.argv[0] = "hpatch"
main()
"""
WHOLE = "hpatch: interrupted: the tree was changed as a whole\n"


LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
from hpatch.cli.main import main
main()
"""


def test_kill_9(run: Run, tree: Path, tmp_path: Path) -> None:
    """In the middle of the transaction: the next command finishes it, and says so in one line."""
    done = script(STOPPED, "SIGKILL", "apply", "two", "--tree", tree, "--catalog", tmp_path / "sets")
    assert done.returncode == -signal.SIGKILL
    answer = run("status", "one", "two", "-f", "json")
    assert answer.code == 0
    assert answer.err == f"hpatch: {tree}: an earlier hpatch was interrupted here; finished it\n"
    assert {one["state"] for one in told(answer)["sets"]} == {"present"}
    assert module(tree) == changed(changed(BASE, 5, "first"), 12, "second")
    assert run("status").err == ""
    assert run("revert", "--all").code == 0
    assert module(tree) == BASE


def test_ctrl_c(run: Run, tree: Path, tmp_path: Path) -> None:
    """In the middle of the transaction: it waits for its end."""
    done = script(STOPPED, "SIGINT", "apply", "two", "--tree", tree, "--catalog", tmp_path / "sets")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", WHOLE)
    assert module(tree) == changed(changed(BASE, 5, "first"), 12, "second")
    code, _, err = run("revert", "--all")
    assert (code, err) == (0, "")
    assert module(tree) == BASE


# Equal lines in several functions


def functions(*changes: str) -> str:
    """Functions with equal blocks, each with its own line in the midst."""
    body = "    a;\n    b;\n    c;\n{}    e;\n    f;\n    g;\n"
    return "".join(f"int f{number}(void)\n{{\n{body.format(line)}}}\n\n" for number, line in enumerate(changes, 1))


def test_lines_in_another_function_than_the_headings_are_refused_and_both_places_shown(
    run: Run, tree: Path, tmp_path: Path
) -> None:
    was, edited = "    d;\n", "    own;\n"
    before, after = functions(was, was, was), functions("    D;\n", was, was)
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), "a/f.c", "b/f.c")
    given = tmp_path / "p.diff"
    given.write_text("".join(lines).replace(" @@\n", " @@ int f1(void)\n"))
    (tree / "f.c").write_text(functions(edited, edited, was))
    code, out, _ = run("apply", given)
    assert code == 1
    said = " ".join(out.split())
    assert "ambiguous" in said and "--accept-place" in said and "Nothing was changed" in said
    assert "at line 25, under 'int f3(void)'" in said and "'int f1(void)', which begins at line 1" in said
    (hunk,) = told(run("apply", given, "-f", "json"))["steps"][0]["files"][0]["hunks"]
    assert hunk["elsewhere"] == {"heading": "int f1(void)", "lines": [1], "found": "int f3(void)"}
    code, out, _ = run("apply", given, "--accept-place", "--verbose")
    assert code == 0 and "another function" in " ".join(out.split())
    assert (tree / "f.c").read_text() == functions(edited, edited, "    D;\n")


@pytest.mark.git
def test_the_blob_on_a_diffs_index_line_tells_its_function(run: Run, tree: Path, tmp_path: Path) -> None:
    """Without the blob the heading refuses the place. With it the lines go into the function under its new name."""
    was = "    d;\n"
    before = functions(was)
    repository = Repository(tmp_path / "mirror")
    repository.commit(None, {"f.c": before.encode()})
    repository.commit(None, {"f.c": functions("    D;\n").encode()})
    given = tmp_path / "p.diff"
    given.write_bytes(repository.git("diff", "HEAD~", "HEAD"))
    (tree / "f.c").write_text(before.replace("f1", "renamed"))
    assert run("apply", given).code == 1
    assert run("apply", given, "--git", repository.folder).code == 0
    assert (tree / "f.c").read_text() == functions("    D;\n").replace("f1", "renamed")


@pytest.mark.git
def test_lines_in_other_words_are_merged_and_shown(run: Run, tree: Path, tmp_path: Path) -> None:
    was, new, own = "    send(one, two);\n", "    send(one, 2);\n", "    Send(one, two);\n"
    repository = Repository(tmp_path / "mirror")
    repository.commit(None, {"f.c": functions(was).encode()})
    repository.commit(None, {"f.c": functions(new).encode()})
    given = tmp_path / "p.diff"
    given.write_bytes(repository.git("diff", "HEAD~", "HEAD"))
    (tree / "f.c").write_text(functions(own))
    assert run("apply", given, "--git", repository.folder).code == 1
    words = ("apply", given, "--git", repository.folder, "--by-words")
    answer = valid("plan-1", run(*words, "--dry-run", "-f", "json").out)
    (hunk,) = answer["steps"][0]["files"][0]["hunks"]
    assert (hunk["result"], hunk["line"]) == ("words", 6)
    assert (hunk["words"]["patch"][3], hunk["words"]["tree"][3]) == (new, "    Send(one, 2);\n")
    code, out, _ = run(*words)
    said = " ".join(out.split())
    assert code == 0 and "1 hunk merged by words" in said and "where git reports a conflict; check the result" in said
    assert "send(one, 2); | Send(one, 2);" in said
    assert (tree / "f.c").read_text() == functions("    Send(one, 2);\n")


# What does not fit


def partly(tree: Path, tmp_path: Path) -> Path:
    """A diff of lines 5, 15 and 25, of which the tree has another line 15; and a mode."""
    (tree / MODULE).write_text(changed(BASE, 15, "own"))
    given = tmp_path / "p.diff"
    hunks = diff(5, "a") + hunk(15, "b") + hunk(25, "c")
    given.write_text(f"{hunks}diff --git a/README b/README\nold mode 100644\nnew mode 100755\n")
    return given


def test_rejects(run: Run, tree: Path, tmp_path: Path) -> None:
    given, left = partly(tree, tmp_path), tmp_path / "left"
    before = snapshot(tree)
    assert run("apply", given).code == 1
    code, out, _ = run("apply", given, "--reject", left, "--dry-run")
    assert (code, "reject 1 hunk" in out, left.exists(), snapshot(tree)) == (1, True, False, before)
    answer = run("apply", given, "--reject", left, "-f", "json")
    assert answer.code == 1
    found = told(answer)
    assert (found["state"], found["rejects"]) == ("partly", {"folder": str(left), "files": [f"{MODULE}.rej"]})
    modes = {each["path"]: (each["mode_before"], each["mode"]) for each in found["steps"][0]["files"]}
    assert modes == {"README": ("0644", "0755"), MODULE: (None, None)}
    assert module(tree) == changed(changed(changed(BASE, 5, "a"), 15, "own"), 25, "c")
    assert (tree / "README").stat().st_mode & 0o777 == 0o755
    assert [path.name for path in left.rglob("*") if path.is_file()] == ["mod_small.c.rej"]
    assert run("status").out.count("p.diff (1 hunk rejected)") == 1
    code, _, err = run("apply", given)
    assert (code, "a part of 'p.diff' is applied here" in err) == (2, True)
    (tree / MODULE).write_text(module(tree).replace("own 15", "line 15"))
    assert run("apply", left / f"{MODULE}.rej").code == 0
    assert module(tree) == changed(changed(changed(BASE, 5, "a"), 15, "b"), 25, "c")
    assert run("revert", "--all").code == 0
    assert module(tree) == BASE


def test_rejects_where_all_fits_or_nothing_does(run: Run, tree: Path, tmp_path: Path) -> None:
    given, left = tmp_path / "p.diff", tmp_path / "left"
    given.write_text(diff(5, "a"))
    assert run("apply", given, "--reject", left).code == 0
    assert not left.exists()
    given.rename(tmp_path / "q.diff")
    (tree / MODULE).write_text("other\n")
    code, out, _ = run("apply", tmp_path / "q.diff", "--reject", left)
    assert (code, "Nothing was changed; rejected 1 hunk" in out) == (1, True)
    assert (left / f"{MODULE}.rej").read_text() == diff(5, "a").replace("---", f"diff --git a/{MODULE} b/{MODULE}\n---")


@pytest.mark.parametrize(
    ("where", "what", "message"),
    [
        ("tree/left", "p.diff", "is in the tree"),
        ("link/left", "p.diff", "is in the tree"),
        ("sets", "p.diff", "exists already"),
        ("p.diff", "p.diff", "exists already"),
        ("left", "one", "is for diffs"),
    ],
)
def test_rejects_that_cannot_be(run: Run, tree: Path, tmp_path: Path, where: str, what: str, message: str) -> None:
    given = partly(tree, tmp_path)
    (tmp_path / "link").symlink_to(tree)
    before = snapshot(tree)
    code, _, err = run("apply", given if what == "p.diff" else what, "--reject", tmp_path / where)
    assert (code, message in err, err.count("\n"), snapshot(tree)) == (2, True, 1, before)


def test_rejects_of_a_tree_that_cannot_be_changed_go_again(run: Run, tree: Path, tmp_path: Path) -> None:
    """The disk is full for the tree's files, and not for the few bytes of the rejects."""
    given = partly(tree, tmp_path)
    before = snapshot(tree)
    done = script(LIMITED, "apply", given, "--tree", tree, "--reject", tmp_path / "left", XDG_CACHE_HOME=str(tmp_path))
    assert (done.returncode, "nothing was changed" in done.stderr) == (4, True), done.stderr
    assert (snapshot(tree), (tmp_path / "left").exists()) == (before, False)


def test_ctrl_c_between_rejects_and_tree(run: Run, tree: Path, tmp_path: Path) -> None:
    """It waits until both are written."""
    given = partly(tree, tmp_path)
    done = script(STOPPED, "SIGINT", "apply", given, "--tree", tree, "--reject", tmp_path / "left")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", WHOLE)
    assert (tmp_path / "left" / f"{MODULE}.rej").exists()
    assert module(tree) == changed(changed(changed(BASE, 5, "a"), 15, "own"), 25, "c")
