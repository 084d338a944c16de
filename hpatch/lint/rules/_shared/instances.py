"""Where lines of httpd meet instances of uWSGI, and who may open an instance's Unix sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.pools import targets
from hpatch.proxy.model import DEFAULT_PORTS
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.backends.model import Permissions
    from hpatch.backends.uwsgi.model import Instance
    from hpatch.backends.uwsgi.sockets import Match, Sockets
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Target


class Encounter(NamedTuple):
    """A line that leads to a socket of uWSGI."""

    mapping: Mapping
    target: Target
    match: Match


def answering(target: Target, sockets: Sockets) -> Match | None:
    """The socket of uWSGI that a target reaches; None if none is known to."""
    if target.variables:
        return None
    if target.socket is not None:
        return sockets.at_path(target.socket)
    port = target.port or DEFAULT_PORTS.get(target.scheme)
    return None if port is None else sockets.at_port(target.host, port)


def encounters(context: Context) -> Iterator[Encounter]:
    """Every line that leads to a socket of uWSGI, by itself or by its worker's or balancer's members."""
    if not context.uwsgi:
        return
    from hpatch.backends.uwsgi.sockets import Sockets  # only instances pay for it

    sockets = Sockets(context.uwsgi)
    for mapping in context.mappings:
        for target in targets(mapping):
            match = answering(target, sockets)
            if match is not None:
                yield Encounter(mapping, target, match)


def rights(instance: Instance) -> Permissions | None:
    """Who may open an instance's Unix sockets; None if that is not known.

    uWSGI makes them as the user and group of `uid` and `gid`, or gives them to those of `chown-socket`.
    """
    mode = _mode(instance)
    chown, user, group = (instance.last(key) for key in ("chown-socket", "uid", "gid"))
    given = [key for key in ("chown-socket", "uid", "gid", "immediate-uid", "immediate-gid") if instance.given(key)]
    if mode is None or any(instance.last(key) is None for key in given):
        return None
    starter = instance.starter
    if starter is not None and starter[0] != "root":
        # Only root may give a socket away, or become another user.
        if chown is not None:
            return None
        owner, owners, place = starter
    elif chown is not None:
        owner, _, owners = chown.value.replace(".", ":", 1).partition(":")
        place = chown.place
    elif user is not None:
        owner, owners, place = user.value, "" if group is None else group.value, user.place
    else:
        return None
    if any(name.isdecimal() for name in (owner, owners)):
        return None
    from hpatch.backends.model import Permissions  # only instances pay for it

    line = instance.last("chmod-socket", "chmod")
    return Permissions(owner=owner, group=owners or None, mode=mode, place=place if line is None else line.place)


def _mode(instance: Instance) -> int | None:
    """The mode of the Unix sockets; None if it is not known. With systemd's or a shell's usual umask it is 755."""
    if instance.given("chmod-socket", "chmod"):
        option = instance.last("chmod-socket", "chmod")
        value = "" if option is None else option.value
        return 0o666 if value in ("1", "true") else _octal(value) if len(value) == 3 else None
    if instance.given("umask"):
        option = instance.last("umask")
        mask = None if option is None else _octal(option.value)
        return None if mask is None else 0o777 & ~mask
    return 0o777 if instance.given("daemonize", "daemonize2", "d") else 0o755


def _octal(text: str) -> int | None:
    return int(text, 8) if text and not text.strip("01234567") else None
