"""`hpatch verify --bundle`: what a proof leaves behind, however it ends."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hpatch.errors import HpatchError, ToolError, UsageError

if TYPE_CHECKING:
    from hpatch.lab.across.model import AcrossCell, CellVerdict, ProvedCell
    from hpatch.lab.candidates.model import Candidate
    from hpatch.lab.diary import Diary
    from hpatch.lab.proof import ProofPlan
    from hpatch.report.prove.bundle.document import Ending
    from hpatch.report.prove.proof import ProofReport

Bundle = Annotated[
    Path | None,
    typer.Option(
        "--bundle",
        metavar="DIR|FILE.tar",
        help="Also write the proof to a new folder or tar file: as JSON, as a page of html, and the diff. With "
        "--across, write a tar file for each proof to this folder.",
    ),
]
_OWN = frozenset(
    {"bundle", "tree", "dry_run", "in_place", "format", "verbose", "build_dir", "jobs"}
    | {"across", "state", "workers", "dask"}
)
"""Options that do not decide what is proved; the tree is named in another way."""


class Keeping:
    """A bundle that is to be written to `target`; None: nothing is kept."""

    def __init__(
        self,
        target: Path | None,
        plan: ProofPlan,
        candidate: Candidate[Any],
        folder: Path,
        repeat: str,
        diary: Diary | None = None,
    ) -> None:
        from hpatch.build.trees.hashing import hashes
        from hpatch.lab import diary as diaries

        self._diary = diaries.Diary() if diary is None else diary
        self._target = target
        self._plan = plan
        self._candidate = candidate
        self._folder = folder
        self._repeat = repeat
        self._hashes: Mapping[str, str] = {} if target is None else hashes(plan.tree.root)

    def write(self, report: ProofReport) -> None:
        """The proof has ended. Raises ToolError where it cannot be written."""
        from hpatch.report.prove.bundle.document import Ending

        self._write(Ending(report=report))

    @contextmanager
    def whatever_comes(self) -> Iterator[Diary]:
        """Write what was done also where an error or an interruption ends the proof, which goes on from here."""
        from hpatch.report.prove.bundle.document import Ending

        try:
            yield self._diary
        except HpatchError as error:
            self._diary.failed(getattr(error, "log", None))
            self._write_anyway(Ending(outcome="failed", why=str(error)))
            raise
        except (KeyboardInterrupt, SystemExit):
            self._write_anyway(Ending(outcome="interrupted"))
            raise

    def _write_anyway(self, ending: Ending) -> None:
        """Whatever goes wrong with it, the first error is the one to tell of."""
        with suppress(HpatchError):
            self._write(ending)

    def _write(self, ending: Ending) -> None:
        from hpatch.lab.bundle import store
        from hpatch.lab.bundle.masking import Mask
        from hpatch.report.common.terminal import visible
        from hpatch.report.prove.bundle.document import files

        if self._target is None:
            return
        facts = None
        with suppress(HpatchError):  # its program does not run
            facts = self._candidate.facts() if self._diary.made else None
        mask = Mask({self._plan.tree.root: "TREE", self._folder: "BUILD"})
        made = files(self._plan, ending, self._diary, facts, self._hashes, [self._repeat], mask)
        store.write(self._target, made)
        print(f"hpatch: the bundle is {visible(str(self._target))}", file=sys.stderr)


_NAMES = re.compile(r"[^\w.+-]")
_PROVED: frozenset[CellVerdict] = frozenset({"proved", "not-proved", "worse"})
"""The verdicts that a proof gives."""


@dataclass(frozen=True)
class CellBundles:
    """A folder with a bundle for each cell of `--across`. It goes to the processes that prove; `repeat` is by set."""

    folder: Path
    repeat: Mapping[str, str]

    def path(self, row: str, set: str) -> Path:
        """Where a cell's bundle is."""
        return self.folder / f"{_NAMES.sub('_', row)}-{_NAMES.sub('_', set)}.tar"

    def has(self, cell: AcrossCell) -> bool:
        """Whether a cell has its bundle, or had no proof."""
        return cell.verdict not in _PROVED or self.path(cell.row, cell.set).is_file()

    def __call__(self, proved: ProvedCell) -> None:
        """Write it; an older one of the cell goes. Raises ToolError."""
        from hpatch.report.prove.proof import ProofReport

        target = self.path(proved.row, proved.set)
        made = target.with_name(f".{token_hex(6)}-{target.name}")
        keeping = Keeping(made, proved.plan, proved.candidate, proved.folder, self.repeat[proved.set], proved.diary)
        keeping.write(ProofReport(proof=proved.proof, how=proved.how, in_place=False))
        try:
            made.replace(target)
        except OSError as error:
            raise ToolError(f"{target}: the bundle cannot be written: {error.strerror or error}") from error


def folder_of_cells(bundle: Path | None, dask: str | None) -> Path | None:
    """The folder for bundles of cells; it is made where it is not there. Raises UsageError, ToolError."""
    if bundle is None:
        return None
    if dask is not None:
        raise UsageError("--bundle writes where the proofs run; leave out --dask")
    if bundle.suffix == ".tar" or (bundle.exists() and not bundle.is_dir()):
        raise UsageError(f"--bundle {bundle}: with --across it is a folder, which gets a bundle for each proof")
    try:
        bundle.mkdir(exist_ok=True)
    except OSError as error:
        raise ToolError(f"--bundle {bundle}: cannot be made: {error.strerror or error}") from error
    if not os.access(bundle, os.W_OK | os.X_OK):
        raise ToolError(f"--bundle {bundle}: cannot be written to")
    return bundle.absolute()


def targets(bundle: Path | None, names: Sequence[str]) -> Mapping[str, Path | None]:
    """Where the bundle of each proof goes, by the proof's name: beside the one that was asked for if there are several.

    Raises UsageError and ToolError where one cannot be written, before minutes have gone.
    """
    from hpatch.lab.bundle import store

    if bundle is None:
        return dict.fromkeys(names)
    found = {name: bundle.with_stem(f"{bundle.stem}-{name}") if name else bundle for name in names}
    for target in found.values():
        store.check(target)
    return found


def command(context: typer.Context, sets: Sequence[str], mpm: str) -> str:
    """The command that proves the same again, with TREE for the tree; `mpm` instead of several that were asked for."""
    words = ["hpatch", "verify", *sets, "--tree", "TREE"]
    for param in context.command.params:
        value = context.params.get(param.name or "")
        if param.param_type_name != "option" or param.name in _OWN or value in (None, False, param.default):
            continue
        name = max(param.opts, key=len)
        values = [mpm] if param.name == "mpm" and mpm else _values(value)
        words += [word for one in values for word in ([name] if one is True else [name, str(one)])]
    return shlex.join(words)


def _values(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
