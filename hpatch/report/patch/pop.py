"""What taking patches off did or would do (`hpatch.pop/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.build.trees.queueing import Popped
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible, wrap


@dataclass(frozen=True, kw_only=True)
class PopReport:
    """Patches that were taken off, or not for files that were edited; `top` is then the topmost, None for none."""

    schema: ClassVar[str] = "hpatch.pop/1"
    root: str
    popped: Popped
    top: str | None
    dry_run: bool

    @property
    def ok(self) -> bool:
        """Whether it goes."""
        return self.popped.done is not None and not self.popped.done.clashes

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        popped = self.popped
        if not popped.names:
            yield "Nothing is applied in this tree."
            return
        if popped.done is None:
            names = ", ".join(map(visible, popped.edited))
            yield from wrap(f"Edited since hpatch wrote them: {names}", page.width, 2)
            yield paint("Nothing was changed.", "red", page.color)
            yield "To fold the edits into the topmost patch: hpatch refresh"
            return
        verb = "Would take off" if self.dry_run else "Took off"
        for name in popped.names:
            yield f"{verb} {visible(name)}"
        files = count(len(popped.done.files), "file")
        top = "Nothing is applied any more." if self.top is None else f"The topmost patch is {visible(self.top)}."
        yield from wrap(f"{files} restored. {top}", page.width, 2)

    def data(self) -> dict[str, Any]:
        """For programs."""
        done = self.popped.done
        return {
            "tree": self.root,
            "dry_run": self.dry_run,
            "ok": self.ok,
            "patches": list(self.popped.names),
            "files": [file.path for file in done.files] if done else [],
            "edited": list(self.popped.edited),
            "top": self.top if self.ok else (self.popped.names[0] if self.popped.names else None),
        }
