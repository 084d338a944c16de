"""Which modules an httpd of the lab loads, and where its own are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from hpatch.build.httpd.installed import Installed
from hpatch.errors import ToolError

_MPMS = ("event", "worker", "prefork")
_NEEDED = ("unixd", "authz_core", "proxy")
"""Without them no configuration of the lab is read."""
_QUOTES = re.compile(r'["\\\n]|\$\{')
"""What ends a quoted word of a configuration, or is replaced in it."""
_USEFUL = (
    "authz_host",
    "alias",
    "deflate",
    "buffer",
    "env",
    "filter",
    "headers",
    "setenvif",
    "rewrite",
    "proxy_fcgi",
    "proxy_scgi",
    "proxy_uwsgi",
    "proxy_http",
)
"""Loaded where they are there."""


def lines(program: Path, installed: Installed, given: Mapping[str, Path]) -> Iterator[str]:
    """The LoadModule lines, `given` files before the httpd's own.

    Raises ToolError for a given module that is compiled in or has no file, and for a needed module that the httpd does
    not have.
    """
    static = _static(installed)
    # `-V` tells also of an MPM that the default configuration loads; ours does not read that one.
    has_mpm = not static.isdisjoint(_MPMS)
    for name, file in given.items():
        if name in static or (name.startswith("mpm_") and has_mpm):
            raise ToolError(f"{name} is compiled into {program} and cannot be replaced by {file}")
        if not file.is_file():
            raise ToolError(f"{file}: there is no such module file")
        if _QUOTES.search(str(file.absolute())):
            raise ToolError(
                f"{file}: httpd's configuration cannot contain this file name; copy or link the file to a plain name"
            )
    own = folder(program)
    files = {**_own(own, static), **{name: file.absolute() for name, file in given.items()}}
    wanted: list[str] = []
    if not has_mpm:
        mpms = [name for name in given if name.startswith("mpm_")] or [f"mpm_{name}" for name in _MPMS]
        wanted += [next((name for name in mpms if name in files), mpms[0])]
    wanted += [name for name in _NEEDED if name not in static]
    for name in wanted:
        if name not in files:
            raise ToolError(f"{program} has no mod_{name}, compiled in or in {own or 'a folder of modules'}")
    wanted += [name for name in _USEFUL if name in files and name not in static]
    wanted += [name for name in given if name not in wanted]
    for name in wanted:
        yield f'LoadModule {name}_module "{files[name]}"'


def available(program: Path, installed: Installed, given: Mapping[str, Path]) -> Mapping[str, Path | None]:
    """The modules that an httpd has by their names (`proxy_fcgi`), with their files; None for what is compiled in."""
    static = _static(installed)
    return {**dict.fromkeys(static), **_own(folder(program), static), **given}


def mpm(have: Mapping[str, Path | None]) -> str | None:
    """Which MPM the lab runs of those that an httpd has: the one that is compiled in, or the first of our order."""
    return next((name for name in _MPMS if name in have), next((name for name in _MPMS if f"mpm_{name}" in have), None))


def _static(installed: Installed) -> set[str]:
    return {name.removesuffix(".c").removeprefix("mod_") for name in installed.static}


def _own(place: Path | None, static: set[str]) -> dict[str, Path]:
    found = {} if place is None else {path.stem.removeprefix("mod_"): path for path in place.glob("mod_*.so")}
    return {name: path for name, path in found.items() if name not in static}


def folder(program: Path) -> Path | None:
    """Where an httpd's own modules are: beside it, as it was installed; None where it has none."""
    prefix = program.resolve().parent.parent
    for name in ("modules", "lib/apache2/modules", "lib64/httpd/modules", "lib/httpd/modules", "libexec/apache2"):
        if any((prefix / name).glob("mod_*.so")):
            return prefix / name
    return None
