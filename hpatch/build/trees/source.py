"""A folder with the source of httpd, uWSGI or nginx, and which version it is of."""

from __future__ import annotations

import re
from pathlib import Path

from hpatch import files
from hpatch.errors import InputError
from hpatch.records import NamedTuple
from hpatch.versions import Range, Version

_RELEASE = "include/ap_release.h"
_NUMBER = re.compile(
    rb"^[ \t]*#[ \t]*define[ \t]+AP_SERVER_(MAJORVERSION|MINORVERSION|PATCHLEVEL)_NUMBER[ \t]+(\d{1,6})\b", re.M
)
_DEVELOPMENT = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+AP_SERVER_DEVBUILD_BOOLEAN[ \t]+(\d)", re.M)
_UWSGI = "uwsgiconfig.py"
_UWSGI_VERSION = re.compile(rb"""^uwsgi_version[ \t]*=[ \t]*['"](\d{1,6}\.\d{1,6}(?:\.\d{1,6})?)(-dev)?""", re.M)
_NGINX = "src/core/nginx.h"
_NGINX_VERSION = re.compile(rb"""^[ \t]*#[ \t]*define[ \t]+NGINX_VERSION[ \t]+"(\d{1,6}\.\d{1,6}\.\d{1,6})""", re.M)


class SourceTree(NamedTuple):
    """A tree of a project's source.

    `development`: it is on the way to `version` and not that release (AP_SERVER_DEVBUILD_BOOLEAN), so that it may lack
    what the release has. `project` is as in the catalogue.
    """

    root: Path
    version: Version
    development: bool = False
    project: str = "httpd"

    @property
    def name(self) -> str:
        """`httpd 2.4.9`, `httpd 2.4.10-dev`."""
        return f"{self.project} {self.version}{'-dev' if self.development else ''}"

    def within(self, versions: Range) -> bool | None:
        """Whether what is said of these versions holds; None for a tree that is just on the way in or out of them."""
        here = versions.covers(self.version)
        if not self.development:
            return here
        before = versions.covers(self.version._replace(patch=self.version.patch - 1))
        return here if here is before else None


def find(root: Path) -> SourceTree | None:
    """The tree below `root`; None where that is no source of these. Raises InputError if it cannot be read."""
    return _httpd(root) or _uwsgi(root) or _nginx(root)


def open_tree(root: Path) -> SourceTree:
    """As `find`. Raises InputError where it finds none as well."""
    tree = find(root)
    if tree is None:
        here = "; give the folder of a source tree" if root == Path() else ""
        raise InputError(
            f"{root}: not a source tree of httpd ({_RELEASE} is missing or has no version), uWSGI or nginx{here}"
        )
    return tree


def _httpd(root: Path) -> SourceTree | None:
    text = files.read(root, _RELEASE)
    if text is None:
        return None
    numbers = {match[1]: int(match[2]) for match in _NUMBER.finditer(text)}
    if len(numbers) < 3:
        return None
    development = _DEVELOPMENT.search(text)
    version = Version(numbers[b"MAJORVERSION"], numbers[b"MINORVERSION"], numbers[b"PATCHLEVEL"])
    return SourceTree(root, version, development is not None and development[1] != b"0")


def _uwsgi(root: Path) -> SourceTree | None:
    text = files.read(root, _UWSGI)
    match = _UWSGI_VERSION.search(text) if text is not None else None
    if match is None:
        return None
    return SourceTree(root, Version.parse(match[1].decode()), match[2] is not None, "uwsgi")


def _nginx(root: Path) -> SourceTree | None:
    text = files.read(root, _NGINX)
    match = _NGINX_VERSION.search(text) if text is not None else None
    return SourceTree(root, Version.parse(match[1].decode()), project="nginx") if match is not None else None
