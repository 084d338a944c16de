"""rpm's database below a root, whatever its form."""

from __future__ import annotations

from collections.abc import Iterable

from hpatch.advise import untrusted
from hpatch.advise.packages.package import InstalledPackage
from hpatch.advise.packages.rpm import hash, ndb, sqlite
from hpatch.advise.packages.rpm.header import DamagedError, RpmHeader
from hpatch.advise.packages.system import host
from hpatch.conf.view import View
from hpatch.errors import InputError

_FOLDERS = ("/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm")
_FILES = ("rpmdb.sqlite", "Packages.db", "Packages")


def installed(view: View, names: tuple[str, ...]) -> InstalledPackage | None:
    """The first of these packages that is installed below a root. Raises InputError."""
    for folder in _FOLDERS:
        for file in _FILES:
            path = f"{folder}/{file}"
            if view.exists(path):
                return _read(view, path, names)
    return None


def _read(view: View, path: str, names: tuple[str, ...]) -> InstalledPackage | None:
    here = host(view, path)
    try:
        found: dict[str, RpmHeader] = {}
        for blob in _headers(here, names):
            header = RpmHeader(blob)
            if header.name in names:
                found[header.name] = header
        first = next((found[name] for name in names if name in found), None)
        return None if first is None else first.installed(path)
    except DamagedError as error:
        raise InputError(f"{view.written(path)}: not a database of rpm, or damaged: {error}") from None


def _headers(path: str, names: tuple[str, ...]) -> Iterable[bytes]:
    if path.endswith(".sqlite"):
        untrusted.regular(path)
        return sqlite.headers(path, names)
    data = untrusted.content(path) or b""
    return ndb.headers(data) if path.endswith(".db") else hash.headers(data)
