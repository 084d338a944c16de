"""The lab's scenarios and the cells that they would run in (`hpatch.scenarios/1`, `hpatch.cells/1`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.lab.matrix import Experiment, LeftOut
from hpatch.lab.scenario import Scenario
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.prove.lab import backend, cell, gateway


@dataclass(frozen=True)
class ScenariosReport:
    """Scenarios, one a row."""

    schema: ClassVar[str] = "hpatch.scenarios/1"
    scenarios: Sequence[Scenario]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        headers = ("scenario", "what it checks", "sets", "gateways", "backends", "transports")
        rows = [
            (one.name, one.title, ", ".join(one.sets), *map(", ".join, (one.gateways, one.backends, one.transports)))
            for one in self.scenarios
        ]
        return table(headers, rows, page.width, page.color, bold=True)

    def data(self) -> dict[str, Any]:
        """For programs."""
        found = [{name: value for name, value in one._asdict().items() if name != "run"} for one in self.scenarios]
        return {"scenarios": found}


@dataclass(frozen=True)
class ScenarioReport:
    """All that there is to know of a scenario."""

    schema: ClassVar[str] = ScenariosReport.schema
    scenario: Scenario

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _manual(self.scenario, page.measure, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return ScenariosReport((self.scenario,)).data()


def _manual(one: Scenario, width: int, color: bool) -> Iterator[str]:
    first, *more = wrap(visible(one.title), width, 2, len(one.name) + 2)
    yield f"{paint(one.name, 'bold', color)}  {first}".rstrip()
    yield from more
    for paragraph in one.manual.split("\n\n"):
        yield ""
        yield from wrap(" ".join(visible(word) for word in paragraph.split()), width)
    yield ""
    facts = {
        "sets": one.sets,
        "gateways": one.gateways,
        "backends": one.backends,
        "transports": one.transports,
        "threads": ("uWSGI's number of threads is varied",) if one.threaded else (),
        "takes": (f"about {one.effort} s a cell",),
    }
    for label, words in facts.items():
        if words:
            yield from wrap(f"{label + ':':12}{', '.join(words)}", width, 12)


@dataclass(frozen=True, kw_only=True)
class CellsReport:
    """What would be run, a cell a row, and how long that takes about; `left_out` is in the data alone."""

    schema: ClassVar[str] = "hpatch.cells/1"
    planned: Sequence[Experiment]
    left_out: Sequence[LeftOut] = ()

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        headers = ("scenario", "gateway", "backend", "transport", "threads")
        rows = [
            (
                one.scenario.name,
                gateway(one.cell.gateway, None),
                backend(one.cell.backend, None),
                one.cell.transport,
                str(one.cell.threads or ""),
            )
            for one in self.planned
        ]
        total = sum(one.scenario.effort for one in self.planned)
        yield from table(headers, rows, page.width, page.color, bold=True)
        yield ""
        yield f"{len(self.planned)} cell{'s' * (len(self.planned) != 1)}, about {total} s; nothing was run"

    def data(self) -> dict[str, Any]:
        """For programs."""
        found = [
            {"scenario": one.scenario.name, **cell(one.cell), "effort": one.scenario.effort} for one in self.planned
        ]
        return {"cells": found, "left_out": [one._asdict() for one in self.left_out]}


def left_out_line(left_out: Iterable[LeftOut]) -> str:
    """What is left out and why, on one line: `a and b with nginx, because they run with httpd only`."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for scenario, option, value, runs_with in left_out:
        groups.setdefault(("over" if option == "transport" else "with", value, runs_with), []).append(scenario)
    parts = []
    for (word, value, runs_with), names in groups.items():
        *first, last = names
        told = f"{', '.join(first)} and {last}" if first else last
        who = "they run" if first else "it runs"
        parts.append(f"{told} {word} {value}, because {who} {word} {' or '.join(runs_with)} only")
    return "; ".join(parts)
