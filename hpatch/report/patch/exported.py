"""What was exported of what is applied (`hpatch.export/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.build.trees.exported import ExportedPatch
from hpatch.patch.series.header import about
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import visible


@dataclass(frozen=True, kw_only=True)
class AppliedExportReport:
    """The files that were written, or would be, in a form (`quilt`, `git`, `diff`), and the patches in them."""

    schema: ClassVar[str] = "hpatch.export/1"
    form: str
    files: Sequence[str]
    patches: Sequence[ExportedPatch]
    dry_run: bool

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return map(visible, self.files)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "as": self.form,
            "dry_run": self.dry_run,
            "files": list(self.files),
            "patches": [_patch(one) for one in self.patches],
        }


def _patch(one: ExportedPatch) -> dict[str, Any]:
    fields = about(one.text).fields
    return {
        "name": one.file,
        "title": one.title,
        "origin": fields.get("origin", ""),
        "applied_upstream": fields.get("applied-upstream", ""),
    }
