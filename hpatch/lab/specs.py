"""Gateways and backends as a user names them: `httpd`, `httpd:PREFIX`, `nginx:PATH`, `uwsgi@2.0.4`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hpatch.errors import UsageError
from hpatch.lab.model import BackendSpec, GatewaySpec

_NAME = re.compile(r"\w+", re.A)
PROGRAMS = {
    "httpd": ("bin/httpd", "sbin/httpd", "bin/apache2", "sbin/apache2"),
    "nginx": ("sbin/nginx", "bin/nginx"),
    "uwsgi": ("bin/uwsgi", "uwsgi"),
}
"""Where programs are in the folder that they are installed to."""


def gateway(text: str, modules: Mapping[str, Path] | None = None) -> GatewaySpec:
    """A gateway; httpd with `modules` of another build. Raises UsageError."""
    kind, colon, where = text.partition(":")
    if kind == "httpd":
        return GatewaySpec("httpd", program("httpd", where) if colon else None, modules or {})
    if kind == "nginx":
        return GatewaySpec("nginx", program("nginx", where) if colon else None)
    raise UsageError(f"'{text}' is not a gateway; use httpd, httpd:PREFIX, httpd:PROGRAM, nginx or nginx:PATH")


def backend(text: str) -> BackendSpec:
    """A backend. Raises UsageError."""
    if text == "responder":
        return BackendSpec("responder")
    if text == "uwsgi":
        return BackendSpec("uwsgi")
    if text.startswith("uwsgi:"):
        return BackendSpec("uwsgi", program("uwsgi", text.removeprefix("uwsgi:")))
    if text.startswith("uwsgi@"):
        from hpatch.lab.backends import uwsgi_source

        return BackendSpec("uwsgi", release=uwsgi_source.checked(text.removeprefix("uwsgi@")))
    raise UsageError(f"'{text}' is not a backend; use responder, uwsgi, uwsgi:PATH or uwsgi@VERSION")


def module(text: str) -> tuple[str, Path]:
    """`NAME=FILE`: a module's name, with or without `mod_` before or `_module` after it, and its file."""
    name, equals, file = text.partition("=")
    name = name.removeprefix("mod_").removesuffix("_module")
    if not equals or not _NAME.fullmatch(name) or not file:
        raise UsageError(f"'{text}' is not NAME=FILE, such as proxy_fcgi=mod_proxy_fcgi.so")
    return name, Path(file).expanduser()


def program(kind: str, where: str) -> Path:
    """A program, given as itself or as the folder that it is installed to. Raises UsageError when it is not there."""
    if not where:
        raise UsageError(f"'{kind}:' needs a program, or the folder where it is installed, after the colon")
    path = Path(where).expanduser()
    try:
        if path.is_file():
            return path.absolute()
        if path.is_dir():
            found = within(kind, path)
            if found is not None:
                return found
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error
    if path.is_dir():
        raise UsageError(f"{where}: has no {kind} ({', '.join(PROGRAMS[kind])})")
    raise UsageError(f"{where}: there is no such program or folder")


def within(kind: str, folder: Path) -> Path | None:
    """A program in the folder that it is installed to; None where it is not there. Raises OSError."""
    return next(((folder / name).absolute() for name in PROGRAMS[kind] if (folder / name).is_file()), None)
