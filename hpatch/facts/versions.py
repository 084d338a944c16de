"""Releases that changed what hpatch reports, each by a name: `since("websocket-by-http")`."""

from __future__ import annotations

from hpatch.facts import table
from hpatch.versions import Version

COLUMNS = ("name", "product", "version", "what", "source")
"""`version` is the first release of `product` (httpd or uWSGI) with the change that `what` tells."""

_first: dict[str, Version] = {}


def since(name: str) -> Version:
    """The first release with a change. KeyError for a name that the table does not have."""
    if not _first:
        _first.update({row[0]: Version.parse(row[2]) for row in table.rows("versions")})
    return _first[name]
