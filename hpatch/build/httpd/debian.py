"""What Debian's source package leaves to its own rules, where httpd is built without them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from hpatch import files

_TRAILER = re.compile(rb"^ -- .*>  (.+)$", re.M)


def preprocessor(root: Path) -> str | None:
    """What the preprocessor has to be told for a tree, None for one that is not Debian's.

    Debian's patches take the date of compilation out, and its rules give that of the changelog.
    """
    mark = files.read(root, "server/buildmark.c")
    if mark is None or b"BUILD_DATETIME" not in mark:
        return None
    told = date(root)
    when = "unknown" if told is None else told.strftime("%Y-%m-%dT%H:%M:%S")
    return f"-DBUILD_DATETIME='\"{when}\"'"


def date(root: Path) -> datetime | None:
    """The date of the newest entry of Debian's changelog; None where there is none."""
    changelog = files.read(root, "debian/changelog")
    found = _TRAILER.search(changelog) if changelog is not None else None
    if found is not None:
        with suppress(ValueError):
            return parsedate_to_datetime(found[1].decode("ascii", "replace"))
    return None
