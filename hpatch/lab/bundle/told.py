"""A proof as it was told (`hpatch.proof/1`): what is shown to people, of one that just ran and of one that was kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hpatch.build.reproducible import SecondBuild
from hpatch.lab.bundle.decode import DecodeError, decode
from hpatch.lab.model import BackendKind, Figures, GatewayKind, Transport, Verdict
from hpatch.lab.net.model import NetResult
from hpatch.lab.proof import Shown, lost, shown
from hpatch.lab.sanitizers import Reported
from hpatch.lab.smoke import SmokeCheck
from hpatch.lab.suite.model import SuiteRun
from hpatch.records import NamedTuple


class ToldTree(NamedTuple):
    """The tree that it is about."""

    root: str
    version: str
    development: bool
    project: str = "httpd"

    @property
    def name(self) -> str:
        """As a source tree is named: `httpd 2.4.9`."""
        return f"{self.project} {self.version}{'-dev' if self.development else ''}"


class ToldSet(NamedTuple):
    """A set, whether it was proved, and the sets that it came along for."""

    id: str
    needed_by: tuple[str, ...]
    proved: bool


class ToldGateway(NamedTuple):
    """A gateway that ran: `modules` are files by module."""

    kind: GatewayKind
    version: str | None
    program: str | None
    modules: Mapping[str, str]


class ToldBackend(NamedTuple):
    """A backend that ran: `release` is the uWSGI that was built for it."""

    kind: BackendKind
    version: str | None
    program: str | None
    release: str | None


class ToldResult(NamedTuple):
    """How a scenario ended in a cell."""

    scenario: str
    gateway: ToldGateway
    backend: ToldBackend
    transport: Transport
    threads: int | None
    verdict: Verdict
    why: str
    figures: Figures


class ToldRow(NamedTuple):
    """A scenario in a cell, before and after; the fields are those of `Row`."""

    sets: tuple[str, ...]
    shown: Shown
    worse: bool
    stage: tuple[str, ...]
    before: ToldResult
    after: ToldResult


class ToldCheck(NamedTuple):
    """A check that every httpd has to pass, before and after."""

    name: str
    worse: bool
    before: SmokeCheck | None
    after: SmokeCheck


class ToldProof(NamedTuple):
    """The whole of it; the fields are those of `Proof`. `changes` are the differences that the sets announce."""

    tree: ToldTree
    how: str
    sets: tuple[ToldSet, ...]
    files: tuple[str, ...]
    ok: bool
    undecided: bool
    in_place: bool
    failure: str | None
    rows: tuple[ToldRow, ...]
    checks: tuple[ToldCheck, ...]
    net: NetResult | None
    built: Mapping[str, Mapping[str, float]]
    seconds: float
    again: SecondBuild | None
    changes: tuple[str, ...] = ()
    reports: tuple[Reported, ...] | None = None
    suite: SuiteRun | None = None

    @property
    def unexpected(self) -> tuple[str, ...]:
        """What the net found to be different, and no set announces."""
        return () if self.net is None else self.net.unexpected(self.changes)

    @property
    def sound(self) -> bool:
        """Whether nothing is worse, as far as could be seen."""
        worse = any(row.worse for row in self.rows) or any(check.worse for check in self.checks)
        return (
            self.failure is None
            and not worse
            and not self.unexpected
            and not any(one.new for one in self.reports or ())
            and not (self.suite is not None and self.suite.worse)
        )

    def of(self, set: str) -> tuple[ToldRow, ...]:
        """The rows of a set."""
        return tuple(row for row in self.rows if set in row.sets)


class _Changes(NamedTuple):
    changes: tuple[str, ...]


def told(data: Mapping[str, Any]) -> ToldProof:
    """A proof from its data. Raises DecodeError, also where it says that it holds and its rows say otherwise."""
    found = decode(ToldProof, data)
    if found.net is not None:
        found = found._replace(changes=decode(_Changes, data["net"], "net").changes)
    _agreeing(found)
    kinds = {row.shown for row in found.rows if row.sets}
    if found.ok and not (found.sound and all(one.proved for one in found.sets) and kinds <= {"proved", "unaffected"}):
        raise DecodeError("ok: the proof is said to hold, but its results say otherwise")
    return found


def _agreeing(proof: ToldProof) -> None:
    """Raises DecodeError where a row or a check is said to show something else than its verdicts do."""
    for at, row in enumerate(proof.rows):
        verdicts = row.before.verdict, row.after.verdict
        if (row.shown, row.worse) != (shown(*verdicts), lost(*verdicts)):
            raise DecodeError(f"rows[{at}]: '{row.shown}', but its verdicts say otherwise")
    for at, check in enumerate(proof.checks):
        if check.worse != lost("passed" if check.before is None else check.before.verdict, check.after.verdict):
            raise DecodeError(f"checks[{at}]: its verdicts say otherwise")
