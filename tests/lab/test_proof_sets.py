"""Every set with a behaviour, proved on the release that its fault is in. Takes a mirror of httpd's history."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MIRROR = os.environ.get("HPATCH_HTTPD_GIT")
pytestmark = [
    pytest.mark.proof,
    pytest.mark.measured,
    pytest.mark.git,
    pytest.mark.httpd_git,
    pytest.mark.pcre1,
]
FAULTS = (
    "fcgi-filter-headers",
    "fcgi-connect-crash",
    "fcgi-iobuffersize",
    "fcgi-diagnostics",
    "fcgi-body-cpu",
    "scgi-unix",
)
SILENT = ("fcgi-memset", "proxy-util-cleanup", "scgi-docs")


def unpacked(folder: Path, version: str) -> Path:
    """A tag's tree; buildconf is still to run."""
    assert MIRROR is not None
    git = ["git", "-C", MIRROR]
    names = subprocess.run([*git, "for-each-ref", "--format=%(refname)"], stdout=subprocess.PIPE, text=True, check=True)
    tag = next(name for name in names.stdout.split() if name.endswith(f"tags/{version}"))
    tree = folder / f"httpd-{version}"
    tree.mkdir()
    made = subprocess.run([*git, "archive", tag], stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "-x"], cwd=tree, input=made.stdout, check=True)
    return tree


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(tmp_path_factory.mktemp("tag"), "2.4.9")


@pytest.fixture(scope="module")
def build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("verify") / "build"


def verify(tree: Path, build_dir: Path, *sets: str) -> Any:
    command = [sys.executable, "-m", "hpatch", "verify", *sets, "--tree", tree, "--build-dir", build_dir]
    done = subprocess.run(
        [*map(str, command), "--git", str(MIRROR), "--format", "json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "sets",
    [
        pytest.param(sets, marks=pytest.mark.proves(*sets), id=sets[0])
        for sets in (FAULTS, ("fcgi-stdin-eof",), ("fcgi-stdin-coalesce",))
    ],
)
def test_each_fault_is_there_before_and_not_after(tree: Path, build_dir: Path, sets: tuple[str, ...]) -> None:
    answer = verify(tree, build_dir, *sets)
    proved = {id for row in answer["rows"] if row["shown"] == "proved" for id in row["sets"]}
    assert proved >= set(sets)
    assert {row["shown"] for row in answer["rows"]} <= {"proved", "unaffected"}
    for row in answer["rows"]:
        assert row["before"]["gateway"]["version"] == row["after"]["gateway"]["version"] == "2.4.9"


@pytest.mark.parametrize("set", [pytest.param(set, marks=pytest.mark.proves(set)) for set in SILENT])
def test_sets_without_behaviour_make_nothing_worse(tree: Path, build_dir: Path, set: str) -> None:
    answer = verify(tree, build_dir, set)
    assert answer["ok"]
    assert not any(row["worse"] for row in answer["rows"])
    assert len(answer["rows"]) > len(FAULTS)


@pytest.mark.proves("fcgi-script-filename")
def test_a_set_for_a_later_release(tmp_path: Path) -> None:
    answer = verify(unpacked(tmp_path, "2.4.62"), tmp_path / "build", "fcgi-script-filename")
    assert [row["shown"] for row in answer["rows"] if "fcgi-script-filename" in row["sets"]] == ["proved"]
