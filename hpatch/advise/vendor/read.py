"""Advisories from files and folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from types import ModuleType

from hpatch import log
from hpatch.advise import untrusted
from hpatch.advise.vendor.forms import csaf, debian, osv
from hpatch.advise.vendor.statement import Statement
from hpatch.errors import InputError
from hpatch.records import NamedTuple

_FORMS: tuple[ModuleType, ...] = (csaf, osv, debian)
_PACKAGES = (b"apache2", b"httpd")
_MOST_FILES = 500_000


class Advisories(NamedTuple):
    """What advisories say of httpd, and how many files were read."""

    statements: tuple[Statement, ...] = ()
    files: int = 0


def read(paths: Sequence[str]) -> Advisories:
    """Read files, and the `*.json` in folders and below. Raises InputError.

    A file may hold one advisory, or a list of them. In a folder, what does not name httpd's packages is passed over, as
    is JSON in another form.
    """
    found: dict[Statement, None] = {}
    files = 0
    for path in paths:
        folder = os.path.isdir(path)  # noqa: PTH112 - a path as given
        before = files
        for file in _below(path) if folder else (path,):
            files += 1
            found.update(dict.fromkeys(_statements(file, alone=not folder)))
        if files == before:
            raise InputError(f"{path}: has no *.json, and so no advisories")
    return Advisories(tuple(found), files)


def _below(folder: str) -> Iterator[str]:
    def unreadable(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}")

    count = 0
    for here, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".json"):
                count += 1
                if count > _MOST_FILES:
                    raise InputError(f"{folder}: more than {_MOST_FILES} files; name a smaller folder")
                yield os.path.join(here, name)  # noqa: PTH118 - a path as given


def _statements(path: str, *, alone: bool) -> Iterator[Statement]:
    data = untrusted.content(path)
    if data is None:
        raise InputError(f"{path}: no such file or folder")
    if not alone and not any(name in data for name in _PACKAGES):
        return
    whole = untrusted.from_json(path, data)
    for one in whole if isinstance(whole, list) else [whole]:
        form = next((form for form in _FORMS if form.matches(one)), None)
        if form is not None:
            yield from form.statements(one, path)
        elif alone:
            raise InputError(f"{path}: not an advisory in the form of OSV, CSAF or Debian's security tracker")
        else:
            log.tell("%s: passed over: not an advisory in a form that hpatch knows", path)
