"""What was fetched, in the user's cache: held against the catalogue when it comes, and at every reading."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from hpatch import log
from hpatch.errors import InputError, ToolError
from hpatch.patch.diff.blob import blob_id
from hpatch.patch.diff.fingerprint import canonical, fingerprint
from hpatch.patch.diff.model import Diff
from hpatch.patch.diff.read import read
from hpatch.patch.diff.write import write
from hpatch.patch.sets.model import SetRevision
from hpatch.patch.sources.model import LIMIT, DiffSource, MismatchError, NotKnownError, Origin


def folder() -> Path:
    """hpatch's folder in the user's cache, made for the user alone. Raises ToolError."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # A relative one is invalid (XDG Base Directory Specification).
    path = (Path(base) if base.startswith("/") else Path("~/.cache").expanduser()) / "hpatch"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = path.stat()
        if told.st_uid != os.geteuid():
            raise ToolError(f"{path}: belongs to another user; set XDG_CACHE_HOME to one of your folders")
        if told.st_mode & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise ToolError(f"{path}: the cache cannot be used: {error.strerror or error}") from error
    return path


class Cache:
    """A folder of diffs, by revision and fingerprint, and of files as they were before, by git's name."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def diff(self, revision: SetRevision) -> Diff | None:
        """A revision's diff, None where it is not here. Raises MismatchError or DiffError when damaged."""
        for expected in revision.patch_ids:
            file = self._diff_file(revision, expected)
            content = _read(file)
            if content is not None:
                return checked(content, revision, str(file))
        return None

    def keep_diff(self, revision: SetRevision, diff: Diff) -> None:
        """Keep a diff that was checked. Raises ToolError."""
        store(self._diff_file(revision, fingerprint(diff)), write(diff, prefix=True))

    def file(self, blob: str) -> bytes | None:
        """A file by git's name, None where it is not here or damaged."""
        content = _read(self._blob_file(blob))
        return content if content is not None and blob_id(content) == blob else None

    def keep_file(self, content: bytes) -> None:
        """Keep a file. Raises ToolError."""
        store(self._blob_file(blob_id(content)), content)

    def _diff_file(self, revision: SetRevision, fingerprint: str) -> Path:
        return self.path / "diffs" / f"{revision.project}-{revision.name}-{fingerprint}.diff"

    def _blob_file(self, blob: str) -> Path:
        return self.path / "files" / blob


class Checked:
    """A source whose answers are held against the catalogue and kept. `source` None: only what is kept."""

    def __init__(self, source: DiffSource | None, cache: Cache) -> None:
        self.source = source
        self.cache = cache

    @property
    def name(self) -> str:
        """The source's name."""
        return "the cache" if self.source is None else self.source.name

    def diff(self, revision: SetRevision) -> Diff:
        """The diff in canonical form. Raises MismatchError, DiffError, NotKnownError, ToolError."""
        try:
            kept = self.cache.diff(revision)
        except InputError:
            if self.source is None:
                raise
            kept = None  # damaged: it is fetched again
        if kept is not None:
            log.tell("%s: its diff is in the cache", revision.name)
            return kept
        if self.source is None:
            raise NotKnownError(
                f"{revision.name} is not in the cache; name a source: --git DIR, --svn URL, --web or --from DIR"
            )
        log.tell("%s: its diff is fetched from %s", revision.name, self.source.name)
        diff = checked(self.source.diff(revision), revision, self.source.name)
        self.cache.keep_diff(revision, diff)
        return diff

    def before(self, revision: SetRevision, path: str) -> bytes | None:
        """A file as it was before. It is what the catalogue names, or MismatchError.

        Where the catalogue names none of the revision's files, the source's answer is given as it is.
        """
        if not revision.blobs:
            return None if self.source is None else self.source.before(revision, path)
        blob = revision.blob(path)
        if blob is None:
            return None
        content = self.cache.file(blob)
        if content is not None:
            log.tell("%s: %s as it was before is in the cache", revision.name, path)
        elif self.source is not None:
            log.tell("%s: %s as it was before is fetched from %s", revision.name, path, self.source.name)
            content = self.source.before(revision, path)
            if content is not None:
                if blob_id(content) != blob:
                    raise MismatchError(
                        f"{self.source.name}: {path} before {revision.name} is {blob_id(content)}, "
                        f"but the catalogue has {blob}; nothing was stored"
                    )
                self.cache.keep_file(content)
        return content

    def files(self, names: Collection[str]) -> Mapping[str, bytes]:
        """The source's answer, as it is: git's names are those of the contents."""
        return {} if self.source is None else self.source.files(names)

    def origins(self, revision: SetRevision, path: str, lines: Sequence[int]) -> tuple[Origin, ...] | None:
        """The source's answer; only a hint, and not kept."""
        return None if self.source is None else self.source.origins(revision, path, lines)


def checked(data: bytes, revision: SetRevision, where: str) -> Diff:
    """A diff in canonical form, if its fingerprint is the revision's. Raises MismatchError with both, and DiffError."""
    name = f"{revision.name} from {where}"
    if len(data) > LIMIT:
        raise InputError(f"{name}: larger than {LIMIT // 1024 // 1024} MiB")
    diff = canonical(read(data, name))
    found = fingerprint(diff)
    if found not in revision.patch_ids:
        raise MismatchError(
            f"{name}: its patch-id is {found}, not {' or '.join(revision.patch_ids)} as in the catalogue"
        )
    return diff._replace(name=revision.name)


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ToolError(f"{file}: cannot be read: {error.strerror or error}") from error


def store(file: Path, content: bytes) -> None:
    """As a whole or not at all; of two that write at once, either."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise ToolError(f"{file}: cannot be written: {error.strerror or error}") from error
