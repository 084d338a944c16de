"""What the lab speaks of, as plain data.

An experiment is a scenario in a cell; what it saw are figures; it ends in a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from hpatch.records import NamedTuple

Transport = Literal["unix", "tcp"]
GatewayKind = Literal["httpd", "nginx"]
BackendKind = Literal["responder", "uwsgi"]
Outcome = Literal["full", "cut", "empty", "503", "error", "none"]
"""What a client got: the whole answer; a part of it; status 200 without any content where there should be some; status
503; another error status; no answer (the connection ended or nothing came in time)."""
OUTCOMES: tuple[Outcome, ...] = ("full", "cut", "empty", "503", "error", "none")
Verdict = Literal["passed", "failed", "cannot-run"]
"""`passed`: the fault is not there; `failed`: it is; `cannot-run`: something that it needs is missing, and `why` says
what. What could not run has never passed."""


class Sanitized(NamedTuple):
    """How sanitizers are to report: by what is set in the environment; logs with reports are kept in a folder."""

    environment: Mapping[str, str]
    reports: Path


class GatewaySpec(NamedTuple):
    """A gateway to be started. `program` is its executable; None: the one on the PATH (or in /usr/sbin).

    `modules` are files to be loaded instead of the httpd's own modules, by their names (`proxy_fcgi`); `sanitized`: it
    was built with sanitizers.
    """

    kind: GatewayKind
    program: Path | None = None
    modules: Mapping[str, Path] = {}
    sanitized: Sanitized | None = None


class BackendSpec(NamedTuple):
    """A backend to be started. `program` is uWSGI's executable; None: the one on the PATH.

    `release` is the version of uWSGI to be fetched and built instead (`2.0.4`, `latest`).
    """

    kind: BackendKind
    program: Path | None = None
    release: str | None = None


Product = GatewaySpec | BackendSpec
"""A server that a source tree becomes."""


class Cell(NamedTuple):
    """One combination to try. `threads` are uWSGI's; None where the backend has none."""

    gateway: GatewaySpec
    backend: BackendSpec
    transport: Transport
    threads: int | None = None


class Address(NamedTuple):
    """Where a backend listens: the path of a Unix socket, or a port of 127.0.0.1. One of the two is None."""

    path: Path | None = None
    port: int | None = None

    @property
    def transport(self) -> Transport:
        """How it is reached."""
        return "tcp" if self.path is None else "unix"


Scheme = Literal["fcgi", "scgi", "uwsgi", "http", "https", "ajp", "ws"]


class Route(NamedTuple):
    """What a gateway passes on: requests below `path` (`/early/`) to an address, in a scheme.

    `parameters` are those of httpd's ProxyPass (`iobuffersize`); nginx has no use for them.
    """

    path: str
    scheme: Scheme
    address: Address
    parameters: Mapping[str, str] = {}


class Log(NamedTuple):
    """What a gateway's error log tells: how often each of httpd's messages (`AH01075`) is there; crashed children."""

    text: str
    numbers: Mapping[str, int]
    segfaults: int


class Figures(NamedTuple):
    """What an experiment saw. `cpu` is the gateway's processor time in seconds, None where it was not measured.

    `records` are the sizes of the FCGI_STDIN records that the backend got, in bytes; `seconds` is how long it took;
    `log` are message numbers and their counts; `notes` are further facts, each in a few words.
    """

    requests: int = 0
    outcomes: Mapping[Outcome, int] = {}
    segfaults: int = 0
    log: Mapping[str, int] = {}
    cpu: float | None = None
    records: tuple[int, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


class Result(NamedTuple):
    """How a scenario ended in a cell; `why` is one sentence for people.

    `gateway` and `backend` are the versions of the cell's programs, None where there is none or it is not known.
    """

    scenario: str
    cell: Cell
    verdict: Verdict
    why: str
    figures: Figures = Figures()
    gateway: str | None = None
    backend: str | None = None
