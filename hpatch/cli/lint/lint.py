"""`hpatch lint`."""

import gc
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from hpatch.cli import help, interrupt, output
from hpatch.cli.lint import fixing
from hpatch.cli.lint.fixing import FixOptions
from hpatch.cli.options import backends, findings, which
from hpatch.cli.options import baseline as known
from hpatch.cli.options import configuration as shared
from hpatch.cli.options import report as shown
from hpatch.cli.options import roots as given
from hpatch.cli.options.plugins import NoPlugins
from hpatch.cli.options.verbose import Verbose
from hpatch.cli.options.watch import Watch
from hpatch.errors import UsageError
from hpatch.lint import roots
from hpatch.lint.engine.lint import lint
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.fixes.reach import Reach
from hpatch.lint.found import SEVERITIES, Severity
from hpatch.lint.settings import Settings, pattern_in
from hpatch.lint.task import task as task_of
from hpatch.report.common.renderer import FORMS as ANSWERS
from hpatch.report.lint.forms import FindingsReport
from hpatch.report.lint.text import Detail

_RULES = "Which findings"
_FIXES = "Fixes"
_OUTPUT = "Output"

_EXAMPLES = """
Examples:

  hpatch lint /etc/apache2
  hpatch lint --httpd /usr/sbin/apache2 --test /etc/apache2
  hpatch lint --httpd-version 2.4.62 --modules all sites/*.conf
  hpatch lint --select WK,access,slash-double --fail-on error /etc/httpd
  hpatch lint --format sarif --output hpatch.sarif /etc/apache2
  hpatch lint --write-baseline hpatch-baseline.json /etc/apache2
  hpatch lint --baseline hpatch-baseline.json /etc/apache2
  hpatch lint --root rootfs /etc/apache2
  hpatch lint --package "apache2 2.4.57-2" --advisories osv /etc/apache2
  hpatch lint --tree httpd-2.4.62 --select known /etc/apache2
  hpatch lint --diff --unsafe-fixes /etc/apache2
  hpatch lint --fix sites/*.conf
  httpd -t -D DUMP_CONFIG | hpatch lint -

A folder stands for the configurations in it: apache2.conf or httpd.conf, or else every *.conf that no other file
includes.

Exit codes: 0 no findings at or above --fail-on (with --fix: none remain; with --diff: nothing would change); 1
findings (with --diff: something would change); 2 wrong usage; 3 some input could not be read or parsed;
4 httpd cannot be run.
"""


