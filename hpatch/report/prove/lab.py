"""What was seen in the lab's cells (`hpatch.lab/1`, described in docs/output.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

from hpatch.lab.matrix import LeftOut
from hpatch.lab.model import OUTCOMES, BackendSpec, Cell, Figures, GatewaySpec, Result, Verdict
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint

VERDICTS: tuple[Verdict, ...] = ("passed", "failed", "cannot-run")
_STYLES: dict[Verdict, str] = {"passed": "green", "failed": "red", "cannot-run": "yellow"}


@dataclass(frozen=True, kw_only=True)
class LabReport:
    """The matrix, a cell a row, and how many cells ended how; `left_out` is in the data alone."""

    schema: ClassVar[str] = "hpatch.lab/1"
    results: Sequence[Result]
    left_out: Sequence[LeftOut] = ()

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        headers = ("scenario", "gateway", "backend", "transport", "threads", "verdict", "outcomes", "what was seen")
        rows = [
            (
                one.scenario,
                gateway(one.cell.gateway, one.gateway),
                backend(one.cell.backend, one.backend),
                one.cell.transport,
                str(one.cell.threads or ""),
                one.verdict,
                outcomes(one.figures),
                "\n".join(filter(None, (one.why, seen(one.figures)))),
            )
            for one in self.results
        ]
        yield from table(headers, rows, page.width, page.color, bold=True)
        yield ""
        yield summary(self.results, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        counts = Counter(one.verdict for one in self.results)
        return {
            "results": [result(one) for one in self.results],
            "left_out": [one._asdict() for one in self.left_out],
            "summary": {one: counts[one] for one in VERDICTS},
        }


def summary(results: Sequence[Result], color: bool = False) -> str:
    """How many cells ended how, in one line."""
    counts = Counter(one.verdict for one in results)
    words = [paint(f"{counts[one]} {one}", _STYLES[one], color) for one in VERDICTS if counts[one]]
    seconds = sum(one.figures.seconds for one in results)
    requests = sum(one.figures.requests for one in results)
    return f"{', '.join(words) or 'nothing run'} ({_requests(requests)}, {seconds:.1f} s)"


def _requests(count: int) -> str:
    return f"{count:,} request{'s' * (count != 1)}"


def gateway(spec: GatewaySpec, version: str | None) -> str:
    """A gateway, with its program and modules where they were named."""
    lines = [f"{spec.kind} {version or ''}".rstrip()]
    lines += [str(spec.program)] if spec.program is not None else []
    return "\n".join([*lines, *(f"{name}={file}" for name, file in spec.modules.items())])


def backend(spec: BackendSpec, version: str | None) -> str:
    """A backend, with its program where it was named."""
    name = f"{spec.kind} {version or spec.release or ''}".rstrip()
    return f"{name}\n{spec.program}" if spec.program is not None else name


def outcomes(figures: Figures) -> str:
    """The shares of the outcomes, the most frequent first."""
    total = sum(figures.outcomes.values())
    counts = sorted(figures.outcomes.items(), key=lambda item: (-item[1], OUTCOMES.index(item[0])))
    return "\n".join(f"{count / total:.1%} {name}" for name, count in counts if count)


def way(transport: str, threads: int | None) -> str:
    """How the backend was reached, and with how many threads where their number matters."""
    if threads is None:
        return transport
    return f"{transport}, {threads} thread{'s' * (threads != 1)}"


def seen(figures: Figures) -> str:
    """The other figures, in a few words."""
    words = [_requests(figures.requests)] if figures.requests else []
    if figures.segfaults:
        words.append(f"{figures.segfaults} crashed")
    if figures.cpu is not None:
        words.append(f"{figures.cpu:.2f} s processor time")
    if figures.seconds:
        words.append(f"{figures.seconds:.1f} s")
    if figures.records:
        words.append(f"records {records(figures.records)}")
    words += [f"{number} {count}x" for number, count in figures.log.items()]
    return "; ".join([*filter(None, (", ".join(words),)), *figures.notes])


def records(sizes: Iterable[int]) -> str:
    """Sizes of records, equal ones in a row as one: `12 x 8192, 1696, 0`."""
    runs = ((size, sum(1 for _ in run)) for size, run in groupby(sizes))
    return ", ".join(str(size) if count == 1 else f"{count} x {size}" for size, count in runs)


def result(one: Result) -> dict[str, Any]:
    """One cell, and what was seen in it."""
    return {
        "scenario": one.scenario,
        **cell(one.cell, one.gateway, one.backend),
        "verdict": one.verdict,
        "why": one.why,
        "figures": {
            **one.figures._asdict(),
            "outcomes": {name: one.figures.outcomes.get(name, 0) for name in OUTCOMES},
            "log": dict(one.figures.log),
        },
    }


def cell(one: Cell, gateway: str | None = None, backend: str | None = None) -> dict[str, Any]:
    """A cell, with the versions of its programs where they are known."""
    spec, server = one.gateway, one.backend
    return {
        "gateway": {
            "kind": spec.kind,
            "version": gateway,
            "program": None if spec.program is None else str(spec.program),
            "modules": {name: str(file) for name, file in spec.modules.items()},
        },
        "backend": {
            "kind": server.kind,
            "version": backend,
            "program": None if server.program is None else str(server.program),
            "release": server.release,
        },
        "transport": one.transport,
        "threads": one.threads,
    }
