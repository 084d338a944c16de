"""`hpatch smoke`."""

from __future__ import annotations

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

    from hpatch.lab.installed import InstalledServer
    from hpatch.lab.model import Result
    from hpatch.lab.scenario import Scenario
    from hpatch.lab.smoke import SmokeCheck
    from hpatch.patch.sets.model import PatchSet
    from hpatch.report.prove.smoke import SmokeReport

_EXAMPLES = """
Examples:

  hpatch smoke ~/httpd-2.4.62
  hpatch smoke ~/httpd-2.4.62 --sets fcgi-stdin-eof
  hpatch smoke /usr/sbin/apache2 --format json
  hpatch smoke ~/uwsgi-2.0.4
  hpatch smoke /usr/sbin/nginx

hpatch starts the httpd or nginx on 127.0.0.1 with a configuration in a private folder. It requests a page, proxies over
each scheme that the server supports, runs the scenarios of the expected sets, and stops the server. The expected sets
are those of its version and those applied to the tree that hpatch built it from.

A uWSGI is the backend: hpatch starts it behind the installed httpd and tries each protocol that both have.

Exit codes: 0 all passed; 1 something failed; 2 wrong usage; 4 nothing failed, but something could not run.
"""


def _command(
    prefix: Annotated[
        str,
        typer.Argument(metavar="PREFIX", help="The folder that httpd, uWSGI or nginx is installed in, or its program."),
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
    """Check that an httpd, a uWSGI or an nginx works and has the patch sets that it should have."""
    from hpatch.build import prefix as made
    from hpatch.lab import installed
    from hpatch.report.common.renderer import FORMS

    known = shared.catalog(catalog)
    server = installed.find(prefix)
    if sets is None:
        record = made.record(server.prefix) or {}
        found = list(installed.claimed(known, server, record.get("sets", ())))
    else:
        found = [known.get(id) for id in dict.fromkeys(word for text in sets for word in text.split(",") if word)]
        for one in found:
            if one.project != server.project:
                raise UsageError(f"'{one.id}' is for {one.project}, and {prefix} has {server.project}")
            if not _scenarios((one,)):
                raise UsageError(f"'{one.id}' has no scenario, so hpatch cannot try it; leave it out of --sets")
    trial = _Trial(server, found)
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
    """Everything that is tried of a server, and what has been tried by now."""

    def __init__(self, server: InstalledServer, sets: Sequence[PatchSet]) -> None:
        from hpatch.lab import matrix

        self._server = server
        self._sets = sets
        self._experiments = list(matrix.experiments(_scenarios(sets), server.wanted))
        self.checks: Sequence[SmokeCheck] = ()
        self._results: list[Result] = []

    def run(self) -> None:
        """Try all of it; where it does not start, no scenario."""
        from hpatch.lab import matrix
        from hpatch.report.common.progress import shown

        count = len(self._experiments) + 1
        with shown() as progress:
            progress.step(1, count, "checks")
            self.checks = self._server.checks(progress.detail)
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
        from hpatch.report.prove.smoke import SmokeReport

        return SmokeReport(
            project=self._server.project,
            program=str(self._server.program),
            version=self._server.version,
            checks=self.checks,
            sets=[one.id for one in self._sets],
            silent=[one.id for one in self._sets if not self._tells(one)],
            results=self._results,
        )


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "smoke", _command, _EXAMPLES)
