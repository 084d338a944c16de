"""Filling the cache, so that everything works without the source afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hpatch.errors import HpatchError, InputError
from hpatch.patch.diff.model import Diff
from hpatch.patch.diff.write import write
from hpatch.patch.sets.model import SetRevision
from hpatch.patch.sources.cache import Checked
from hpatch.records import NamedTuple


class Fetched(NamedTuple):
    """A revision's diff: `size` in bytes; `kept` whether it was in the cache already; `files` as they were before
    that are in the cache now, of `wanted` (three-way merging needs them; not every source has them)."""

    revision: SetRevision
    size: int
    kept: bool
    files: int
    wanted: int


class Unavailable(NamedTuple):
    """A revision that was not to be had."""

    revision: SetRevision
    error: HpatchError


def fetch(revisions: Iterable[SetRevision], source: Checked) -> Iterator[Fetched | Unavailable]:
    """Each revision's diff, and the files that it changes as they were before."""
    for revision in revisions:
        try:
            kept = _kept(revision, source)
            size = _size(source.diff(revision)) if kept is None else kept
            blobs = [path for path in revision.files if revision.blob(path) is not None]
            files = sum(source.before(revision, path) is not None for path in blobs)
        except HpatchError as error:
            yield Unavailable(revision, error)
            continue
        yield Fetched(revision=revision, size=size, kept=kept is not None, files=files, wanted=len(blobs))


def _kept(revision: SetRevision, source: Checked) -> int | None:
    """The size of a diff that is in the cache and sound."""
    try:
        diff = source.cache.diff(revision)
    except InputError:
        return None  # damaged
    return None if diff is None else _size(diff)


def _size(diff: Diff) -> int:
    """In bytes, as it is kept."""
    return len(write(diff, prefix=True))
