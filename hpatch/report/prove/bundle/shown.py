"""A bundle on a terminal, and in Markdown for a ticket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.lab.bundle.model import SCHEMA
from hpatch.lab.bundle.store import KeptBundle
from hpatch.report.common.markdown import grid, plain
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.prove import proof
from hpatch.report.prove.bundle.facts import OUTCOMES, facts, logs, so_far

_FACTS = ("fact", "value")
_LOGS = ("step", "httpd", "logged")
_SO_FAR = ("httpd", "tried", "seen")


@dataclass(frozen=True)
class BundleReport:
    """A bundle that was read: the proof as `hpatch verify` shows it, and then what it was made of."""

    schema: ClassVar[str] = SCHEMA
    kept: KeptBundle

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        width, color = page.width, page.color
        bundle = self.kept.bundle
        if bundle.proof is not None:
            yield from proof.text(bundle.proof, page)
        else:
            for line in wrap(visible(self._verdict()), width, 2):
                yield paint(line, "red", color)
        for headers, rows in self._tables():
            yield ""
            yield from table(headers, rows, width, color, bold=True)
        if bundle.build_log:
            yield ""
            yield paint("The end of the build's log:", "bold", color)
            yield from (f"  {visible(line)}" for line in bundle.build_log)
        yield ""
        yield paint("To repeat it:", "bold", color)
        yield from (f"  {visible(command)}" for command in bundle.repeat)

    def data(self) -> dict[str, Any]:
        """For programs: what the bundle has."""
        return {name: value for name, value in self.kept.data.items() if name != "schema"}

    def markdown(self) -> Iterator[str]:
        """For a ticket: lines without their ends."""
        bundle = self.kept.bundle
        if bundle.proof is not None:
            yield from proof.markdown(bundle.proof)
        else:
            yield f"**{plain(self._verdict())}**"
        for headers, rows in self._tables():
            yield ""
            yield from grid(headers, rows)
        yield ""
        yield "To repeat it:"
        yield ""
        yield from (f"    {visible(command)}" for command in bundle.repeat)

    def _verdict(self) -> str:
        bundle = self.kept.bundle
        why = f": {bundle.why}" if bundle.why else ""
        return f"{', '.join(one.id for one in bundle.sets)} on {bundle.tree.name}. {OUTCOMES[bundle.outcome]}{why}"

    def _tables(self) -> Iterator[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
        bundle = self.kept.bundle
        for headers, rows in (
            (_SO_FAR, [*so_far(bundle)]),
            (_FACTS, [*facts(bundle)]),
            (_LOGS, [*logs(bundle, all=False)]),
        ):
            if rows:
                yield headers, list(rows)
