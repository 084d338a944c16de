"""The files of the backends that belong to a configuration, read once for all configurations that share them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from os.path import realpath
from typing import TYPE_CHECKING

from hpatch.conf.tree import Problem
from hpatch.errors import InputError
from hpatch.records import NamedTuple
from hpatch.text import Place

if TYPE_CHECKING:
    from hpatch.backends.model import BackendFile
    from hpatch.backends.phpfpm.model import PoolFile
    from hpatch.backends.uwsgi.model import Instance
    from hpatch.lint.engine.root import Root
    from hpatch.text import Source


class BackendsRead(NamedTuple):
    """What the files of backends say: uWSGI's instances, PHP-FPM's pools, other backends; and what cannot be read."""

    instances: tuple[Instance, ...] = ()
    pools: tuple[PoolFile, ...] = ()
    files: tuple[BackendFile, ...] = ()
    unread: tuple[Problem, ...] = ()

    def sources(self) -> Iterator[tuple[str, Source]]:
        """The text of each file, by name."""
        for instance in self.instances:
            yield from instance.sources.items()
        for pool in self.pools:
            yield from pool.sources.items()
        for file in self.files:
            yield from file.sources.items()


def backends_of(root: Root) -> BackendsRead:
    """What the files of backends of a root say."""
    unread = []
    instances: list[Instance] = []
    started: list[Instance] = []
    for path in root.uwsgi:
        instance, vassals, error = _instance(path)
        instances.append(instance)
        started += vassals
        if error:
            unread.append(_unreadable(error, instance.problems[0][0]))
    for path in root.backends:
        started += _started(path)
    if len(instances) > 1 or started:
        from hpatch.backends.uwsgi.emperor import distinct  # most have one instance

        instances = distinct(instances, started)
    pools: list[PoolFile] = []
    for path in root.fpm:
        pool, error = _pools(path)
        pools.append(pool)
        if error:
            unread.append(_unreadable(error, pool.problems[0][0]))
    pools = _distinct(pools, [pool for path in root.backends for pool in _started_pools(path)])
    files = []
    for path in root.backends:
        backend, error = _backend(path)
        files.append(backend)
        if error:
            unread.append(_unreadable(error, backend.problems[0][0]))
    return BackendsRead(instances=tuple(instances), pools=tuple(pools), files=tuple(files), unread=tuple(unread))


def forget_backends() -> None:
    """Read the files of backends again when they are next asked for."""
    for kept in (_instance, _started, _pools, _backend, _started_pools):
        kept.cache_clear()


def _unreadable(message: str, place: Place) -> Problem:
    return Problem(kind="unreadable", message=message, place=place)


@lru_cache(maxsize=1024)
def _instance(path: str) -> tuple[Instance, tuple[Instance, ...], str]:
    """A uWSGI instance, its vassals, and the reason if it cannot be read.

    In a fleet, many configurations share an instance.
    """
    from hpatch.backends.uwsgi.emperor import vassals
    from hpatch.backends.uwsgi.model import Instance
    from hpatch.backends.uwsgi.read import read

    try:
        instance = read(path)
    except InputError as error:
        instance = Instance(path)
        instance.problems.append((Place(path, 1, 1, 1, 1), str(error)))
        return instance, (), str(error)
    return instance, tuple(vassals(instance)), ""


@lru_cache(maxsize=1024)
def _started(path: str) -> tuple[Instance, ...]:
    """The uWSGI instances that a unit starts, each with its vassals. That a unit cannot be read, `_backend` tells."""
    if not path.endswith(".service"):
        return ()
    from hpatch.backends.uwsgi.emperor import vassals
    from hpatch.backends.uwsgi.unit import instances

    try:
        return tuple(one for instance in instances(path) for one in (instance, *vassals(instance)))
    except InputError:
        return ()


@lru_cache(maxsize=1024)
def _pools(path: str) -> tuple[PoolFile, str]:
    """The pools of a file of PHP-FPM, and the reason if it cannot be read."""
    from hpatch.backends.phpfpm.model import PoolFile
    from hpatch.backends.phpfpm.read import read

    try:
        return read(path), ""
    except InputError as error:
        unread = PoolFile(name=path, pools=[], sources={}, problems=[(Place(path, 1, 1, 1, 1), str(error))])
        return unread, str(error)


@lru_cache(maxsize=1024)
def _started_pools(path: str) -> tuple[PoolFile, ...]:
    """The pools of PHP-FPM that a unit starts. That a unit cannot be read, `_backend` tells."""
    if not path.endswith(".service"):
        return ()
    from hpatch.backends.phpfpm.unit import pools

    try:
        return tuple(pools(path))
    except InputError:
        return ()


def _distinct(files: list[PoolFile], started: list[PoolFile]) -> list[PoolFile]:
    """Files with pools, each pool once: without those that another file includes, and those that a unit starts."""
    if len(files) + len(started) < 2:
        return files + started
    taken = {realpath(name) for file in started for name in file.sources}
    for file in files:
        taken.update(realpath(name) for name in file.sources if name != file.name)
    return [file for file in files if realpath(file.name) not in taken] + started


@lru_cache(maxsize=1024)
def _backend(path: str) -> tuple[BackendFile, str]:
    """A file of another backend, and the reason if it cannot be read."""
    from hpatch.backends import files

    try:
        return files.read(path), ""
    except InputError as error:
        return files.unread(path, str(error)), str(error)
