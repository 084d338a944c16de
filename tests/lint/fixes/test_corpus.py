"""All fixes on configurations as they are found: none breaks one, and a second run has nothing to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.conf.load import Options
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.fixes.passes import Fixing, fix, linter
from hpatch.lint.registry import rules
from hpatch.text import Source

HERE = Path(__file__).parents[3]
LARGEST = 400_000


def mended(name: str, text: str) -> Fixing:
    root = Root(path=name, options=Options(), source=Source(name, text))
    run = linter([root], LintTask(rules()))
    return fix(run, unsafe=True, bar=lambda file: None if file == name else "another file", texts=frozenset({name}))


def sources(folder: Path) -> Iterator[Source]:
    for path in sorted(folder.rglob("*.conf")):
        source = Source.read(path)
        if len(source.text) < LARGEST:
            yield source


def fixed(folder: Path) -> int:
    """How many files of a folder have fixes; each is held against what fixes must not do."""
    number = 0
    for source in sources(folder):
        fixing = mended(source.name, source.text)
        for file in fixing.files:
            number += 1
            again = mended(source.name, file.after)
            assert not again.files, f"{source.name} is fixed again"
            assert again.result.findings == fixing.result.findings, source.name
            kept = file.after.splitlines(keepends=True)
            edited = sum(len(one.fix.edits) for one in fixing.fixed if one.fix is not None)
            gone = [line for line in source.text.splitlines(keepends=True) if line not in kept]
            assert len(gone) <= edited, source.name
    return number


def test_the_examples() -> None:
    assert fixed(HERE / "examples") > 1


@pytest.mark.proof
def test_the_corpus() -> None:
    assert fixed(HERE / "tests" / "corpus") > 1


@pytest.mark.proof
def test_other_configurations() -> None:
    folder = os.environ.get("HPATCH_CORPUS")
    if not folder:
        pytest.skip("no shared corpus: HPATCH_CORPUS is to name a folder with configurations")
    assert fixed(Path(folder)) > 10
