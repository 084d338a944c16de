"""A small suite on the installed httpd: what is told, and that nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.build.httpd import apxs
from hpatch.errors import InputError, ToolError
from hpatch.lab.candidates.httpd import SingleModules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.suite.compare import SuiteProof
from hpatch.lab.suite.model import SuiteChoice
from hpatch.lab.suite.run import Suite, check, run
from tests.support.lab.leftovers import Leftovers, nothing_left
from tests.support.lab.suite import SMALL_MODULE, make

pytestmark = [pytest.mark.httpd, pytest.mark.apxs, pytest.mark.curl]
ONE = "modules/one/test_one.py::"


@pytest.fixture
def here() -> Iterator[Leftovers]:
    with nothing_left() as leftovers:
        yield leftovers


def suite(root: Path, *paths: str) -> Suite:
    return Suite(root, apxs.find().program, SuiteChoice("pytest", paths or ("modules",)))


def test_each_test_is_told_and_nothing_is_left(tmp_path: Path, here: Leftovers) -> None:
    made = suite(make(tmp_path, broken="import nothing_of_this_name\n"))
    check(made.tree, made.choice.paths)
    found = run(made, GatewaySpec("httpd"))
    assert {name: one.ended for name, one in found.items()} == {
        "modules/broken/test_broken.py": "failed",
        f"{ONE}test_page": "passed",
        f"{ONE}test_header": "passed",
        f"{ONE}test_fault": "failed",
        f"{ONE}test_skipped": "skipped",
    }
    assert found[f"{ONE}test_fault"].reason.startswith("AssertionError: it never passes")
    assert set(run(made, GatewaySpec("httpd"), [f"{ONE}test_page"])) == {f"{ONE}test_page"}


@pytest.mark.parametrize("end", ["os._exit(9)", "pytest.exit('enough')"])
def test_a_suite_that_breaks_off_is_no_answer(tmp_path: Path, here: Leftovers, end: str) -> None:
    """What ran before is told by its number alone: the rest is not known."""
    made = suite(make(tmp_path, xend=f"import os, pytest\ndef test_end():\n    {end}\n"))
    with pytest.raises(ToolError, match=r"^pytest ended with \d+ after 4 tests: "):
        run(made, GatewaySpec("httpd"))


def test_a_suite_that_does_not_end_in_time_is_no_answer(
    tmp_path: Path, here: Leftovers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hpatch.lab.suite.run._PATIENCE", 2.0)
    made = suite(make(tmp_path, xend="import time\ndef test_end():\n    time.sleep(60)\n"))
    with pytest.raises(ToolError, match=r"^pytest did not end within 2 seconds"):
        run(made, GatewaySpec("httpd"))


def test_a_server_that_a_suite_leaves_ends_with_it(
    tmp_path: Path, here: Leftovers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEFT_RUNNING", "1")
    assert run(suite(make(tmp_path)), GatewaySpec("httpd"))[f"{ONE}test_page"].ended == "passed"


def test_a_change_is_found_and_one_by_chance_is_not(tmp_path: Path, here: Leftovers) -> None:
    """The module after the change adds a header; one test passes in its first run alone."""
    first = tmp_path / "first"
    chance = f"import os\ndef test_chance():\n    os.open({str(first)!r}, os.O_CREAT | os.O_EXCL)\n"
    tree = make(tmp_path / "tree", chance=chance)
    folder = tree / "modules" / "small"
    folder.mkdir(parents=True)
    (folder / "mod_small.c").write_text(SMALL_MODULE)
    candidate = SingleModules(tmp_path / "build", ["small"], apxs.find())
    proof = SuiteProof(candidate.suite(tree, SuiteChoice("pytest", ("modules/one", "modules/chance"))))
    told: list[str] = []
    proof.begin(GatewaySpec("httpd"), told.append)
    found = proof.end(GatewaySpec("httpd"), candidate.made(tree, "after"), told.append)
    assert found is not None
    assert found.worse == (f"{ONE}test_header",)
    assert {one.test: one.worse for one in found.changes} == {
        f"{ONE}test_header": True,
        "modules/chance/test_chance.py::test_chance": False,
    }
    assert (found.before["passed"], found.after["passed"]) == (3, 1)
    assert len(told) == 2


def test_where_nothing_passes_nothing_is_compared(tmp_path: Path, here: Leftovers) -> None:
    proof = SuiteProof(suite(make(tmp_path), f"{ONE}test_fault"))
    with pytest.raises(ToolError, match=r"none of httpd's own tests passes on the httpd as it is: .*it never passes"):
        proof.begin(GatewaySpec("httpd"), lambda text: None)


def test_a_tree_without_and_paths_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no tests for pytest"):
        check(tmp_path, ["modules"])
    make(tmp_path)
    for path in ("modules/two", "../test/modules", str(tmp_path)):
        with pytest.raises(InputError, match=f"there are no tests '{path}'"):
            check(tmp_path, [path])


def test_without_a_suite_nothing_runs() -> None:
    proof = SuiteProof(None)
    proof.begin(GatewaySpec("httpd"), pytest.fail)
    assert proof.end(GatewaySpec("httpd"), GatewaySpec("httpd"), pytest.fail) is None
