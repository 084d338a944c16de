"""A backend's listening instance, whatever program it is: plain data, every fact with its place.

The packages for the programs make it from their own models, where they have some.
"""

from __future__ import annotations

from typing import Literal

from hpatch.backends.addresses import normal, same_host
from hpatch.records import NamedTuple
from hpatch.text import Place, Source

Spoken = Literal["http", "https", "ajp", "fastcgi", "scgi", "uwsgi", "unknown"]
"""What a backend speaks. "unknown" also stands for what mod_proxy does not speak."""


class Stated(NamedTuple):
    """What a file says of one thing. `place` is None for a program's default, which holds because no file says other.

    A value that is not known is no Stated, but None.
    """

    value: str
    place: Place | None = None

    @property
    def number(self) -> int | None:
        """The value as a whole number, also below zero; None if it is none."""
        digits = self.value.removeprefix("-")
        return int(self.value) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None

    @property
    def words(self) -> list[str]:
        """The parts of a list with commas."""
        return [word.strip() for word in self.value.split(",") if word.strip()]


class Permissions(NamedTuple):
    """Who may use a file or folder: names of its owner and group, and its mode. None for what is not known."""

    owner: str | None
    group: str | None
    mode: int | None
    place: Place

    def permits(self, user: str, groups: frozenset[str], bit: int) -> bool | None:
        """Whether a user in these groups has a right (4 read, 2 write, 1 search). None if that is not known."""
        if self.mode is None:
            return None
        if user == "root" or self.mode & bit:
            return True
        doubt = False
        for name, names, right in ((self.owner, {user}, bit << 6), (self.group, groups, bit << 3)):
            if self.mode & right:
                if name in names:
                    return True
                doubt = doubt or name is None or name.isdigit()
        return None if doubt else False


class Listener(NamedTuple):
    """Where a backend waits for connections: the `path` of a Unix socket, or `host` ("" for every address) and `port`.

    `access` tells who may open the Unix socket, `folder` who may search the folder that it is in. `private` is the line
    that hides the socket from other services (systemd's PrivateTmp).
    """

    text: str
    place: Place
    path: str | None = None
    host: str | None = None
    port: int | None = None
    protocol: Spoken = "unknown"
    access: Permissions | None = None
    folder: Permissions | None = None
    private: Place | None = None

    def at_path(self, path: str) -> bool:
        """Whether it is the Unix socket of this path. Links are not followed."""
        return self.path is not None and normal(self.path) == normal(path)

    def at_port(self, host: str, port: int) -> bool:
        """Whether a connection to `host:port` reaches it; `host` is a name of this machine or the very address."""
        return self.port == port and self.host is not None and same_host(self.host, host)

    @property
    def everywhere(self) -> bool:
        """Whether other machines may connect, too, as far as the address tells."""
        return self.host in ("", "0.0.0.0", "[::]", "::")


class Backend(NamedTuple):
    """A program that listens. `complete` tells that it listens nowhere else than its `listeners` say.

    None of a Stated is for what is not known, or does not exist in the program.

    - `timeout`: the seconds after which it ends a request that is not answered
    - `keep_alive`: the seconds that it keeps a connection without a request (0: it closes each)
    - `connections`: how many connections it holds at once, those without a request, too
    - `trusted`: whose X-Forwarded-Proto it heeds: `*`, or addresses
    - `sockets_trusted`: whether it heeds that of whoever comes through a Unix socket; if not, only with `*`
    - `secret`, `packet_size`, `route`: of Tomcat's connector and engine; an empty secret or route stands for none
    - `fails`: why the program does not open its listeners
    """

    program: str
    name: str
    place: Place
    listeners: tuple[Listener, ...]
    complete: bool
    timeout: Stated | None = None
    keep_alive: Stated | None = None
    connections: Stated | None = None
    trusted: Stated | None = None
    sockets_trusted: bool | None = None
    secret: Stated | None = None
    packet_size: Stated | None = None
    route: Stated | None = None
    fails: Stated | None = None


class BackendFile(NamedTuple):
    """A file of a backend, with the files that belong to it, and the lines that could not be read.

    `tmp_hidden` is the line by which a unit of httpd itself has a `/tmp` of its own; `groups` are the groups that such
    a unit adds to httpd's processes.
    """

    name: str
    backends: tuple[Backend, ...]
    sources: dict[str, Source]
    problems: list[tuple[Place, str]]
    tmp_hidden: Place | None = None
    groups: tuple[str, ...] = ()
