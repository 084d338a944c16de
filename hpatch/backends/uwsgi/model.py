"""A uWSGI instance: plain data, every fact with its place."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from hpatch.text import Place, Source

Protocol = Literal["uwsgi", "puwsgi", "suwsgi", "http", "https", "fastcgi", "scgi", "raw", "unknown"]

_NUMBER = re.compile(r"\s*([+-]?\d+)")


class Option(NamedTuple):
    """A `key = value` as uWSGI would hold it.

    `certain` is False inside a conditional block. `known` is False where a part of the value depends on what is not in
    the files (`$(ENV)`, `@(file)`, `%h`, an option of the command line); that part then stands in it as written.
    """

    key: str
    value: str
    place: Place
    certain: bool = True
    known: bool = True

    @property
    def number(self) -> int | None:
        """The value as uWSGI reads a number (C's strtol: what follows the digits is dropped); None if not known."""
        if not self.known:
            return None
        match = _NUMBER.match(self.value)
        return int(match.group(1)) if match else 0


class Socket(NamedTuple):
    """A socket that the instance listens on: a path (`unix` True) or `host:port`, and what is spoken on it.

    `address` is as uWSGI has it; an abstract one starts with `@`. `=0` is a shared socket and `fd://3` an open
    file: where those listen is not known.
    """

    address: str
    unix: bool
    protocol: Protocol
    option: Option

    @property
    def known(self) -> bool:
        """Whether `address` says where it listens."""
        return self.option.known and not self.address.startswith(("=", "fd://"))

    @property
    def host(self) -> str:
        """The host of `host:port`; empty for all addresses and for a path."""
        return "" if self.unix else self.address.rpartition(":")[0]

    @property
    def port(self) -> int | None:
        """The port of `host:port`; None for a path, a port that uWSGI chooses, and where it is not known."""
        if self.unix or not self.known:
            return None
        return int(digits) if (digits := self.address.rpartition(":")[2]).isdecimal() and int(digits) else None


class Instance:
    """One uWSGI configuration with what it includes.

    `options` are in the order in which uWSGI holds them. `threads` and `processes` are None where not given or not
    known. `problems` are lines that could not be read.
    """

    __slots__ = ("name", "options", "problems", "processes", "sockets", "sources", "threads")

    def __init__(self, name: str) -> None:
        self.name = name
        self.options: list[Option] = []
        self.sockets: list[Socket] = []
        self.threads: Option | None = None
        self.processes: Option | None = None
        self.sources: dict[str, Source] = {}
        self.problems: list[tuple[Place, str]] = []

    def last(self, *keys: str) -> Option | None:
        """The option with one of these keys that is in effect; None where there is none or one cannot tell."""
        for option in reversed(self.options):
            if option.key in keys:
                return option if option.certain and option.known else None
        return None
