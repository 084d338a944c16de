"""dpkg's database, and the changelog that a Debian package brings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice

from hpatch.advise import untrusted
from hpatch.advise.packages.package import ChangelogEntry, InstalledPackage, is_version
from hpatch.advise.packages.system import host
from hpatch.conf.view import View
from hpatch.errors import InputError

_STATUS = "/var/lib/dpkg/status"
_MORE = "/var/lib/dpkg/status.d"
"""Where images without dpkg keep a file a package."""
_PROGRAM = "/usr/sbin/apache2"
_FIELD = re.compile(r"^(Package|Status|Version|Source):(.*)$", re.M)
_SOURCE = re.compile(r"(\S+)(?:[ \t]+\((\S+)\))?")
_ENTRY = re.compile(r"^[a-z0-9][a-z0-9+.-]* \(([^()\s]+)\)[^\n]*;", re.M)
_MOST_ENTRIES = 2000
_DOCUMENTS = ("apache2-bin", "apache2", "apache2-data")


def installed(view: View, names: tuple[str, ...]) -> InstalledPackage | None:
    """The first of these packages that is installed below a root. Raises InputError."""
    found = {one.name: one for text in _texts(view) for one in _packages(text, names)}
    first = next((found[name] for name in names if name in found), None)
    return first and first._replace(changelog=_changelog(view))


def owns(view: View, name: str, program: str) -> bool:
    """Whether a package brought a program."""
    data = untrusted.content(host(view, f"/var/lib/dpkg/info/{name}.list"))
    return data is not None and os.fsencode(program) in data.splitlines()


def _texts(view: View) -> Iterator[str]:
    data = untrusted.content(host(view, _STATUS))
    if data is not None:
        yield data.decode("utf-8", "replace")
    try:
        names = view.names(_MORE)
    except OSError:
        return
    for name in names:
        if name.startswith("apache2") and not name.endswith(".md5sums"):
            yield (untrusted.content(host(view, f"{_MORE}/{name}")) or b"").decode("utf-8", "replace")


def _packages(text: str, names: tuple[str, ...]) -> Iterator[InstalledPackage]:
    wanted = re.compile(rf"^Package:[ \t]*(?:{'|'.join(map(re.escape, names))})[ \t]*$", re.M)
    for match in wanted.finditer(text):
        start = text.rfind("\n\n", 0, match.start()) + 1
        end = text.find("\n\n", match.end())
        found = _FIELD.findall(text[start : end if end >= 0 else None])
        fields = {name: value.strip() for name, value in found}
        if not fields.get("Status", "install ok installed").endswith(" installed"):
            continue
        source = _SOURCE.fullmatch(fields.get("Source", ""))
        version = (source and source[2]) or fields.get("Version", "")
        if not is_version(version):
            raise InputError(f"{_STATUS}: {fields['Package']} has no version that dpkg would accept")
        yield InstalledPackage(name=fields["Package"], version=version, database=_STATUS)


def _changelog(view: View) -> tuple[str, tuple[ChangelogEntry, ...]]:
    for name in _DOCUMENTS:
        for ending in ("Debian.gz", "Debian", "gz"):
            path = f"/usr/share/doc/{name}/changelog.{ending}"
            data = untrusted.content(host(view, path))
            if data is not None:
                plain = untrusted.unpacked(view.written(path), data) if ending.endswith("gz") else data
                return path, entries(plain.decode("utf-8", "replace"))
    return "", ()


def entries(text: str) -> tuple[ChangelogEntry, ...]:
    """The entries of a changelog in Debian's form, the newest first, and no more than 2,000: httpd's has some 300."""
    found = (match for match in _ENTRY.finditer(text) if is_version(match[1]))
    starts = list(islice(found, _MOST_ENTRIES + 1))  # the last one ends where the next begins
    ends = [*(match.start() for match in starts[1:]), len(text)]
    pairs = list(zip(starts, ends, strict=False))[:_MOST_ENTRIES]
    return tuple(ChangelogEntry(version=match[1], text=text[match.end() : end]) for match, end in pairs)
