"""docs/coverage.md names rules that there are."""

from __future__ import annotations

import re
from pathlib import Path

from hpatch.lint.registry import by_name


def test_every_rule_of_the_tables_exists(root: Path) -> None:
    rows = [line.split("|") for line in (root / "docs/coverage.md").read_text().splitlines() if line.startswith("| ")]
    named = [
        (name, " (advice)" in cells[2].partition(f"`{name}`")[2].partition(",")[0])
        for cells in rows
        for name in re.findall(r"`([a-z0-9-]+)`", cells[2])
    ]
    assert len(named) > 30
    for name, advised in named:
        assert name in by_name(), name
        assert by_name()[name].advice is advised, name
