"""A tree's next release, by its own header."""

from __future__ import annotations

import re

from hpatch.patch.place.resolvers.model import NextRelease


def release(header: bytes) -> NextRelease | None:
    """A tree's next release by its include/ap_release.h, None where that does not tell."""
    numbers = {match[1]: int(match[2]) for match in _RELEASE.finditer(header)}
    try:
        major, minor = numbers[b"MAJORVERSION_NUMBER"], numbers[b"MINORVERSION_NUMBER"]
        patch, development = numbers[b"PATCHLEVEL_NUMBER"], numbers[b"DEVBUILD_BOOLEAN"]
    except KeyError:
        return None
    return NextRelease(b"%d.%d.%d-dev" % (major, minor, patch if development else patch + 1), bool(development))


_RELEASE = re.compile(rb"^#define[ \t]+AP_SERVER_(\w+)[ \t]+(\d{1,9})[ \t]*\r?$", re.M)
