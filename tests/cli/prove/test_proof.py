"""`hpatch proof`, and what `hpatch verify --bundle` does with its target, as far as nothing is built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from hpatch.cli.prove import keeping
from hpatch.cli.prove.verify import command as verify
from hpatch.errors import ToolError, UsageError
from hpatch.lab import proof as proving
from hpatch.lab.bundle import store
from hpatch.lab.proof import Proof, ProofPlan
from tests.support.cli.call import call
from tests.support.cli.tree import catalog, make
from tests.support.lab.proofs import kept, proof


@pytest.mark.parametrize(("worse", "code"), [(False, 0), (True, 1)])
def test_show_ends_as_verify_did(capsys: pytest.CaptureFixture[str], tmp_path: Path, worse: bool, code: int) -> None:
    store.write(tmp_path / "a.tar", kept(tmp_path, worse=worse))
    found = call(capsys, "proof", "show", tmp_path / "a.tar")
    assert (found.code, found.err) == (code, "")
    assert ("The proof does not hold" if worse else "The proof holds") in found.out
    data = json.loads(call(capsys, "proof", "show", tmp_path / "a.tar", "--format", "json").out)
    assert data["schema"] == "hpatch.bundle/1"
    assert call(capsys, "proof", "show", tmp_path / "a.tar", "--format", "markdown").out.startswith("**one on httpd")


def test_show_says_in_one_line_what_is_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "a \x1b[31m"
    file.write_bytes(b"\x1b[31m{")
    found = call(capsys, "proof", "show", file)
    assert (found.code, found.out) == (3, "")
    assert found.err.startswith(f"hpatch: {tmp_path}/a \\x1b[31m: is not a bundle")
    assert found.err.count("\n") == 1 and "\x1b" not in found.err


def test_compare(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name, worse in (("a", False), ("b", True)):
        store.write(tmp_path / f"{name}.tar", kept(tmp_path / name, worse=worse))
    a, b = tmp_path / "a.tar", tmp_path / "b.tar"
    assert call(capsys, "proof", "compare", a, a).code == 0
    found = call(capsys, "proof", "compare", a, b)
    assert (found.code, found.err) == (1, "")
    assert "worse: page" in found.out
    assert call(capsys, "proof", "compare", a, tmp_path / "a" / "tree").code == 0
    assert call(capsys, "proof", "compare", a, tmp_path / "a").code == 3
    (tmp_path / "a" / "tree" / "new").touch()
    assert call(capsys, "proof", "compare", a, tmp_path / "a" / "tree").code == 1


def test_several_proofs_have_bundles_beside_each_other(tmp_path: Path) -> None:
    names = ["event", "worker"]
    assert keeping.targets(None, names) == {"event": None, "worker": None}
    assert keeping.targets(tmp_path / "a.tar", [""]) == {"": tmp_path / "a.tar"}
    assert keeping.targets(tmp_path / "a.tar", names)["worker"] == tmp_path / "a-worker.tar"
    (tmp_path / "a-worker").mkdir()
    with pytest.raises(UsageError, match="a-worker: exists already"):
        keeping.targets(tmp_path / "a", names)


def test_the_command_that_repeats_a_proof_has_what_decides_it() -> None:
    app = typer.Typer()
    verify.register(app)
    given = "one two --tree x --jobs 3 --format json --module-only --mpm event,worker --backend uwsgi --fuzz 1".split()
    context = typer.main.get_command(app).make_context("verify", [*given, "--git", "a b", "--bundle", "kept.tar"])
    words = "hpatch verify one two --tree TREE --module-only --mpm worker --backend uwsgi --fuzz 1 --git 'a b'"
    assert keeping.command(context, ["one", "two"], "worker") == words
    assert "--mpm event,worker " in keeping.command(context, ["one", "two"], "")


@pytest.mark.parametrize(
    ("name", "said", "code"),
    [
        ("there", "exists already; choose another name", 2),
        ("a.tar.gz", "a bundle is a folder or a .tar file", 2),
        ("nowhere/a", "is not a folder", 4),
    ],
)
def test_a_target_that_cannot_be_is_refused_before_anything_is_built(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, said: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "there").mkdir()
    tree, sets = make(tmp_path), catalog(tmp_path)
    found = call(capsys, "verify", "one", "--tree", tree, "--catalog", sets, "--bundle", tmp_path / name)
    assert (found.code, found.out) == (code, "")
    assert said in found.err
    assert not (tmp_path / "cache" / "hpatch" / "builds").exists()
    assert not any((tmp_path / "there").iterdir())


@pytest.mark.parametrize("error", [ToolError("no room"), KeyboardInterrupt()])
def test_a_proof_that_has_ended_is_kept_where_the_next_one_cannot_go_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    ends: list[BaseException | None] = [None, error]

    def prove(plan: ProofPlan, *_: object, **__: object) -> Proof:
        if (end := ends.pop(0)) is not None:
            raise end
        return proof(plan)

    monkeypatch.setattr(proving, "prove", prove)
    tree, sets = make(tmp_path), catalog(tmp_path)
    asked = ["verify", "one", "--tree", tree, "--catalog", sets, "--build-dir", tmp_path / "build"]
    found = call(capsys, *asked, "--mpm", "event,worker", "--bundle", tmp_path / "a.tar")
    assert (found.code, found.out) == (4 if isinstance(error, ToolError) else 130, "")
    assert store.read(tmp_path / "a-event.tar").bundle.outcome == "proved"
    assert store.read(tmp_path / "a-worker.tar").bundle.proof is None
