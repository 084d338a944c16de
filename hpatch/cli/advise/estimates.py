"""How long the steps of `hpatch advise --apply` may take: as they did here before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hpatch.cli import output
from hpatch.errors import HpatchError
from hpatch.report.advise.applied import StepName

_ROUGH: dict[str, dict[StepName, float]] = {
    "whole": {"prove": 240, "apply": 2, "build": 120, "lint": 5},
    "modules": {"prove": 100, "apply": 2, "build": 15, "lint": 5},
}
"""Seconds on two processors, for all of httpd and for single modules."""


class Estimates:
    """The seconds of each step, kept in the cache. A cache that cannot be read or written only makes them rough."""

    def __init__(self, cache: Path, way: str) -> None:
        self._path = cache / "advise-times.json"
        self._way = way
        self._known: dict[str, float] = {}
        with suppress(OSError, ValueError, AttributeError):
            kept = json.loads(self._path.read_text())
            self._known = {key: float(value) for key, value in kept.items() if isinstance(value, int | float)}

    def seconds(self, name: StepName) -> float:
        """What a step may take."""
        return self._known.get(self._key(name), _ROUGH[self._way][name])

    def left(self, names: Sequence[StepName]) -> str:
        """What the steps that are left may take together, in words, and where that comes from."""
        known = all(self._key(name) in self._known for name in names)
        return f"{minutes(sum(map(self.seconds, names)))} ({'as it took before' if known else 'a rough estimate'})"

    def took(self, name: StepName, seconds: float) -> None:
        """Remember what a step took."""
        self._known[self._key(name)] = round(seconds, 1)
        with suppress(HpatchError):
            output.write_bytes(json.dumps(self._known).encode(), str(self._path))

    def _key(self, name: StepName) -> str:
        return f"{self._way} {name}"


def minutes(seconds: float) -> str:
    """`20 s`, `4 min`."""
    return f"{max(seconds, 1):.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