def _command(
    path: shared.ManyPaths,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULES",
            help="Run only these rules: codes, prefixes, names or families. Repeatable.",
            rich_help_panel=_RULES,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help="Skip these rules. Repeatable.", rich_help_panel=_RULES)
    ] = None,
    advice: Annotated[
        bool,
        typer.Option(
            "--advice",
            help="Also give advice: rules that only someone who knows the application can decide.",
            rich_help_panel=_RULES,
        ),
    ] = False,
    severity: Annotated[
        Severity | None,
        typer.Option(help="Report findings of at least this severity. The default is info.", rich_help_panel=_RULES),
    ] = None,
    severity_of: findings.SeverityOf = None,
    min_confidence: findings.MinConfidence = None,
    fail_on: Annotated[
        Literal["info", "warning", "error", "never"] | None,
        typer.Option(
            help="Exit with code 1 on findings of at least this severity. The default is warning.",
            rich_help_panel=_RULES,
        ),
    ] = None,
    baseline: known.Baseline = None,
    write_baseline: known.WriteBaseline = None,
    ignore_suppressions: known.IgnoreSuppressions = False,
    format: shown.FindingsFormat = "text",
    output_file: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the report to this file.", rich_help_panel=_OUTPUT),
    ] = None,
    statistics: shown.Statistics = False,
    full: shown.Full = False,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Fix what can be fixed safely, write the files and report what remains. With - as PATH, print the "
            "fixed text, and report on standard error.",
            rich_help_panel=_FIXES,
        ),
    ] = False,
    unsafe_fixes: Annotated[
        bool,
        typer.Option(
            "--unsafe-fixes",
            help="With --fix or --diff: make also fixes that change what a request meets, as most errors need.",
            rich_help_panel=_FIXES,
        ),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff",
            help="Print what --fix would change as a unified diff, and change nothing.",
            rich_help_panel=_FIXES,
        ),
    ] = False,
    show_files: Annotated[
        bool,
        typer.Option(
            "--show-files",
            help="Show which files were read, by which Include, and which files in folders were not.",
            rich_help_panel=_OUTPUT,
        ),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show only findings, without a summary.", rich_help_panel=_OUTPUT)
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", metavar="N", min=1, help="Lint this many configurations at once.", rich_help_panel=_OUTPUT
        ),
    ] = None,
    *,
    options: shared.ConfigurationOptions,
    test: Annotated[
        bool,
        typer.Option(
            "--test",
            help="Also run PROGRAM -t on each configuration, and report what it says. It runs the code of the modules "
            "that the configuration loads.",
            rich_help_panel=shared.HTTPD,
        ),
    ] = False,
    tree: Annotated[
        Path | None,
        typer.Option(
            "--tree",
            metavar="DIR",
            help="Take httpd's version from this source tree, and leave out the known problems that a patch set in it "
            "cures.",
            rich_help_panel=shared.HTTPD,
        ),
    ] = None,
    package: which.Package = None,
    advisories: which.Advisories = None,
    stdin_filename: shared.StdinFilename = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="Skip these files in folders: a name (*.bak.conf) or a path (sites/old/*). Repeatable.",
            rich_help_panel=shared.FILES,
        ),
    ] = None,
    uwsgi: backends.Uwsgi = None,
    fpm: backends.Fpm = None,
    backend: backends.BackendFiles = None,
    uwsgi_version: backends.UwsgiVersion = None,
    show_settings: shared.ShowSettings = False,
    watch: Watch = False,
    no_plugins: NoPlugins = False,
    verbose: Verbose = False,
) -> int:
    """Find faults in Apache httpd reverse-proxy configurations."""
    tell = None
    if watch:
        from hpatch.cli.lint.watching import each_time  # only --watch pays for it

        if write_baseline:
            raise UsageError("--watch and --write-baseline exclude each other")
        interrupt.begin()  # it is how --watch ends
        tell = each_time(
            [one if one == shared.STDIN else roots.located(one, options.root) for one in path], output_file
        )
    instances = backends.named(uwsgi, uwsgi_version)
    read = options.effective(
        path[0],
        stdin_filename,
        Settings(
            select=shared.words(select),
            ignore=shared.words(ignore),
            advice=True if advice else None,
            severity=severity,
            severity_of=findings.severities(severity_of),
            min_confidence=min_confidence,
            fail_on=fail_on,
            exclude=None if exclude is None else tuple(pattern_in("", one) for one in shared.words(exclude) or ()),
            uwsgi=instances.files,
            fpm=None if fpm is None else tuple(fpm),
            backend=None if backend is None else tuple(backend),
            uwsgi_version=instances.version,
            baseline=baseline,
        ),
    )
    chosen = findings.known(read)
    if show_settings:
        from hpatch.report.lint.settings import SettingsReport  # few runs ask for it

        return output.show(SettingsReport(read), ANSWERS, "json" if format == "json" else "text", file=output_file)
    shown.refuse_statistics(statistics, format)
    which.refuse_both(package, options.httpd_version, tree=tree is not None)
    if tree is not None and advisories:
        raise UsageError("--tree excludes --advisories: they speak of a vendor's build, and not of a source tree")
    if test:
        _refuse_test(options.httpd, options.root)
    detail = _detail(quiet=quiet, verbose=verbose)
    wanted = FixOptions(fix=fix, diff=diff, unsafe=unsafe_fixes)
    wanted.refuse(path, format, test=test, baseline=write_baseline is not None, watch=watch)
    if instances.files is None:
        backends.refuse_programs(chosen.uwsgi or ())
    task = task_of(chosen, shared.uwsgi_version(chosen))._replace(suppressions=not ignore_suppressions)
    source = None if tree is None else which.of_tree(tree)
    if source is not None:
        chosen = chosen._replace(httpd_version=str(source[0].version))
    reading = options.reading(chosen, package)
    if reading.options.version is None and chosen.uwsgi_version is None:
        _refuse_known_alone(task)
    task = task._replace(
        build=which.build(reading.httpd, advisories) if source is None else source[1],
        uwsgi_build=backends.build(chosen.uwsgi_version),
    )
    found = given.found(path, chosen, reading, stdin_filename)
    if test and options.httpd is not None:
        found = [_tested(root, options.httpd) for root in found]
    if len(found) > 1:
        # Each configuration is garbage once it is linted.
        gc.freeze()
        gc.enable()
    processes = jobs or _processors()
    result = lint(
        found,
        task,
        jobs=processes,
        base=os.getcwd(),  # noqa: PTH109 - the path stays text, as written
        progress=_Progress() if sys.stderr.isatty() else None,
    )
    if tell is not None:
        tell([*(file.name for file in result.read), *read.files, *filter(None, [chosen.baseline])])
    reach = Reach((roots.located(one, chosen.root) for one in path if one != shared.STDIN), found, result.parts)
    hidden = known.hiding(task, chosen.baseline if wanted.any and not write_baseline else None)
    done = fixing.fixed(result, found, task, reach, wanted, hidden=hidden, jobs=processes)
    result = known.judged(result if done is None else done.result, task, chosen.baseline, write_baseline)
    if diff and done is not None:
        differs = fixing.show_diff(done._replace(result=result), format, output_file, detail)
        return given.tell_unread(result, findings=False) or int(differs)
    report = FindingsReport(
        result,
        detail=detail,
        not_read=_not_read(path, chosen, result) if show_files or (format == "text" and not quiet) else (),
        show_files=show_files,
        statistics=statistics,
        full=full,
        maps=shown.maps(found, result, format),
        offer=None if done is not None else fixing.offered(result, reach, unsafe=unsafe_fixes),
        fixing=None if done is None else done._replace(result=result),
    )
    fixing.show(report, format, output_file, found, reach)
    return _exit_code(result, chosen.fail_on or "warning")


