"""Which system it is: os-release."""

from __future__ import annotations

import re

from hpatch.advise import untrusted
from hpatch.conf.view import View
from hpatch.facts import vendors
from hpatch.facts.vendors import Vendor
from hpatch.records import NamedTuple

_LINE = re.compile(r"""^(ID|VERSION_ID)=(["']?)([\w.+-]{1,60})\2[ \t]*$""", re.M | re.ASCII)
_MOST = 1 << 20
_PARTS = {"Red Hat": 1, "CentOS": 1, "Rocky Linux": 1, "AlmaLinux": 1, "Oracle Linux": 1, "Alpine": 2}
"""How many numbers of a release count: advisories are for all of the smaller ones."""


class System(NamedTuple):
    """A system. `vendor` is None for one that hpatch does not know; `release` may be empty (`12`, `22.04`, `9`)."""

    vendor: Vendor | None
    release: str


def system(view: View) -> System:
    """The system below a root. Raises InputError for an os-release that cannot be read."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        data = untrusted.content(host(view, path), _MOST)
        if data is not None:
            told = {match[1]: match[3] for match in _LINE.finditer(data.decode("utf-8", "replace"))}
            vendor = vendors.by_name(told.get("ID", ""))
            return System(vendor, release_of(vendor, told.get("VERSION_ID", "")))
    return System(None, "")


def release_of(vendor: Vendor | None, text: str) -> str:
    """The release as advisories name it: Red Hat's 9.4 is 9, Alpine's 3.19.1 is 3.19."""
    parts = _PARTS.get(vendor.name) if vendor is not None else None
    return ".".join(text.removeprefix("v").split(".")[:parts])


def host(view: View, path: str) -> str:
    """Where a path below a root is on this machine, links followed below the root only. Raises InputError."""
    from hpatch.errors import InputError

    try:
        return view.host(path)
    except OSError as error:
        raise InputError(f"{view.written(path)}: cannot be read: {error.strerror}") from None
