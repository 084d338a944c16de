"""The responder's faults, and one that serves (`hpatch.faults/1`, `hpatch.serve/1`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.lab.backends.faults import Fault
from hpatch.lab.serving import Served
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap


@dataclass(frozen=True)
class FaultsReport:
    """Faults, one a row."""

    schema: ClassVar[str] = "hpatch.faults/1"
    faults: Sequence[Fault]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        rows = [(one.name, one.title) for one in self.faults]
        return table(("fault", "what the responder does"), rows, page.width, page.color, bold=True)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {"faults": [{"name": one.name, "title": one.title} for one in self.faults]}


@dataclass(frozen=True)
class ServeReport:
    """Where a responder listens, and how an httpd gets there."""

    schema: ClassVar[str] = "hpatch.serve/1"
    served: Served

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        fault, running = self.served.fault, self.served.responder
        yield from wrap(f"{paint(fault.name, 'bold', page.color)}  {fault.title}", page.measure, 2)
        place = visible(str(running.address.path or f"127.0.0.1:{running.address.port}"))
        yield from wrap(f"It speaks {running.scheme} at {place}. For httpd, with {self._modules()}:", page.measure)
        yield ""
        for line in self.served.lines:
            yield f"  {visible(line)}"  # not wrapped: it is to be copied
        yield ""
        yield "Ctrl-C ends it. The requests that come:"

    def _modules(self) -> str:
        return " and ".join(f"mod_{name}" for name in self.served.modules)

    def data(self) -> dict[str, Any]:
        """For programs."""
        running = self.served.responder
        path = running.address.path
        return {
            "fault": self.served.fault.name,
            "scheme": running.scheme,
            "socket": None if path is None else str(path),
            "port": running.address.port,
            "modules": list(self.served.modules),
            "lines": list(self.served.lines),
        }
