"""What was exported (`hpatch.export/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.build.trees.exported import ExportedPatch
from hpatch.patch.apply.export import Patch
from hpatch.patch.series.header import about
from hpatch.records import NamedTuple
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import visible


class ReportedPatch(NamedTuple):
    """A patch that was exported: its file, its title, and DEP-3's Origin and Applied-Upstream, "" without one."""

    name: str
    title: str
    origin: str
    applied_upstream: str


def of_set(patch: Patch) -> ReportedPatch:
    """A patch of a set."""
    return ReportedPatch(name=patch.name, title=patch.title, origin=patch.origin, applied_upstream=patch.applied)


def of_applied(patch: ExportedPatch) -> ReportedPatch:
    """A patch that is applied in a tree, by its own text."""
    fields = about(patch.text).fields
    return ReportedPatch(
        name=patch.file,
        title=patch.title,
        origin=fields.get("origin", ""),
        applied_upstream=fields.get("applied-upstream", ""),
    )


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """The files that were written, or would be, in a form (`quilt`, `git`, `diff`), and the patches in them."""

    schema: ClassVar[str] = "hpatch.export/1"
    form: str
    files: Sequence[str]
    patches: Sequence[ReportedPatch]
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
            "patches": [one._asdict() for one in self.patches],
        }
