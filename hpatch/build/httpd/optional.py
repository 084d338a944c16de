"""Modules that need a library: which of them cannot be built of a tree on this machine, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hpatch.build.trees.source import SourceTree
from hpatch.records import NamedTuple
from hpatch.versions import Version


class Library(NamedTuple):
    """What a module needs: a header, and Debian's package that has it. `source` is the module's, in a tree."""

    header: str
    package: str
    source: str


LIBRARIES: Mapping[str, Library] = {
    "deflate": Library("zlib.h", "zlib1g-dev", "modules/filters/mod_deflate.c"),
    "ssl": Library("openssl/ssl.h", "libssl-dev", "modules/ssl/mod_ssl.c"),
    "http2": Library("nghttp2/nghttp2.h", "libnghttp2-dev", "modules/http2/mod_http2.c"),
}
FOLDERS = (Path("/usr/include"), Path("/usr/local/include"))
_OPENSSL: Mapping[str, tuple[tuple[Version, Version], ...]] = {
    "ssl": ((Version(3, 0), Version(2, 4, 52)), (Version(1, 1), Version(2, 4, 28))),
    "http2": ((Version(1, 1), Version(2, 4, 28)),),
}
"""By module: from this OpenSSL on, an httpd with it compiles since this release. mod_http2 brings OpenSSL into `ab`.

Source: CHANGES of 2.4.52 ("build support for OpenSSL v3"); ssl_private.h, which knows OpenSSL 1.1 since 2.4.28. Tried
with OpenSSL 3.0.19: mod_ssl of 2.4.28 does not link (ERR_GET_FUNC), that of 2.4.52 does; with mod_http2, ab of 2.4.25
does not link (SSLv2_client_method).
"""


def left_out(tree: SourceTree) -> Mapping[str, str]:
    """The modules that the tree has and that cannot be built, each with the reason in a few words."""
    return {
        name: why
        for name, library in LIBRARIES.items()
        if (tree.root / library.source).is_file() and (why := _obstacle(tree, name, library))
    }


def _obstacle(tree: SourceTree, name: str, library: Library) -> str:
    header = _find(library.header)
    if header is None:
        return f"{library.header} is not there; on Debian: apt-get install {library.package}"
    known = _OPENSSL.get(name, ())
    installed = _openssl() if known else None
    if installed is not None:
        for version, since in known:
            if installed >= version and tree.version < since:
                return f"httpd {tree.version} does not compile with OpenSSL {installed}; {since} and later do"
    return ""


def _find(header: str) -> Path | None:
    return next((folder / header for folder in FOLDERS if (folder / header).is_file()), None)


_MAJOR = re.compile(r"^# *define +OPENSSL_VERSION_(MAJOR|MINOR|PATCH) +(\d+)$", re.M)
_NUMBER = re.compile(r"^# *define +OPENSSL_VERSION_NUMBER +0x([0-9a-f])([0-9a-f]{2})([0-9a-f]{2})", re.M)


def _openssl() -> Version | None:
    """The version that OpenSSL's headers are of; None where there are none, or they do not tell in their usual way."""
    header = _find("openssl/opensslv.h")
    try:
        text = header.read_text(errors="replace") if header is not None else ""
    except OSError:
        return None
    parts = {name: int(value) for name, value in _MAJOR.findall(text)}
    if len(parts) == 3:
        return Version(parts["MAJOR"], parts["MINOR"], parts["PATCH"])
    old = _NUMBER.search(text)
    return Version(*(int(digits, 16) for digits in old.groups())) if old is not None else None
