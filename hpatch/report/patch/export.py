"""What was exported (`hpatch.export/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.patch.apply.export import Patch
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import visible


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """The files that were written, or would be, in a form (`quilt`, `git`, `diff`), and the patches in them."""

    schema: ClassVar[str] = "hpatch.export/1"
    form: str
    files: Sequence[str]
    patches: Sequence[Patch]
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
            "patches": [
                {"name": one.name, "title": one.title, "origin": one.origin, "applied_upstream": one.applied}
                for one in self.patches
            ],
        }
