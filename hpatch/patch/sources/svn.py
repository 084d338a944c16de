"""Revisions from a Subversion server: any URL, `file://` included."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import quote

from hpatch.errors import UsageError
from hpatch.patch.sets.model import SetRevision
from hpatch.patch.sources.model import NotKnownError, Origin
from hpatch.processes.run import FailedError, environment, run

_URL = re.compile(r"(https?|svn|svn\+ssh|file)://[^\s]+")
_NOT_THERE = re.compile(r"E160006|E160013|E200009|W160013|E195012")
"""No such revision; path not found."""


class Svn:
    """A repository's folder that holds `trunk` and `branches`. A URL that ends with `/trunk` means the one above."""

    def __init__(self, url: str) -> None:
        if _URL.fullmatch(url) is None:
            raise UsageError(f"'{url}' is not the URL of a Subversion repository (https, http, svn, svn+ssh or file)")
        self.url = url.rstrip("/").removesuffix("/trunk")

    @property
    def name(self) -> str:
        """`svn URL`."""
        return f"svn {self.url}"

    def diff(self, revision: SetRevision) -> bytes:
        """From `svn diff -c`. Raises NotKnownError, ToolError."""
        number = self._number(revision)
        url = f"{self._line(revision)}@{number}"
        return self._svn(revision, "diff", "--git", "--internal-diff", "--show-copies-as-adds", "-c", str(number), url)

    def before(self, revision: SetRevision, path: str) -> bytes | None:
        """The file in the revision before."""
        number = self._number(revision) - 1
        try:
            return self._svn(revision, "cat", f"{self._line(revision)}/{quote(path)}@{number}")
        except NotKnownError:
            return None

    def files(self, names: Collection[str]) -> Mapping[str, bytes]:
        """None: only git knows files by these names."""
        return {}

    def origins(self, revision: SetRevision, path: str, lines: Sequence[int]) -> tuple[Origin, ...] | None:
        """From `svn blame`, which reads the file's whole history: slow over a network."""
        number = self._number(revision) - 1
        told = self._svn(revision, "blame", f"{self._line(revision)}/{quote(path)}@{number}")
        brought = [int(row.split(maxsplit=1)[0]) for row in told.split(b"\n")[:-1]]
        found: dict[int, list[int]] = {}
        for line in sorted(set(lines)):
            if 0 < line <= len(brought):
                found.setdefault(brought[line - 1], []).append(line)
        return tuple(Origin(None, number, revision.line, tuple(at)) for number, at in found.items())

    def _number(self, revision: SetRevision) -> int:
        if revision.number is None:
            raise NotKnownError(f"{self.name}: {revision.name} has no number in Subversion; use git or the web")
        return revision.number

    def _line(self, revision: SetRevision) -> str:
        return f"{self.url}/{'trunk' if revision.line == 'trunk' else f'branches/{revision.line}'}"

    def _svn(self, revision: SetRevision, command: str, *arguments: str) -> bytes:
        from tempfile import TemporaryDirectory

        # A user's configuration could name other programs for the work; an empty one names none.
        with TemporaryDirectory(prefix="hpatch-svn-") as config:
            safe = ("--non-interactive", "--no-auth-cache", "--config-dir", config)
            try:
                return run(("svn", command, *safe, *arguments), env=environment())
            except FailedError as error:
                if not _NOT_THERE.search(error.said):
                    raise
                message = f"{self.name}: {revision.name} of {revision.line} is not in it: {error}"
                raise NotKnownError(message) from None
