"""The merges of the catalogue's sets, checked on 2.4.x as it was just before each, next to what was committed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpatch.backport.check.check import check
from hpatch.backport.history.revisions import Revisions

GIT = os.environ.get("HPATCH_HTTPD_GIT", "")
pytestmark = [
    pytest.mark.git,
    pytest.mark.httpd_git,
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def now(cache: Path) -> Revisions:
    return Revisions(GIT, cache=cache)


def before(now: Revisions, merge: int, cache: Path) -> Revisions:
    found = now.number(merge)
    assert found is not None
    parent = now.git.run("rev-parse", f"{found.commit}^").decode().strip()
    return Revisions(GIT, parent, cache=cache)


@pytest.mark.parametrize(
    ("merge", "verdict"),
    [
        (1587694, "modulo"),
        (1589417, "works"),
        (1592998, "modulo"),
        (1594537, "works"),
        (1601749, "modulo"),
        (1598605, "works"),
        (1593004, "modulo"),
    ],
)
def test_what_went_in_as_it_was(now: Revisions, cache: Path, merge: int, verdict: str) -> None:
    found = now.number(merge)
    assert found is not None
    history = before(now, merge, cache)
    answer = check(history, now.brings(found))
    assert answer.verdict == verdict
    assert set(answer.modulo) <= {"CHANGES"}
    for file in answer.files:
        if file.path != "CHANGES":
            assert file.after == now.git.run("cat-file", "blob", f"{found.commit}:{file.path}"), file.path


def test_what_was_merged_before_its_turn(now: Revisions, cache: Path) -> None:
    history = before(now, 1603140, cache)
    answer = check(history, history.find(["1603027,1603029,1603122"]))
    assert answer.verdict == "patch"
    assert answer.search is not None
    assert [one.name for one in answer.search.found or ()] == ["r1592032", "r1592037"]
    assert [(one.revision.name, one.by.name) for one in answer.antecedents if one.missing] == [("r1592032", "r1603122")]


@pytest.mark.parametrize(("merge", "revision"), [(1604369, "r1592032"), (1605639, "r1592037")])
def test_what_was_adapted(now: Revisions, cache: Path, merge: int, revision: str) -> None:
    history = before(now, merge, cache)
    assert check(history, history.find([revision])).verdict == "patch"
    (merged,) = now.merges(now.named(revision))
    assert merged.revision.number == merge
