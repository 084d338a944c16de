"""Which areas of a branch need no votes: as its STATUS names them, and the files that each of them is about.

The names are those of the header of httpd's STATUS over the years; an area that is not known here covers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from hpatch.backport.status.model import StatusFile
from hpatch.records import NamedTuple

_AREAS: tuple[tuple[str, str], ...] = (
    (
        r"(?i)documentation|docs\b",
        r"docs/(?!conf/|cgi-examples/|log-message-tags/)|.*\.(?:md|pod|[1-8])$|README|INSTALL$",
    ),
    (
        r"(?i)non-?unix build",
        r".*\.(?:dsp|dsw|mak|dep|win|cmake)$|(?:.*/)?(?:Makefile\.win|CMakeLists\.txt|NWGNU[^/]*)$",
    ),
    (r"(?i)single-platform", r"(?:.*/)?(?:win32|winnt|netware|os2|beos)/"),
    (r"\.gdbinit", r"\.gdbinit$"),
    (r"(?i)\b(?:CI|travis)\b", r"\.github/|\.travis|test/(?:travis|ci)|test/.*\.sh$"),
    (r"mod_proxy_http2\b", r"modules/http2/(?:mod_proxy_http2|h2_proxy)"),
    (r"mod_http2\b", r"modules/http2/"),
)
_NUMBERS = "APLOGNO"
"""Names the area of changes that only number log messages, in whatever files."""
_MODULE = re.compile(r"mod_(\w+)")
_ASIDE = re.compile(r"CHANGES$|STATUS$|changes-entries/|docs/log-message-tags/next-number$")
"""Files that come along with any change."""


class Exemption(NamedTuple):
    """The areas that cover a change, as STATUS names them, and the files that none covers."""

    areas: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether the change needs no votes."""
        return bool(self.areas) and not self.others


def exemption(status: StatusFile, files: Iterable[str], numbered: Collection[str] = ()) -> Exemption:
    """What the areas make of a change to these files. In the `numbered` it only numbers log messages."""
    numbers = next((area for area in status.exempt if _NUMBERS in area), None)
    patterns = [(area, re.compile(pattern)) for area in status.exempt if (pattern := _pattern(area)) is not None]
    areas: dict[str, None] = {}
    others: list[str] = []
    for file in files:
        if _ASIDE.match(file):
            continue
        area = next((area for area, pattern in patterns if pattern.match(file)), None)
        area = numbers if area is None and file in numbered else area
        if area is None:
            others.append(file)
        else:
            areas[area] = None
    return Exemption(tuple(areas), tuple(others))


def titled(status: StatusFile, title: str) -> str | None:
    """The area of a module that a title begins with (`mod_md: …`)."""
    start = title.partition(":")[0].strip()
    return next((area for area in status.exempt if area == start), None)


def _pattern(area: str) -> str | None:
    for name, pattern in _AREAS:
        if re.search(name, area):
            return pattern
    module = _MODULE.fullmatch(area)
    if module is None:
        return None
    return rf"modules/{module[1]}/|modules/(?:.*/)?mod_{module[1]}\.[ch]$"
