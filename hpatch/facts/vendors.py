"""Vendors that build httpd, such as Debian: how their builds are known, and where they say what they have mended."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, cast

from hpatch.facts import table
from hpatch.records import NamedTuple

COLUMNS = ("name", "order", "ids", "server", "suffix", "ecosystems", "packages", "tracker", "page", "apart")

Order = Literal["deb", "rpm", "apk"]
"""Whose way to compare versions: dpkg's, rpm's or apk's."""


class Vendor(NamedTuple):
    """A vendor.

    `ids` are those of os-release, `words` those in the brackets of `httpd -v`, `ecosystems` those of OSV. `packages`
    are the names of packages that may hold the program, the likeliest first. `apart` are the parts of httpd (as in a
    known problem's `part`) that come in a package of their own, with numbers of their own.
    """

    name: str
    order: Order
    ids: tuple[str, ...]
    words: tuple[str, ...]
    suffix: str
    ecosystems: tuple[str, ...]
    packages: tuple[str, ...]
    tracker: str
    page: str
    apart: tuple[str, ...]

    def reference(self, problem: str) -> str:
        """Where the vendor says what it knows of a problem: a page for a CVE, or else of the package; maybe empty."""
        return self.tracker.format(problem) if self.tracker and problem.startswith("CVE-") else self.page


@cache
def everyone() -> tuple[Vendor, ...]:
    """All vendors, in the order in which suffixes are tried."""
    return tuple(
        Vendor(
            name=name,
            order=cast(Order, order),
            ids=tuple(ids.split()),
            words=tuple(filter(None, server.split("|"))),
            suffix=suffix,
            ecosystems=tuple(filter(None, ecosystems.split("|"))),
            packages=tuple(packages.split()),
            tracker=tracker,
            page=page,
            apart=tuple(apart.split()),
        )
        for name, order, ids, server, suffix, ecosystems, packages, tracker, page, apart in table.rows("vendors")
    )


def by_name(name: str) -> Vendor | None:
    """A vendor by its name or its ID in os-release, in any case of letters."""
    wanted = name.lower()
    return next((one for one in everyone() if wanted == one.name.lower() or wanted in one.ids), None)


def by_server(words: str) -> Vendor | None:
    """The vendor that the words in the brackets of `httpd -v` name; None: they name none (`Unix`)."""
    return next((one for one in everyone() if any(word in words for word in one.words)), None)


def by_suffix(version: str) -> Vendor | None:
    """The vendor whose packages have versions such as this (`2.4.57-2`, `2.4.57-5.el9`); None for a plain number."""
    return next((one for one in everyone() if one.suffix and re.search(one.suffix, version)), None)
