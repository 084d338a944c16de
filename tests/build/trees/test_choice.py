"""Which sets are to be applied, and which decide what diff fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.trees.choice import Chosen, having
from hpatch.build.trees.fitting import Fit
from hpatch.build.trees.presence import Presence
from hpatch.build.trees.source import SourceTree
from hpatch.patch.apply.stack import Stack
from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import PatchSet
from hpatch.versions import Version


@pytest.mark.parametrize(("fits", "there"), [(None, True), ("all", True), ("some", False), ("none", False)])
def test_a_set_is_tried_before_its_marks_choose_the_diff_of_another(
    tmp_path: Path, fits: Fit | None, there: bool
) -> None:
    catalog = load()
    one = next(one for one in catalog.sets for variant in one.variants if variant.upon)
    (upon,) = next(variant.upon for variant in one.variants if variant.upon)
    for mark in catalog.get(upon).recognise:
        file = tmp_path / mark.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{text}\n" for text in mark.present))

    def tried(asked: PatchSet) -> Fit | None:
        assert asked.id == upon
        return fits

    chosen = Chosen(Presence(set=one, state="missing", by="code", why=""))
    tree = SourceTree(tmp_path, Version.parse("2.4.9"), development=False)
    found = having(tree, Stack(), catalog, [chosen], fits=tried)
    assert found == frozenset({one.id, *([upon] if there else [])})
