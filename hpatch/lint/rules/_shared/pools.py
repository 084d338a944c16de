"""Where lines of httpd meet pools of PHP-FPM."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.proxy.model import DEFAULT_PORTS, Worker
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.backends.phpfpm.model import Pool
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Target


class Meeting(NamedTuple):
    """A line that leads to a pool."""

    mapping: Mapping
    target: Target
    pool: Pool


def every_pool(context: Context) -> list[Pool]:
    """The pools of all files of PHP-FPM."""
    return [pool for file in context.fpm for pool in file.pools]


def pool_at(target: Target, pools: list[Pool]) -> Pool | None:
    """The pool that a target reaches; None if none is known to."""
    if target.scheme != "fcgi" or target.variables:
        return None
    if target.socket is not None:
        return next((pool for pool in pools if pool.at_path(target.socket)), None)
    port = target.port or DEFAULT_PORTS["fcgi"]
    return next((pool for pool in pools if pool.at_port(target.host, port)), None)


def meetings(context: Context) -> Iterator[Meeting]:
    """Every line that leads to a pool, by itself or by a worker that gives a handler its socket."""
    pools = every_pool(context)
    if not pools:
        return
    for mapping in context.mappings:
        for target in targets(mapping):
            pool = pool_at(target, pools)
            if pool is not None:
                yield Meeting(mapping, target, pool)


def targets(mapping: Mapping) -> Iterator[Target]:
    """Where a line leads: the members of its balancer, its worker's socket, or its own target."""
    if mapping.target is None:
        return
    worker = mapping.worker
    if worker is None:
        yield mapping.target
    elif isinstance(worker, Worker):
        yield mapping.target if mapping.target.socket is not None else worker.target
    else:
        yield from (member.target for member in worker.effective_members)
