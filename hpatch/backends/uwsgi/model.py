"""A uWSGI instance: plain data, every fact with its place."""

from __future__ import annotations

import re
from typing import Literal

from hpatch.records import NamedTuple
from hpatch.text import Place, Source, whole_number

Protocol = Literal["uwsgi", "puwsgi", "suwsgi", "http", "https", "fastcgi", "scgi", "raw", "unknown"]

_NUMBER = re.compile(r"\s*([+-]?\d+)")


class Option(NamedTuple):
    """A `key = value` as uWSGI would hold it.

    `certain` is False inside a conditional block. `known` is False if a part of the value depends on facts outside the
    files (`$(ENV)`, `@(file)`, `%h`, an option of the command line); `value` then has that part as written.
    """

    key: str
    value: str
    place: Place
    certain: bool = True
    known: bool = True

    @property
    def number(self) -> int | None:
        """The value as a number, read as uWSGI does (C's strtol ignores text after the digits); None if unknown."""
        if not self.known:
            return None
        match = _NUMBER.match(self.value)
        return whole_number(match.group(1)) if match else 0


class Socket(NamedTuple):
    """A socket that the instance listens on: a path (`unix` True) or `host:port`, and its protocol.

    `address` is as uWSGI writes it; an abstract one starts with `@`. `=0` is a shared socket and `fd://3` an open
    file; the address of these is not known.
    """

    address: str
    unix: bool
    protocol: Protocol
    option: Option

    @property
    def known(self) -> bool:
        """Whether `address` is the address that it listens on."""
        return self.option.known and not self.address.startswith(("=", "fd://"))

    @property
    def host(self) -> str:
        """The host of `host:port`; empty for all addresses and for a path."""
        return "" if self.unix else self.address.rpartition(":")[0]

    @property
    def port(self) -> int | None:
        """The port of `host:port`; None for a path, for a port that uWSGI chooses, and if it is not known."""
        if self.unix or not self.known:
            return None
        digits = self.address.rpartition(":")[2]
        return (whole_number(digits) or None) if digits.isdecimal() else None


class Instance:
    """One uWSGI configuration with the files that it includes.

    `folder` is where it is started, `root` the folder that stands for `/` ("" for this machine's). `unit` tells that a
    unit starts it, `starter` as whom: user, group and place, if they are known; `private` is the line by which that
    unit has a `/tmp` of its own. `whole` is False if a file that it leads to was not read. `options` are in the order
    in which uWSGI holds them. `threads` and `processes` are None if they are not given or not known. `problems` are
    lines that could not be read.
    """

    __slots__ = (
        "folder", "name", "options", "private", "problems", "processes", "root", "sockets", "sources", "starter",
        "threads", "unit", "whole",
    )  # fmt: skip

    def __init__(self, name: str, folder: str = "", root: str = "", *, unit: bool = False) -> None:
        self.name = name
        self.folder = folder
        self.root = root
        self.unit = unit
        self.starter: tuple[str, str, Place] | None = None
        self.private: Place | None = None
        self.whole = True
        self.options: list[Option] = []
        self.sockets: list[Socket] = []
        self.threads: Option | None = None
        self.processes: Option | None = None
        self.sources: dict[str, Source] = {}
        self.problems: list[tuple[Place, str]] = []

    def not_read(self, place: Place, message: str) -> None:
        """Note that a file was not read: a problem, unless a unit names it, which may be a copy without it."""
        if self.unit:
            self.whole = False
        else:
            self.problems.append((place, message))

    def given(self, *keys: str) -> bool:
        """Whether an option with one of these keys is given, effective or not."""
        return any(option.key in keys for option in self.options)

    def last(self, *keys: str) -> Option | None:
        """The effective option with one of these keys; None if there is none, or if it is not certain."""
        for option in reversed(self.options):
            if option.key in keys:
                return option if option.certain and option.known else None
        return None
