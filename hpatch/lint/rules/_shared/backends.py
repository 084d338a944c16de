"""Where lines of httpd meet listening instances of backends."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.pools import targets
from hpatch.proxy.model import DEFAULT_PORTS, Worker
from hpatch.records import NamedTuple
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.backends.model import Backend, Listener, Spoken
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Param, Target
    from hpatch.text import Place

_PORTS = {**DEFAULT_PORTS, "uwsgi": 3031}
SPOKEN: dict[str, Spoken] = {
    "http": "http", "ws": "http", "https": "https", "wss": "https", "ajp": "ajp", "fcgi": "fastcgi", "scgi": "scgi",
    "uwsgi": "uwsgi",
}  # fmt: skip
"""By scheme, what mod_proxy speaks."""


class Reached(NamedTuple):
    """A line that leads to a backend. `worker` has the parameters that count; None for httpd's default worker."""

    mapping: Mapping
    target: Target
    worker: Worker | None
    backend: Backend
    listener: Listener

    @property
    def place(self) -> Place:
        """Where the target is written."""
        return self.target.place


class Waiting(NamedTuple):
    """A time-out of httpd in seconds, and where it is set."""

    seconds: int
    place: Place


@lru_cache(maxsize=1)
def every_backend(context: Context) -> tuple[Backend, ...]:
    """The listening instances that the files describe, each once: a file that a unit names is read with the unit."""
    named = {source for file in context.backends for source in file.sources if source != file.name}
    return tuple(backend for file in context.backends if file.name not in named for backend in file.backends)


@lru_cache(maxsize=1)
def described(context: Context) -> tuple[Backend, ...]:
    """The instances that the models of uWSGI and PHP-FPM describe."""
    if not context.fpm and not context.uwsgi:
        return ()
    from hpatch.backends import listening  # few configurations have both kinds

    pools = (listening.of_pool(pool, file.private) for file in context.fpm for pool in file.pools)
    return (*pools, *map(listening.of_instance, context.uwsgi))


def reached(context: Context) -> Iterator[Reached]:
    """Every line that leads to one of them."""
    backends = every_backend(context)
    if not backends:
        return
    for mapping in context.mappings:
        for target, worker in _ends(mapping):
            for backend in backends:
                listener = at(target, backend.listeners)
                if listener is not None:
                    yield Reached(mapping=mapping, target=target, worker=worker, backend=backend, listener=listener)
                    break


def _ends(mapping: Mapping) -> Iterator[tuple[Target, Worker | None]]:
    worker = mapping.worker
    if worker is None or isinstance(worker, Worker):
        for target in targets(mapping):
            yield target, worker
    else:
        for member in worker.effective_members:
            yield member.target, member


def at(target: Target, listeners: tuple[Listener, ...]) -> Listener | None:
    """The listener that a target reaches; None if none is known to."""
    if target.variables:
        return None
    if target.socket is not None:
        return next((one for one in listeners if one.at_path(target.socket)), None)
    port = target.port or _PORTS.get(target.scheme)
    if port is None:
        return None
    return next((one for one in listeners if one.at_port(target.host, port)), None)


def address(target: Target) -> str:
    """A target's address, as messages have it."""
    return target.socket or f"{target.host}:{target.port or _PORTS.get(target.scheme, '')}"


def parameter(one: Reached, key: str) -> Param | None:
    """The parameter of the worker that a line uses."""
    return None if one.worker is None else one.worker.params.get(key)


def waiting(one: Reached) -> Waiting | None:
    """How long httpd waits for an answer, where the configuration sets it: `timeout`, ProxyTimeout."""
    param = parameter(one, "timeout")
    if param is not None:
        return Waiting(whole_number(param.value), param.place) if param.value.isdecimal() else None
    setting = one.mapping.server.setting("proxytimeout")
    if setting is None or not setting.value.isdecimal():
        return None
    return Waiting(whole_number(setting.value), setting.node.place)
