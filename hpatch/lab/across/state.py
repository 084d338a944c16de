"""What is done: a folder with a file for each cell, by all that decides it, so that it is not done again."""

from __future__ import annotations

import json
import os
from functools import cache
from hashlib import sha256
from pathlib import Path

import hpatch
from hpatch import __version__
from hpatch.build.httpd.plan import VARIABLES
from hpatch.errors import ToolError
from hpatch.lab.across.model import AcrossCell, AcrossJob
from hpatch.lab.recipe import Recipe
from hpatch.patch.sets.model import Catalog

_FORMAT = 1
_DECIDING = ("build", "facts", "lab", "patch", "processes")
"""The packages of hpatch that decide what a cell says."""


class Done:
    """The folder; it is made where it is not there. Several hpatch may use it at once. Raises ToolError."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self.folder = folder
        self._catalog = catalog
        self._sets: dict[str, str] = {}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ToolError(f"{folder}: cannot be made: {error.strerror or error}") from error

    def find(self, job: AcrossJob, set: str) -> AcrossCell | None:
        """A cell that is done; None where it is not, or its file is damaged."""
        try:
            told = json.loads(self._file(job, set).read_bytes())
            cell = AcrossCell(**told["cell"])._replace(row=job.row, kept=True)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return cell if cell.set == set else None

    def keep(self, job: AcrossJob, cell: AcrossCell) -> None:
        """Keep a cell, but for an error, which tells nothing. Raises ToolError."""
        if cell.verdict == "error":
            return
        path = self._file(job, cell.set)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            part.write_text(json.dumps({"tag": job.version.tag, "cell": cell._asdict()}))
            part.replace(path)
        except OSError as error:
            raise ToolError(f"{path}: cannot be written: {error.strerror or error}") from error

    def _file(self, job: AcrossJob, set: str) -> Path:
        source = job.version.commit or f"package {job.version.tag}"
        about = [_FORMAT, __version__, _code(), source, set, self._set(set), _recipe(job.recipe)]
        about += [repr(job.wanted), job.requests, repr(job.request)]
        return self.folder / f"{sha256(json.dumps(about).encode()).hexdigest()[:32]}.json"

    def _set(self, id: str) -> str:
        """Stands for the files of a set and of those that it needs."""
        if id not in self._sets:
            told = sha256()
            for one in self._catalog.closure([id]):
                for path in sorted(path for path in one.folder.rglob("*") if path.is_file()):
                    told.update(f"{one.id}/{path.name}\0{sha256(path.read_bytes()).hexdigest()}\n".encode())
            self._sets[id] = told.hexdigest()
        return self._sets[id]


@cache
def _code() -> str:
    """Stands for what places, builds and tries: in a checkout, it changes without the version's number."""
    told = sha256()
    root = Path(hpatch.__file__).parent
    for path in sorted(path for name in _DECIDING for path in (root / name).rglob("*.py")):
        told.update(f"{path.relative_to(root)}\0{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return told.hexdigest()


def _recipe(recipe: Recipe) -> list[object]:
    asked = [recipe.mpm, recipe.sanitize]
    if recipe.options is not None:
        return [*asked, repr(recipe.options._replace(jobs=None)), [os.environ.get(name) for name in VARIABLES]]
    found = recipe.found()
    told = found.httpd.stat()
    return [*asked, str(found.program), str(found.httpd), told.st_size, told.st_mtime_ns]
