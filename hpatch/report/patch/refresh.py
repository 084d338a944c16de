"""What refreshing did or would do (`hpatch.refresh/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.build.trees.queueing import Refreshed
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible, wrap

_WORDS = {"kept": "unchanged", "moved": "written at its new lines", "rewritten": "written again"}


@dataclass(frozen=True, kw_only=True)
class RefreshReport:
    """Patches whose texts were held against what is applied."""

    schema: ClassVar[str] = "hpatch.refresh/1"
    root: str
    done: Refreshed
    dry_run: bool

    @property
    def ok(self) -> bool:
        """Whether it goes."""
        return self.done.emptied is None

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        done = self.done
        if done.emptied is not None:
            name = visible(done.emptied)
            yield from wrap(f"{name}: your edits undo all of it. To take it out: hpatch revert {name}", page.width, 2)
            yield paint("Nothing was changed.", "red", page.color)
            return
        if not done.patches:
            yield "Nothing is applied in this tree."
            return
        for patch in done.patches:
            would = "would be " if self.dry_run and patch.how != "kept" else ""
            yield from wrap(f"{visible(patch.name)}: {would}{_WORDS[patch.how]}", page.width, 2)
            for path in patch.folded:
                yield f"  with your edits of {visible(path)}"

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "tree": self.root,
            "dry_run": self.dry_run,
            "ok": self.ok,
            "emptied": self.done.emptied,
            "patches": [{"name": one.name, "how": one.how, "folded": list(one.folded)} for one in self.done.patches],
        }
