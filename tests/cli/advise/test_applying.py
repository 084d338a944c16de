"""`hpatch advise --apply`: the order of its steps, and what an end in the middle leaves; nothing is built here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hpatch.build.trees.applying import Request
from hpatch.cli.advise import applying
from hpatch.errors import ToolError
from hpatch.lab import proof as proving
from tests.support.advise.known import known, only
from tests.support.cli.call import Answer, call
from tests.support.cli.tree import catalog, snapshot

Run = Callable[..., Answer]


class Stage:
    """What stands in for building and trying, and what was called."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.proof = SimpleNamespace(ok=True, undecided=False)
        self.fails: dict[str, BaseException] = {}

    def prove(self, asked: applying.ApplyOrder, request: Request, run: Any) -> tuple[Any, Any, Any]:
        plan = proving.plan(asked.tree, request, asked.catalog, asked.source, asked.wanted)
        with run.step() as ended:
            self._call(f"prove {' '.join(request.ids)}")
            ended("tried", self.proof.ok)
        return SimpleNamespace(how=""), plan, self.proof

    def build(self, asked: applying.ApplyOrder) -> str:
        self._call("build")
        return str(asked.prefix)

    def _call(self, what: str) -> None:
        self.called.append(what)
        if what in self.fails:
            raise self.fails.pop(what)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    one = Stage()
    monkeypatch.setattr(applying, "_prove", one.prove)
    monkeypatch.setattr(applying, "_build", one.build)
    monkeypatch.setattr("hpatch.report.prove.proof.ProofReport", lambda **told: SimpleNamespace(text=lambda page: ()))
    yield one


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    only(monkeypatch, known("PR 1", sets=("two",)), known("PR 2", sets=("three",)), known("PR 3", affected="<2.4.20"))
    (tmp_path / "a.conf").write_text('ProxyPass "/a/" "fcgi://a:9000/"\n')
    catalog(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    words = ("a.conf", "--tree", "tree", "--catalog", "sets", "--apply", "--prefix", tmp_path / "prefix")
    return lambda *arguments: call(capsys, "advise", *words, *arguments)


def steps(answer: Answer) -> dict[str, str]:
    """The steps of an answer, and what became of each."""
    lines = [line.split("  ") for line in answer.out.splitlines()]
    return {line[0].strip(): line[1].strip() or line[2].strip() for line in lines if line[0].strip() in applying.STEPS}


def test_it_proves_applies_builds_and_looks_again(run: Run, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run()
    assert answer.code == 0
    assert stage.called == ["prove two three", "build"]
    assert set(steps(answer).values()) == {"done"}
    assert "all that a set cures is gone; 1 problem left that none cures here" in answer.out
    assert "tree has one, three, two" in answer.out
    told = [line for line in answer.err.splitlines() if line.startswith("hpatch: step ")]
    assert [line[:20] for line in told] == [f"hpatch: step {n} of 4," for n in (1, 2, 3, 4)]
    assert "about 4 min: build and try the tree" in told[0]
    assert "about 6 min (a rough estimate) until the end" in told[0]
    assert "one, three, two" not in run().out  # there is nothing to apply any more
    assert stage.called == ["prove two three", "build", "build"]


def test_without_a_proof_the_tree_stays_as_it_was(run: Run, stage: Stage, tree: Path) -> None:
    before = snapshot(tree)
    stage.proof = SimpleNamespace(ok=False, undecided=False)
    answer = run()
    assert (answer.code, stage.called) == (1, ["prove two three"])
    assert steps(answer) == {"prove": "failed", "apply": "not begun", "build": "not begun", "lint": "not begun"}
    assert snapshot(tree) == before
    stage.proof = SimpleNamespace(ok=False, undecided=True)
    assert run().code == 4
    assert snapshot(tree) == before


def test_a_build_that_fails_is_told_and_the_same_command_goes_on(run: Run, stage: Stage) -> None:
    stage.fails["build"] = ToolError("no compiler")
    answer = run()
    assert (answer.code, answer.out) == (4, "")
    assert "prove, apply are done; tree has the sets; the same command goes on with build" in answer.err
    assert answer.err.endswith("hpatch: no compiler\n")
    answer = run()
    assert answer.code == 0
    assert stage.called == ["prove two three", "build", "build"]
    assert steps(answer) == {"prove": "not needed", "apply": "not needed", "build": "done", "lint": "done"}


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("prove two three", "no step is done; tree is as it was; the same command goes on with prove"),
        ("build", "prove, apply are done; tree has the sets; the same command goes on with build"),
    ],
)
def test_an_interruption_is_told(run: Run, stage: Stage, tree: Path, where: str, told: str) -> None:
    before = snapshot(tree)
    stage.fails[where] = KeyboardInterrupt()
    answer = run()
    assert answer.code == 130
    assert f"hpatch: interrupted: {told}\n" in answer.err
    assert (snapshot(tree) == before) is (where != "build")
    assert run().code == 0


def test_a_second_run_knows_how_long_the_first_took(run: Run, stage: Stage) -> None:
    stage.fails["build"] = ToolError("no compiler")
    run()
    run()
    stage.called.clear()
    assert re.search(r"about 1 s: build the patched tree; about \d s \(as it took before\) until the end", run().err)


def test_nothing_is_begun_where_there_is_nothing_to_do(
    run: Run, stage: Stage, monkeypatch: pytest.MonkeyPatch, tree: Path
) -> None:
    only(monkeypatch, known("PR 3", affected="<2.4.20"))
    before = snapshot(tree)
    answer = run()
    assert (answer.code, stage.called) == (1, [])
    assert answer.err == "hpatch: nothing was applied: no set cures anything here\n"
    (tree.parent / "a.conf").write_text("ServerName a\nListen 80\n<Broken\n")
    answer = run()
    assert (answer.code, stage.called) == (3, [])
    assert "hpatch: nothing was applied: some of the configuration could not be read\n" in answer.err
    assert snapshot(tree) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--apply",), "--apply needs --tree TREE, which it patches, and --prefix DIR"),
        (("--apply", "--tree", "tree"), "--apply needs --tree TREE, which it patches, and --prefix DIR"),
        (("--tree", "tree", "--prefix", "new"), "--transport and --requests need --apply"),
        (("--tree", "tree", "--apply", "--prefix", "new", "--apxs", "x"), "--apxs needs --module-only"),
        (
            ("--tree", "tree", "--apply", "--prefix", "new", "--module-only", "--configure-arg=--x"),
            "--configure-arg does not apply to --module-only",
        ),
        (("--tree", "tree", "--apply", "--prefix", "tree"), "tree: lies in the source tree; choose another --prefix"),
        (("--tree", "tree", "--apply", "--prefix", "tree/new"), "tree/new: lies in the source tree; choose another"),
        (("--tree", "tree", "--apply", "--prefix", "sets"), "is not empty, and hpatch did not make it"),
    ],
)
def test_wrong_usage(
    run: Run, capsys: pytest.CaptureFixture[str], tree: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = snapshot(tree)
    code, out, err = call(
        capsys, "advise", "a.conf", *arguments, *(("--catalog", "sets") if "--apply" in arguments else ())
    )
    assert (code, out) == (2, "")
    assert said in err
    assert snapshot(tree) == before