def _detail(*, quiet: bool, verbose: bool) -> Detail:
    if quiet and verbose:
        raise UsageError("--quiet and --verbose exclude each other")
    return "findings" if quiet else "all" if verbose else "summary"


def _refuse_known_alone(task: LintTask) -> None:
    """Where no version is known, "found nothing" would be said of nothing. Advice speaks of all releases."""
    if {rule.family for rule in task.rules} == {"known"} and not any(rule.advice for rule in task.rules):
        raise UsageError(
            "rules about known problems need httpd's version: give --httpd-version, --httpd, --tree or --package"
        )


def _refuse_test(httpd: str | None, root: str | None) -> None:
    if httpd is None:
        raise UsageError("--test needs --httpd PROGRAM, the httpd to run")
    if root is not None:
        raise UsageError("--test and --root exclude each other: httpd reads the files of this machine")


def _processors() -> int:
    """How many processors there are for this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _not_read(paths: list[str], chosen: Settings, result: LintResult) -> tuple[roots.NotRead, ...]:
    read = [name for file in result.read for name in (file.name, file.link) if name is not None]
    found: dict[roots.NotRead, None] = {}
    for path in paths:
        if path != shared.STDIN:
            found.update(dict.fromkeys(roots.not_read(roots.located(path, chosen.root), read, chosen.exclude or ())))
    return tuple(found)


def _tested(root: Root, httpd: str) -> Root:
    """A root with what httpd's syntax check says of it. httpd cannot check a part, or a text that is no file."""
    from hpatch.build.httpd.syntax import check  # only --test pays for it

    options = root.options
    part = options.given.home is not None or os.path.basename(root.path) == ".htaccess"  # noqa: PTH119 - text only
    if part or root.source is not None or not os.path.isfile(root.path):  # noqa: PTH113 - text only
        return root
    checked = check(
        httpd, root.path, root=options.server_root, defines=options.defines or (), environment=options.environment
    )
    return root._replace(checked=checked)


def _exit_code(result: LintResult, threshold: str) -> int:
    if given.tell_unread(result):
        return 3
    if threshold == "never":
        return 0
    least = SEVERITIES.index(threshold)
    return int(any(SEVERITIES.index(finding.severity) >= least for finding in result.findings))


class _Progress:
    """A line on the terminal that counts, from the first second on."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.shown = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if total == 1 or now - self.start < 1:
            return
        if done == total:
            sys.stderr.write("\r\x1b[K")
        elif now - self.shown > 0.1:
            self.shown = now
            sys.stderr.write(f"\r{done} of {total} configurations")
        sys.stderr.flush()


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "lint", _command, _EXAMPLES)
