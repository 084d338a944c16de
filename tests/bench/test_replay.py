"""What replaying merges reads of a repository: the revisions of a merge, and what tools are judged by."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import replay
from tests.support.backport.mirror import Mirror

A, B = "modules/a.c", "modules/b.c"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[replay.Repository]:
    """Revisions of trunk, and merges whose logs name them."""
    mirror = Mirror(tmp_path / "mirror")
    mirror.edit(1000101, "a: One.", A, b"line_03", b"first_03")
    mirror.edit(1000102, "a: Two.", A, b"line_20", b"second_20")
    mirror.edit(1000103, "b: Three.", B, b"other_05", b"third_05")
    both: dict[str, bytes | None] = {A: mirror.file(A)}
    mirror.add(1000201, "Backport r1000101/r1000102 from trunk.\n\nAs r1000103.", both, "2.4.x")
    mirror.add(1000202, "Merge r1000101, r1000103 from trunk:", {A: mirror.file(A) + b"\n"}, "2.4.x")
    mirror.add(1000203, "Merge part of r1000102 from trunk:", both, "2.4.x")
    found = replay.Repository(Path(mirror.build()))
    yield found
    found.close()


def case(repository: replay.Repository, rev: int, *trunk: int, files: tuple[str, ...] = (A,)) -> dict[str, Any]:
    """A line of the cases."""

    def commit(number: int) -> str:
        command = ["git", "-C", str(repository.folder), "log", "--all", "--format=%H", f"--grep=@{number} "]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()

    shas = [commit(number) for number in trunk]
    return {"rev": rev, "sha": commit(rev), "trunk": list(trunk), "trunk_shas": shas, "files": list(files)}


def test_a_merge_brings_what_its_log_says(repository: replay.Repository) -> None:
    lines = [
        case(repository, 1000201, 1000101),
        case(repository, 1000201, 1000101, 1000103),  # named, but not as merged
        case(repository, 1000202, 1000101),  # r1000103 is about another file than the merge
        case(repository, 1000203, 1000101),  # a part is no revision
        case(repository, 1000201, 1000101, files=()),
    ]
    wanted = [[1000101, 1000102], [1000101, 1000102], [1000101], [1000101]]
    found = list(replay.told(repository, lines))
    assert [line["trunk"] for line in found] == wanted
    assert found[0]["trunk_shas"] == found[1]["trunk_shas"]
    assert len(set(found[0]["trunk_shas"])) == 2


def test_a_tool_is_judged_by_what_it_can_know() -> None:
    merge = replay.Case(
        rev=1,
        trunk=[2],
        revisions=(),
        before={"f": b"old\n", "g": b"g\n", "h": b"h\n"},
        after={"f": b"$Id$ new\n", "g": b"", "h": b"$Other: 1 $\n"},
        release=None,
    )
    made: replay.Contents = {"f": b"$Id: f 12 ann $ new\n", "g": None, "h": b"$Other: 1 $\n"}
    assert replay.judge(merge, lambda _: replay.Made(made, {}))["result"] == "exact"
    other = replay.Made({**made, "h": b"$Other: 2 $\n"}, {})
    assert replay.judge(merge, lambda _: other)["differs"] == ["h"]
