"""The listening instances that uWSGI's and PHP-FPM's own models describe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.backends.model import Backend, Listener, Spoken
from hpatch.backends.systemd.service import is_temporary

if TYPE_CHECKING:
    from hpatch.backends.phpfpm.model import Pool
    from hpatch.backends.uwsgi.model import Instance, Socket
    from hpatch.text import Place

_SPOKEN: dict[str, Spoken] = {
    "http": "http", "https": "https", "fastcgi": "fastcgi", "scgi": "scgi", "uwsgi": "uwsgi",
}  # fmt: skip


def of_pool(pool: Pool, private: Place | None = None) -> Backend:
    """A pool of PHP-FPM. `private` is the line by which its unit has a `/tmp` of its own."""
    listen = pool.directives.get("listen")
    listeners: tuple[Listener, ...] = ()
    if listen is not None and (pool.path is not None or pool.port is not None):
        listeners = (
            Listener(
                text=listen.value,
                place=listen.place,
                path=pool.path,
                host=pool.host,
                port=pool.port,
                protocol="fastcgi",
                private=_hidden(pool.path, private),
            ),
        )
    name = f'pool "{pool.name}" of PHP-FPM'
    return Backend(
        program="PHP-FPM", name=name, place=pool.place, listeners=listeners, complete=bool(listeners) or listen is None
    )


def of_instance(instance: Instance) -> Backend:
    """An instance of uWSGI."""
    listeners = tuple(one for socket in instance.sockets if (one := _listener(socket, instance)) is not None)
    place = listeners[0].place if listeners else next(iter(instance.sources.values())).place(0, 0)
    return Backend(
        program="uWSGI",
        name=instance.name,
        place=place,
        listeners=listeners,
        complete=instance.whole and len(listeners) == len(instance.sockets),
    )


def _hidden(path: str | None, private: Place | None) -> Place | None:
    return private if path is not None and is_temporary(path) else None


def _listener(socket: Socket, instance: Instance) -> Listener | None:
    if not socket.known or not socket.option.certain:
        return None
    protocol = _SPOKEN.get(socket.protocol, "unknown")
    place = socket.option.place
    if socket.unix:
        if not socket.address.startswith("/"):
            return None
        private = _hidden(socket.address, instance.private)
        return Listener(text=socket.address, place=place, path=socket.address, protocol=protocol, private=private)
    if socket.port is None:
        return None
    return Listener(text=socket.address, place=place, host=socket.host.strip("*"), port=socket.port, protocol=protocol)
