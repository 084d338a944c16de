"""`hpatch smoke`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options import revisions as shared
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpatch.lab.model import GatewaySpec, Result
    from hpatch.patch.sets.model import PatchSet
    from hpatch.report.common.progress import Progress
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
    from hpatch.build.httpd import prefix as made
    from hpatch.build.httpd.installed import ask
    from hpatch.lab import smoke as lab
    from hpatch.lab import specs
    from hpatch.lab.model import GatewaySpec
    from hpatch.report.common.progress import shown
    from hpatch.report.common.renderer import FORMS

    known = shared.catalog(catalog)
    program = specs.program("httpd", prefix)
    if sets is None:
        record = made.record(program.parent.parent) or {}
        found = list(lab.claimed(known, ask(str(program)), record.get("sets", ())))
    else:
        found = [known.get(id) for id in dict.fromkeys(word for text in sets for word in text.split(",") if word)]
        for one in found:
            if one.project != "httpd":
                raise UsageError(f"'{one.id}' is for {one.project}; hpatch tries only httpd")
    with shown() as progress:
        answer = _tried(GatewaySpec("httpd", program), found, progress)
    return output.show(answer, FORMS, format, code={"passed": 0, "failed": 1, "cannot-run": 4}[answer.verdict])


def _tried(spec: GatewaySpec, sets: Sequence[PatchSet], progress: Progress) -> SmokeReport:
    from hpatch.build.httpd.installed import ask
    from hpatch.lab import matrix
    from hpatch.lab import smoke as lab
    from hpatch.lab.model import BackendSpec
    from hpatch.lab.registry import scenarios
    from hpatch.report.prove.smoke import SmokeReport

    ids = {one.id for one in sets}
    telling = [one for one in scenarios() if ids & set(one.sets)]
    wanted = matrix.Wanted([spec], [BackendSpec("responder")])
    experiments = list(matrix.experiments(telling, wanted))
    progress.step(1, len(experiments) + 1, "checks")
    checks = lab.checks(spec, tell=progress.detail)
    results: list[Result] = []
    if not any(one.name == "start" for one in checks):
        for number, one in enumerate(experiments, 2):
            progress.step(number, len(experiments) + 1, f"{one.scenario.name} {one.cell.transport}")
            results.append(matrix.run(one))
    told = {id for one in experiments for id in one.scenario.sets}
    silent = [one.id for one in sets if one.id not in told]
    return SmokeReport(
        program=str(spec.program),
        version=str(ask(str(spec.program)).version),
        checks=checks,
        sets=[one.id for one in sets],
        silent=silent,
        results=results,
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "smoke", _command, _EXAMPLES)
