"""Unified diffs, against what `patch` makes of them."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from hpatch.lint.fixes.difference import unified
from tests.support.patience import PATIENCE


@pytest.mark.parametrize("seed", range(12))
def test_patch_makes_the_new_text_of_the_old_one(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    ends = chance.choice(("\n", "\r\n"))
    lines = [chance.choice(("a", "b", "", "long line", "\x0c", "\udcff", "-- x", "++ y")) for _ in range(40)]
    new = list(lines)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(new))
        new[at : at + chance.randrange(3)] = [f"new{number}" for number in range(chance.randrange(3))]
    before = ends.join(lines) + chance.choice((ends, ""))
    after = ends.join(new) + chance.choice((ends, ""))
    (tmp_path / "a.conf").write_bytes(before.encode("utf-8", "surrogateescape"))
    diff = "".join(unified("a.conf", before, after)).encode("utf-8", "surrogateescape")
    if before != after:
        subprocess.run(["patch", "--binary", "-s", "-p0"], input=diff, cwd=tmp_path, check=True, timeout=PATIENCE)
    assert (tmp_path / "a.conf").read_bytes() == after.encode("utf-8", "surrogateescape")


def test_the_same_text_has_no_diff() -> None:
    assert list(unified("a.conf", "a\n", "a\n")) == []


def test_a_name_cannot_end_the_line() -> None:
    assert next(unified('a\n"\x1b.conf', "a\n", "b\n")) == '--- "a\\n\\"\\033.conf"\n'
