"""`hpatch lab`: experiments with gateways and backends that really run."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.interrupt import accounted
from hpatch.cli.options import matrix
from hpatch.cli.options.answer import Format
from hpatch.cli.options.matrix import CELLS
from hpatch.cli.options.verbose import Verbose
from hpatch.cli.prove import serve
from hpatch.errors import ToolError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpatch.lab.matrix import Experiment, LeftOut
    from hpatch.lab.model import Result
    from hpatch.lab.scenario import Scenario
    from hpatch.report.common.renderer import Renderer


_GROUP = """
Examples:

  hpatch lab list
  hpatch lab run fcgi-stdin-eof
  hpatch lab serve --fault early
"""

_PAGE = "page"
"""What stands for the list that hpatch began with."""

_LIST = """
Examples:

  hpatch lab list
  hpatch lab list fcgi-stdin-eof        the manual of one
"""

_RUN = """
Examples:

  hpatch lab run fcgi-stdin-eof
  hpatch lab run fcgi-stdin-eof --gateway httpd --gateway httpd:/opt/httpd
  hpatch lab run lost-tail slow-reader --gateway httpd --gateway nginx
  hpatch lab run uwsgi-stdin-eof --backend uwsgi@2.0.4 --threads 1,4,8
  hpatch lab run uwsgi-stdin-eof --requests 2000 --plot rates.svg
  hpatch lab run fcgi-body-cpu --module proxy_fcgi=modules/mod_proxy_fcgi.so
  hpatch lab run page

'page' stands for the list that hpatch began with (docs/questions/README.md): all scenarios that answer an item of it,
and a table of the items. Each scenario has defaults for what you do not choose. hpatch leaves out the combinations that
a scenario does not support, and names them. It fetches uwsgi@VERSION with pip, builds it once and keeps it in the
cache. Servers listen on 127.0.0.1 or in a private folder, and hpatch stops them.

Exit codes: 0 all passed; 1 some failed; 2 wrong usage; 4 none failed, but some could not run; the output says why.
"""


def _list(
    scenario: Annotated[str | None, typer.Argument(metavar="[SCENARIO]", help="Show this scenario in full.")] = None,
    format: Format = "text",
    verbose: Verbose = False,
) -> None:
    """List all scenarios, or show one in full."""
    from hpatch.lab.registry import find, scenarios
    from hpatch.report.common.renderer import FORMS
    from hpatch.report.prove.scenarios import ScenarioReport, ScenariosReport

    report = ScenariosReport(scenarios()) if scenario is None else ScenarioReport(find(scenario))
    output.show(report, FORMS, format)


def _run(
    scenario: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO...", help="Names of scenarios, which 'hpatch lab list' shows, or 'page'."),
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="Run all scenarios.")] = False,
    gateway: Annotated[
        list[str] | None,
        typer.Option(
            metavar="httpd[:PREFIX|:PROGRAM]|nginx[:PATH]",
            help="Run with this gateway. Repeatable.",
            rich_help_panel=CELLS,
        ),
    ] = None,
    module: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FILE",
            help="Let httpd load this file instead of its own module. Repeatable.",
            rich_help_panel=CELLS,
        ),
    ] = None,
    backend: matrix.Backends = None,
    transport: matrix.Transports = None,
    threads: matrix.Threads = None,
    requests: matrix.Requests = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.svg|FILE.png", help="Also draw the outcomes as a picture.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the cells of the matrix; run nothing.")] = False,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Run scenarios over a matrix of gateways, backends, transports and threads."""
    from hpatch.lab.matrix import experiments, left_out
    from hpatch.report.common.renderer import FORMS
    from hpatch.report.prove import plot as lab_plot
    from hpatch.report.prove.scenarios import CellsReport, left_out_line

    chosen = _chosen(scenario or [], all)
    wanted = matrix.cells(gateway, module, backend, transport, threads)
    form = None if plot is None else _form(plot)
    planned = list(experiments(chosen, wanted))
    left = left_out(chosen, wanted)
    if not planned:
        raise UsageError(f"nothing is left to run: {left_out_line(left)}")
    if left and format == "text":
        print(f"hpatch: left out: {left_out_line(left)}", file=sys.stderr)
    if dry_run:
        return output.show(CellsReport(planned=planned, left_out=left), FORMS, format)
    if form is not None:
        lab_plot.check()
    results: list[Result] = []
    with accounted() as account:
        account.of = lambda: f"{len(results)} of {len(planned)} cells were run; all that was started has ended"
        try:
            _run_all(planned, requests, results)
        except KeyboardInterrupt:
            if results and format == "text":
                output.show(_report([], results, ()), FORMS, format)
            raise
    output.show(_report(scenario or [], results, left), FORMS, format)
    if plot is not None and form is not None:
        output.write_bytes(lab_plot.render(results, form), str(plot))
    verdicts = {one.verdict for one in results}
    return 1 if "failed" in verdicts else 4 if "cannot-run" in verdicts else 0


def _chosen(names: list[str], all: bool) -> Sequence[Scenario]:
    from hpatch.lab.registry import find, scenarios

    if all:
        if names:
            raise UsageError("give names or --all, not both")
        return scenarios()
    if not names:
        raise UsageError("name scenarios, or --all; 'hpatch lab list' shows them")
    if names == [_PAGE]:
        from hpatch.lab.page import PAGE

        return [find(name) for name in dict.fromkeys(name for item in PAGE for name in item.scenarios)]
    if _PAGE in names:
        raise UsageError(f"give '{_PAGE}' alone, without other names")
    return [find(name) for name in dict.fromkeys(names)]


def _report(names: list[str], results: list[Result], left_out: Sequence[LeftOut]) -> Renderer:
    """What was seen: in the items of the list if that was asked for, or else cell by cell."""
    from hpatch.report.prove.lab import LabReport

    if names != [_PAGE]:
        return LabReport(results=results, left_out=left_out)
    from hpatch.lab.page import answers
    from hpatch.patch.sets.load import load
    from hpatch.report.prove.page import PageReport

    return PageReport(answers=answers(results, load()), results=results, left_out=left_out)


def _form(plot: Path) -> Literal["svg", "png"]:
    """What to draw. Raises UsageError, and ToolError where nothing can be written: before minutes have gone."""
    from hpatch.report.prove.plot import FORMATS

    for form in FORMATS:
        if plot.suffix.lower() == f".{form}":
            folder = plot.absolute().parent
            if not os.access(folder, os.W_OK):
                problem = "cannot be written to" if folder.is_dir() else "is not a folder"
                raise ToolError(f"--plot {plot}: {folder} {problem}")
            return form
    raise UsageError(f"--plot {plot}: its name must end with .svg or .png")


def _run_all(planned: Sequence[Experiment], requests: int | None, results: list[Result]) -> None:
    """Run them; `results` grows by one with each."""
    from hpatch.lab.matrix import run
    from hpatch.report.common.progress import shown

    with shown() as progress:
        for number, one in enumerate(planned, 1):
            cell = one.cell
            words = [one.scenario.name, cell.gateway.kind, cell.backend.kind, cell.transport]
            progress.step(number, len(planned), " ".join(words))
            results.append(run(one, requests, progress.detail))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = help.group(app, "lab", "Run experiments against real gateways and backends.", _GROUP)
    help.command(group, "list", _list, _LIST)
    help.command(group, "run", _run, _RUN)
    serve.register(group)
