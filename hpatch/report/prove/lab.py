"""The lab's scenarios, cells and results, for people and for programs (`hpatch.scenarios/1`, `hpatch.cells/1`,
`hpatch.lab/1`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from hpatch.lab.matrix import Experiment, LeftOut
from hpatch.lab.model import OUTCOMES, BackendSpec, Cell, Figures, GatewaySpec, Result, Verdict
from hpatch.lab.scenario import Scenario
from hpatch.report.common.json import dump
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

_MEASURE = 100
"""The longest line of running text, however wide the terminal is."""
VERDICTS: tuple[Verdict, ...] = ("passed", "failed", "cannot-run")
_STYLES: dict[Verdict, str] = {"passed": "green", "failed": "red", "cannot-run": "yellow"}


def render_list(scenarios: Iterable[Scenario], *, width: int | None = None, color: bool = False) -> str:
    """All scenarios, one a row."""
    headers = ("scenario", "what it holds", "sets", "gateways", "backends", "transports")
    rows = [
        (one.name, one.title, ", ".join(one.sets), *map(", ".join, (one.gateways, one.backends, one.transports)))
        for one in scenarios
    ]
    return "".join(f"{line}\n" for line in table(headers, rows, width, color, bold=True))


def render_manual(one: Scenario, *, width: int | None = None, color: bool = False) -> str:
    """All that there is to know of a scenario."""
    return "".join(f"{line}\n" for line in _manual(one, min(width or _MEASURE, _MEASURE), color))


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


def render_list_json(scenarios: Iterable[Scenario]) -> str:
    """Scenarios, for programs."""
    found = [{name: value for name, value in one._asdict().items() if name != "run"} for one in scenarios]
    return dump({"schema": "hpatch.scenarios/1", "scenarios": found})


def render_plan(planned: Sequence[Experiment], *, width: int | None = None, color: bool = False) -> str:
    """What would be run, a cell a row, and how long that takes about."""
    headers = ("scenario", "gateway", "backend", "transport", "threads")
    rows = [
        (
            one.scenario.name,
            gateway(one.cell.gateway, None),
            backend(one.cell.backend, None),
            one.cell.transport,
            str(one.cell.threads or ""),
        )
        for one in planned
    ]
    total = sum(one.scenario.effort for one in planned)
    lines = [
        *table(headers, rows, width, color, bold=True),
        "",
        f"{len(planned)} cell{'s' * (len(planned) != 1)}, about {total} s; nothing was run",
    ]
    return "".join(f"{line}\n" for line in lines)


def render_plan_json(planned: Iterable[Experiment], left_out: Iterable[LeftOut] = ()) -> str:
    """The same for programs, with what is left out."""
    found = [{"scenario": one.scenario.name, **cell(one.cell), "effort": one.scenario.effort} for one in planned]
    return dump({"schema": "hpatch.cells/1", "cells": found, "left_out": [one._asdict() for one in left_out]})


def render_left_out(left_out: Iterable[LeftOut]) -> str:
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


def render(results: Sequence[Result], *, width: int | None = None, color: bool = False) -> str:
    """The matrix as a table, and how many cells ended how."""
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
        for one in results
    ]
    lines = [*table(headers, rows, width, color, bold=True), "", summary(results, color)]
    return "".join(f"{line}\n" for line in lines)


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


def render_json(results: Sequence[Result], left_out: Iterable[LeftOut] = ()) -> str:
    """The matrix for programs, with what is left out of it."""
    counts = Counter(one.verdict for one in results)
    return dump(
        {
            "schema": "hpatch.lab/1",
            "results": [result(one) for one in results],
            "left_out": [one._asdict() for one in left_out],
            "summary": {one: counts[one] for one in VERDICTS},
        }
    )


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
