"""`hpatch smoke`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.interrupt import accounted
from hpatch.cli.options import revisions as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpatch.lab.model import GatewaySpec, Result
    from hpatch.lab.scenario import Scenario
    from hpatch.lab.smoke import SmokeCheck
    from hpatch.patch.sets.model import PatchSet
    from hpatch.report.prove.smoke import SmokeReport

_EXAMPLES = """
Examples:

  hpatch smoke ~/httpd-2.4.62
  hpatch smoke ~/httpd-2.4.62 --sets fcgi-stdin-eof
  hpatch smoke /usr/sbin/apache2 --format json

hpatch starts the httpd on 127.0.0.1 with a configuration in a private folder. It requests a page, proxies over each
scheme that the httpd supports, runs the scenarios of the expected sets, and stops the httpd. The expected sets are
those of its version and those applied to the tree that hpatch built it from.

Exit codes: 0 all passed; 1 something failed; 2 wrong usage; 4 nothing failed, but something could not run.
"""


def _command(
    prefix: Annotated[
        str, typer.Argument(metavar="PREFIX", help="The folder that httpd is installed in, or its program.")
    ],
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--sets", metavar="SET", help="Expect these sets and no others. Repeatable, or separated by commas."
        ),
    ] = None,
    catalog: shared.CatalogDirs = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Check that an httpd works and has the patch sets that it should have."""
    from hpatch.build import prefix as made
    from hpatch.build.httpd.installed import ask
    from hpatch.lab import smoke as lab
    from hpatch.lab import specs
    from hpatch.lab.model import GatewaySpec
    from hpatch.report.common.renderer import FORMS

    known = shared.catalog(catalog)
    if (made.record(Path(prefix).expanduser()) or {}).get("project") == "uwsgi":
        raise UsageError(
            f"{prefix}: has uWSGI, and hpatch smoke tries only httpd; try it behind one with "
            f"hpatch lab run uwsgi-stdin-eof --backend uwsgi:{prefix}"
        )
    program = specs.program("httpd", prefix)
    if sets is None:
        record = made.record(program.parent.parent) or {}
        found = list(lab.claimed(known, ask(str(program)), record.get("sets", ())))
    else:
        found = [known.get(id) for id in dict.fromkeys(word for text in sets for word in text.split(",") if word)]
        for one in found:
            if one.project != "httpd":
                raise UsageError(f"'{one.id}' is for {one.project}; hpatch tries only httpd")
            if not _scenarios((one,)):
                raise UsageError(f"'{one.id}' has no scenario, so hpatch cannot try it; leave it out of --sets")
    trial = _Trial(GatewaySpec("httpd", program), found)
    with accounted() as account:
        account.of = trial.account
        try:
            trial.run()
        except KeyboardInterrupt:
            if trial.checks and format == "text":
                output.show(trial.answer, FORMS, format)
            raise
    answer = trial.answer
    return output.show(answer, FORMS, format, code={"passed": 0, "failed": 1, "cannot-run": 4}[answer.verdict])


def _scenarios(sets: Sequence[PatchSet]) -> list[Scenario]:
    """Those that tell of the sets."""
    from hpatch.lab.registry import scenarios

    ids = {one.id for one in sets}
    names = {one.scenario for one in sets}
    return [one for one in scenarios() if one.name in names or ids & set(one.sets)]


class _Trial:
    """Everything that is tried of an httpd, and what has been tried by now."""

    def __init__(self, spec: GatewaySpec, sets: Sequence[PatchSet]) -> None:
        from hpatch.lab import matrix
        from hpatch.lab.model import BackendSpec

        self._spec = spec
        self._sets = sets
        wanted = matrix.Wanted([spec], [BackendSpec("responder")])
        self._experiments = list(matrix.experiments(_scenarios(sets), wanted))
        self.checks: Sequence[SmokeCheck] = ()
        self._results: list[Result] = []

    def run(self) -> None:
        """Try all of it; where httpd does not start, no scenario."""
        from hpatch.lab import matrix
        from hpatch.lab import smoke as lab
        from hpatch.report.common.progress import shown

        count = len(self._experiments) + 1
        with shown() as progress:
            progress.step(1, count, "checks")
            self.checks = lab.checks(self._spec, tell=progress.detail)
            if any(one.name == "start" for one in self.checks):
                return
            for number, one in enumerate(self._experiments, 2):
                progress.step(number, count, f"{one.scenario.name} {one.cell.transport}")
                self._results.append(matrix.run(one))

    def account(self) -> str:
        """What has been tried by now, for one who interrupts it."""
        checks = "the checks were done" if self.checks else "the checks were not completed"
        tried = f"{len(self._results)} of {len(self._experiments)} scenarios were run"
        return f"{checks}, {tried}; all that was started has ended"

    def _tells(self, one: PatchSet) -> bool:
        """Whether a scenario tells of a set."""
        tried = [experiment.scenario for experiment in self._experiments]
        return any(found.name == one.scenario or one.id in found.sets for found in tried)

    @property
    def answer(self) -> SmokeReport:
        """What has been seen by now."""
        from hpatch.build.httpd.installed import ask
        from hpatch.report.prove.smoke import SmokeReport

        return SmokeReport(
            program=str(self._spec.program),
            version=str(ask(str(self._spec.program)).version),
            checks=self.checks,
            sets=[one.id for one in self._sets],
            silent=[one.id for one in self._sets if not self._tells(one)],
            results=self._results,
        )


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "smoke", _command, _EXAMPLES)
