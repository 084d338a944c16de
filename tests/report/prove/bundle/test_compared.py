"""Two bundles beside each other, and a bundle beside a tree."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from hpatch.build.reproducible import OtherFile, SecondBuild
from hpatch.lab.bundle import store
from hpatch.lab.bundle.model import Bundle
from hpatch.lab.diary import MadeFiles
from hpatch.lab.suite.model import SuiteChange, SuiteRun
from hpatch.report.prove.bundle.compared import compare, compare_tree
from tests.support.cli.tree import MODULE
from tests.support.lab.proofs import HOSTILE, kept
from tests.support.report.schema import valid
from tests.support.report.shown import shown

NAMES = ("a.tar", "b \x1b.tar")


def made(folder: Path, *, worse: bool = False) -> Bundle:
    return store.parse(kept(folder, worse=worse, why=HOSTILE)["proof.json"], "proof.json").bundle


def test_the_same_proof_twice_does_not_differ(tmp_path: Path) -> None:
    first = made(tmp_path)
    second = first._replace(created="2030-01-01T00:00:00Z", steps=())
    found = compare(first, second, NAMES)
    assert not found.differences
    assert {"verdict", "tree", "change", "compiler", "machine", "fcgi-stdin-eof responder unix"} <= set(found.same)
    assert shown(found).endswith("The two proofs do not differ\n")
    valid("compared-1", shown(found, "json"))


def test_what_differs_is_named(tmp_path: Path) -> None:
    first, second = made(tmp_path / "a"), made(tmp_path / "b", worse=True)
    first = first._replace(made=(MadeFiles("after", {"httpd": "1", "mod_a.so": "2"}),))
    made_then = (MadeFiles("after", {"httpd": "1", "mod_a.so": "3"}),)
    second = second._replace(machine=second.machine._replace(kernel=f"Linux {HOSTILE}"), build=None, made=made_then)
    found = compare(first, second, NAMES)
    names = {one.name: (one.first, one.second) for one in found.differences}
    assert names["verdict"] == ("The proof holds", "The proof does not hold")
    assert names["checks"] == ("none of 1 is worse", "worse: page")
    assert names["changed"] == ("nothing that no set is to change", "faults: an early response")
    assert names["compiler"] == ("gcc 12.2.0", "")
    assert names["mod_a.so after"] == ("2", "3") and "httpd after" in found.same
    assert "machine" in names and "tree" not in names
    text = shown(found)
    assert "\x1b" not in text and "b \\x1b.tar" in text
    valid("compared-1", shown(found, "json"))


SUITE = SuiteRun(paths=("modules",), before={"passed": 3}, after={"passed": 3}, changes=(), seconds=1.0)
WORSE = SuiteChange(test="x.py::test_x", before="passed", after="failed", worse=True, reason="")


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("httpd's own tests", {"suite": SUITE}, {"suite": SUITE._replace(after={"passed": 2, "failed": 1})}),
        ("httpd's own tests", {"suite": SUITE}, {"suite": SUITE._replace(changes=(WORSE,))}),
        ("httpd's own tests", {"suite": SUITE}, {"suite": None}),
        ("second build", {"again": SecondBuild(3)}, {"again": SecondBuild(3, (OtherFile("httpd", (".text",)),))}),
        ("exchanges", {}, {"untried": ("ajp tcp: no mod_proxy_ajp",)}),
    ],
)
def test_all_that_a_proof_may_have_looked_at_is_compared(
    tmp_path: Path, name: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    bundle = made(tmp_path)
    found = compare(_with(bundle, **first), _with(bundle, **second), NAMES)
    assert [one.name for one in found.differences] == [name]


def _with(bundle: Bundle, untried: tuple[str, ...] = (), **changes: Any) -> Bundle:
    proof = bundle.proof
    assert proof is not None and proof.net is not None
    return bundle._replace(proof=proof._replace(net=proof.net._replace(untried=untried), **changes))


@pytest.mark.parametrize("state", ["before", "after", "other"])
def test_a_tree(tmp_path: Path, state: str) -> None:
    bundle = made(tmp_path)
    tree = tmp_path / "tree"
    if state == "after":
        (tree / MODULE).write_text((tree / MODULE).read_text().replace("line 5\n", "first 5\n"))
    elif state == "other":
        (tree / "new").touch()
    shutil.copytree(tree, tmp_path / "copy")
    found = compare_tree(bundle, tmp_path / "copy")
    assert found.state == state
    assert state in ("other",) or f"{state} the change" in shown(found)
    valid("compared-tree-1", shown(found, "json"))
