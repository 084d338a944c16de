"""A vendor's package of httpd."""

from __future__ import annotations

import re

from hpatch.errors import UsageError
from hpatch.facts import vendors
from hpatch.facts.vendors import Vendor
from hpatch.records import NamedTuple
from hpatch.versions import Version

# Compiled by who uses them: a lint for a version as published needs one.
_VERSION = r"(?:\d{1,9}:)?\d[\w.+~^:-]{0,119}"
_NAME = r"[a-z0-9][\w.+-]{0,79}"
_RELEASES = (
    r"[+~]deb(\d{1,3})u\d",
    r"ubuntu\d+\.(\d\d\.\d\d)\.",
    r"~bpo(\d{1,3})\+",
    r"\.(?:module\+)?el(\d{1,3})",
    r"\.fc(\d{1,3})",
    r"\.amzn(\d{1,4})",
)


class ChangelogEntry(NamedTuple):
    """An entry of a package's changelog: the version that it came with, and its text."""

    version: str
    text: str


class InstalledPackage(NamedTuple):
    """A package as a database has it. `changelog` is the name of its changelog, and its entries, the newest first."""

    name: str
    version: str
    database: str
    changelog: tuple[str, tuple[ChangelogEntry, ...]] = ("", ())


class Package(NamedTuple):
    """An installed package.

    `version` is the vendor's, with an epoch if it has one. `release` is that of the vendor's system, as far as it is
    known: `12`, `22.04`, `9`, `3.19`; empty where it is not. `source` is where it was read. `entries` are those of its
    changelog, the newest first, and `changelog` its name, if there is one.
    """

    name: str
    version: str
    vendor: Vendor
    release: str = ""
    source: str = ""
    entries: tuple[ChangelogEntry, ...] = ()
    changelog: str = ""

    @property
    def upstream(self) -> Version | None:
        """httpd's own number. Where the version starts with none, None."""
        return upstream(self.version)

    @property
    def title(self) -> str:
        """`Debian's apache2 2.4.57-2`."""
        return f"{self.vendor.name}'s {self.name} {self.version}"


def upstream(version: str) -> Version | None:
    """httpd's own number in a package's version, which may start with an epoch."""
    try:
        return Version.parse(re.sub(r"^\d{1,9}:", "", version))
    except ValueError:
        return None


def is_version(text: str) -> bool:
    """Whether a text can be a package's version. What is not is never compared or shown as one."""
    return re.fullmatch(_VERSION, text, re.ASCII) is not None


def release_in(version: str) -> str:
    """The release of the vendor's system that a package's version names; empty where it names none."""
    return next((match[1] for pattern in _RELEASES if (match := re.search(pattern, version))), "")


def parse(text: str) -> Package:
    """Read `apache2 2.4.57-2`, perhaps followed by the vendor and its release (`debian 12`). Raises UsageError."""
    name, version, *told = [*text.split(), "", ""][: max(2, len(text.split()))]
    if not (re.fullmatch(_NAME, name, re.ASCII) and is_version(version) and upstream(version)) or len(told) > 2:
        raise UsageError(
            f"--package: '{text}' is not a package of httpd such as \"apache2 2.4.57-2\" or "
            '"httpd 2.4.57-5.el9 rhel 9": name, version, and if needed the vendor and its release'
        )
    vendor = vendors.by_name(told[0]) if told else vendors.by_suffix(version)
    if vendor is None:
        known = ", ".join(one.ids[0] for one in vendors.everyone() if one.ids)
        raise UsageError(
            f"--package: hpatch does not know the vendor '{told[0]}'; it knows {known}"
            if told
            else f"--package: the version '{version}' does not tell its vendor; add it: '{text} debian'"
        )
    release = told[1].removeprefix("v") if len(told) > 1 else release_in(version)
    return Package(name=name, version=version, vendor=vendor, release=release, source="--package")
