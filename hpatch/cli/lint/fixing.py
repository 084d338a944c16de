"""`hpatch lint --fix` and `--diff`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from hpatch.cli import interrupt, output
from hpatch.cli.options.configuration import STDIN
from hpatch.errors import InputError, UsageError
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.finding import Finding
from hpatch.lint.fixes.reach import Reach
from hpatch.records import NamedTuple
from hpatch.report.common.renderer import Page
from hpatch.report.lint.forms import FORMS, FindingsReport
from hpatch.report.lint.text import Detail

if TYPE_CHECKING:
    from hpatch.lint.fixes.offer import Offer
    from hpatch.lint.fixes.passes import Fixing


class FixOptions(NamedTuple):
    """What the options ask for: to change files, to show what would change, and unsafe fixes, too."""

    fix: bool
    diff: bool
    unsafe: bool

    @property
    def any(self) -> bool:
        """Whether anything is to be fixed or shown."""
        return self.fix or self.diff

    def refuse(self, paths: Sequence[str], format: str, *, test: bool, baseline: bool, watch: bool) -> None:
        """Raise UsageError for what cannot be had together."""
        if not self.any:
            return
        if test:
            raise UsageError(
                "--test and --fix or --diff exclude each other: httpd checks files, not texts that are to be tried"
            )
        if watch:
            raise UsageError("--watch and --fix or --diff exclude each other: a fix would begin the next lint")
        if STDIN in paths and len(set(paths)) > 1:
            raise UsageError("--fix and --diff take the standard input (-) alone, without other paths")
        if self.diff and baseline:
            raise UsageError("--diff and --write-baseline exclude each other: --diff changes nothing")
        if not self.diff:
            return
        from hpatch.report.lint.difference import DIFF_FORMS  # few lints show a diff

        if format not in DIFF_FORMS:
            raise UsageError(f"--diff prints a diff or, with --format json, data; it has no form {format}")


def fixed(
    result: LintResult,
    roots: Sequence[Root],
    task: LintTask,
    reach: Reach,
    wanted: FixOptions,
    *,
    hidden: Callable[[LintResult], frozenset[Finding]],
    jobs: int,
) -> Fixing | None:
    """What fixing gives; None if none is wanted. No file is written, and what `hidden` tells of is not fixed.

    Raises InputError for a given file that cannot be read: then no file is fixed.
    """
    if not wanted.any:
        return None
    mains = {root.path for root in roots}
    for problem in result.unread:
        if problem.kind == "unreadable" and problem.place.file in mains:
            raise InputError(f"{problem.message}; nothing was fixed")
    from hpatch.lint.fixes.passes import fix, linter  # few lints fix

    run = linter(roots, task, jobs=jobs, base=result.root, start=result)
    texts = frozenset(root.source.name for root in roots if root.source is not None)
    return fix(run, unsafe=wanted.unsafe, bar=reach.bar, hidden=hidden, texts=texts)


def offered(result: LintResult, reach: Reach, *, unsafe: bool) -> Offer | None:
    """What fixing could do; None if no finding has a fix."""
    if all(finding.fix is None for finding in result.findings):
        return None
    from hpatch.lint.fixes.offer import offer  # many lints find nothing to fix

    return offer(result, unsafe=unsafe, bar=reach.bar)


def show_diff(fixing: Fixing, format: str, file: str | None, detail: Detail) -> bool:
    """Show what would change, and say on standard error how much; whether anything would."""
    from hpatch.report.lint.difference import DIFF_FORMS, DiffReport
    from hpatch.report.lint.fixes import told

    interrupt.standing(lambda: _showing(file))
    output.show(DiffReport(fixing), DIFF_FORMS, format, file=file)
    if format == "text":
        _tell(told(fixing, Page(), detail, made=False))
    return bool(fixing.files)


def show(report: FindingsReport, format: str, file: str | None, roots: Sequence[Root], reach: Reach) -> None:
    """Write the fixed files and show the report. Raises ToolError.

    The fixed text of the standard input goes to standard output, and the report then to standard error.
    """
    fixing, source = report.fixing, roots[0].source if roots else None
    if fixing is None or source is None:
        if fixing is not None:
            from hpatch.lint.fixes.write import made, write

            files = fixing.files
            interrupt.standing(lambda: f"files fixed: {made(files)} of {len(files)}; {interrupt.UNREPORTED}")
            write(files, reach)
            interrupt.standing(lambda: f"files fixed: {made(files)} of {len(files)}; {_showing(file)}")
        else:
            interrupt.standing(lambda: _showing(file))
        output.show(report, FORMS, format, file=file)
        return
    interrupt.standing(lambda: _showing(None))
    text = fixing.files[0].after if fixing.files else source.text
    output.write_bytes(text.encode("utf-8", "surrogateescape"))
    if file is not None:
        output.show(report, FORMS, format, file=file)
        return
    shown = FORMS[format](report, Page())
    _tell(shown.decode("utf-8", "replace").splitlines() if isinstance(shown, bytes) else "".join(shown).splitlines())


def _showing(file: str | None) -> str:
    """What stands while the answer is written: standard output gets it piece by piece, a file as a whole."""
    return "the output may be incomplete" if file is None else f"{file} is as it was, or has the whole report"


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)
