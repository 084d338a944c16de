"""What was exported, as text and as JSON (`hpatch.export/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hpatch.patch.apply.export import Patch
from hpatch.report.common.json import dump
from hpatch.report.common.terminal import visible


def render(
    form: str, files: Sequence[str], patches: Sequence[Patch], format: Literal["text", "json"], *, dry_run: bool
) -> str:
    """The answer."""
    if format == "json":
        return dump(
            {
                "schema": "hpatch.export/1",
                "as": form,
                "dry_run": dry_run,
                "files": list(files),
                "patches": [
                    {"name": one.name, "title": one.title, "origin": one.origin, "applied_upstream": one.applied}
                    for one in patches
                ],
            }
        )
    return "".join(f"{visible(file)}\n" for file in files)
