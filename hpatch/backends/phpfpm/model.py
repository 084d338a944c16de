"""A pool of PHP-FPM: plain data, every fact with its place."""

from __future__ import annotations

import re

from hpatch.backends.addresses import normal, port, same_host
from hpatch.records import NamedTuple
from hpatch.text import Place, Source, whole_number

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


class PoolSetting(NamedTuple):
    """A `key = value` of a pool, without quotes, `$pool` replaced. `known` is False if it holds `${NAME}`."""

    key: str
    value: str
    place: Place
    known: bool = True

    @property
    def number(self) -> int | None:
        """The value as a whole number; None if it is none, or not known."""
        return whole_number(self.value) if self.known and self.value.isascii() and self.value.isdigit() else None

    @property
    def seconds(self) -> int | None:
        """The value as a time (`30`, `30s`, `5m`, `1h`, `1d`); None if it is none, or not known."""
        match = re.fullmatch(r"(\d+)([smhd]?)", self.value)
        return whole_number(match[1]) * _UNITS[match[2]] if self.known and match is not None else None

    @property
    def words(self) -> list[str]:
        """The words of a list, split at blanks and commas."""
        return [word for word in re.split(r"[\s,]+", self.value) if word]


class Pool(NamedTuple):
    """A pool: its name, the place of its section, and its directives by key; the last of each counts."""

    name: str
    place: Place
    directives: dict[str, PoolSetting]

    def get(self, key: str) -> PoolSetting | None:
        """A directive that is set and known."""
        found = self.directives.get(key)
        return found if found is not None and found.known else None

    @property
    def path(self) -> str | None:
        """The path of the Unix socket that it listens on; None for a port, and if it is not known."""
        listen = self.get("listen")
        if listen is None or not listen.value.startswith("/"):
            return None
        return listen.value

    @property
    def host(self) -> str | None:
        """The host that it listens on, "" for all addresses; None for a Unix socket, and if it is not known."""
        listen = self.get("listen")
        if listen is None or listen.value.startswith("/"):
            return None
        return listen.value.rpartition(":")[0].strip("*")

    @property
    def port(self) -> int | None:
        """The port that it listens on; None for a Unix socket, and if it is not known."""
        listen = self.get("listen")
        digits = "" if listen is None or listen.value.startswith("/") else listen.value.rpartition(":")[2]
        return port(digits)

    def at_path(self, path: str) -> bool:
        """Whether it listens on the Unix socket of this path. Links are not followed."""
        return self.path is not None and normal(self.path) == normal(path)

    def at_port(self, host: str, port: int) -> bool:
        """Whether a connection to `host:port` reaches it; `host` is a name of this machine or the very address."""
        return self.port == port and self.host is not None and same_host(self.host, host)


class PoolFile(NamedTuple):
    """The pools of a file and of the files that it includes, and the lines that could not be read.

    `private` is the line by which the unit that starts them has a `/tmp` of its own.
    """

    name: str
    pools: list[Pool]
    sources: dict[str, Source]
    problems: list[tuple[Place, str]]
    private: Place | None = None
