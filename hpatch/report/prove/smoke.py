"""What an httpd, a uWSGI or an nginx does (`hpatch.smoke/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.lab.model import Result, Verdict
from hpatch.lab.smoke import SmokeCheck
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.prove import lab


@dataclass(frozen=True, kw_only=True)
class SmokeReport:
    """What was tried of a server: what it is to do in any case, and scenarios of the `sets` that it is to have.

    `silent` are those of the sets without a scenario.
    """

    schema: ClassVar[str] = "hpatch.smoke/1"
    project: str = "httpd"
    program: str
    version: str
    checks: Sequence[SmokeCheck]
    sets: Sequence[str]
    silent: Sequence[str]
    results: Sequence[Result]

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        verdicts = _verdicts(self)
        return "failed" if "failed" in verdicts else "cannot-run" if "cannot-run" in verdicts else "passed"

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def _text(smoke: SmokeReport, width: int | None, color: bool) -> Iterator[str]:
    for line in wrap(f"{smoke.project} {smoke.version}: {visible(smoke.program)}", width, 2):
        yield paint(line, "bold", color)
    yield ""
    yield from table(("check", "verdict", "what was seen"), smoke.checks, width, color, bold=True)
    if smoke.results:
        yield ""
        rows = [
            (
                one.scenario,
                lab.way(one.cell.transport, one.cell.threads),
                one.verdict,
                "\n".join(filter(None, (one.why, lab.seen(one.figures)))),
            )
            for one in smoke.results
        ]
        yield from table(("scenario", "transport", "verdict", "what was seen"), rows, width, color, bold=True)
    yield ""
    if smoke.sets:
        yield from wrap(f"Expected sets: {', '.join(smoke.sets)}", width, 2)
    if smoke.silent:
        yield from wrap(f"Sets without a scenario: {', '.join(smoke.silent)}", width, 2)
    yield from wrap(_summary(smoke), width, 2)


def _verdicts(smoke: SmokeReport) -> list[Verdict]:
    return [check.verdict for check in smoke.checks] + [result.verdict for result in smoke.results]


def _summary(smoke: SmokeReport) -> str:
    every = _verdicts(smoke)
    return ", ".join(f"{every.count(word)} {word}" for word in lab.VERDICTS if word in every)


def _data(smoke: SmokeReport) -> dict[str, Any]:
    return {
        "project": smoke.project,
        "program": smoke.program,
        "version": smoke.version,
        "verdict": smoke.verdict,
        "checks": [one._asdict() for one in smoke.checks],
        "sets": list(smoke.sets),
        "silent": list(smoke.silent),
        "results": [lab.result(one) for one in smoke.results],
    }
