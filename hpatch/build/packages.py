"""What a build needs and does not find, and the Debian packages that have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hpatch.errors import ToolError

PACKAGES: Mapping[str, str] = {
    "make": "make",
    "cc": "gcc",
    "stdlib.h": "libc6-dev",
    "apr-1-config": "libapr1-dev",
    "apu-1-config": "libaprutil1-dev",
    "pcre-config": "libpcre3-dev",
    "pcre2-config": "libpcre2-dev",
    "autoconf": "autoconf",
    "autoheader": "autoconf",
    "config.guess": "autoconf",
    "find_apu.m4": "libaprutil1-dev",
    "apxs": "apache2-dev",
}
"""By what is needed, the Debian package that has it."""


def needs(title: str, missing: Sequence[str]) -> ToolError:
    """What to raise where things of PACKAGES are missing to build a server."""
    return ToolError(f"building {title} needs {_listed(missing)}; {install(missing)}")


def install(missing: Iterable[str]) -> str:
    """What to do about things of PACKAGES that are missing."""
    return f"on Debian: apt-get install {' '.join(dict.fromkeys(PACKAGES[name] for name in missing))}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
