"""The connection pool of a worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import changed, uses
from hpatch.proxy.model import Worker

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.params import Use

_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


def _pools(context: Context) -> Iterator[dict[str, Use]]:
    """The effective `min`, `max` and `smax` of each worker that sets one of them."""
    pools: dict[int, dict[str, Use]] = {}
    for use in uses(context, "min", "max", "smax"):
        if not isinstance(use.owner, Worker):
            continue
        if use.reading is not None and isinstance(use.reading.value, int) and not use.reading.refused:
            pools.setdefault(id(use.owner), {})[use.key] = use
    yield from pools.values()


def _number(use: Use) -> int:
    assert use.reading is not None
    assert isinstance(use.reading.value, int)
    return use.reading.value


@rule("WK019", "smax-gt-max", "info", references=(_PARAMETERS,), fix="safe")
def smax_gt_max(context: Context) -> Iterator[Found]:
    """`smax` is above `max`, or `min` is above either.

    httpd reduces `smax` to `max` and `min` to `smax`, and does not say so. The larger number has no effect.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" max=20 smax=40

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" max=20 smax=20

    Silent on (as many as `max`)::

        ProxyPass "/" "http://10.0.0.5:8080/" min=20 smax=20 max=20

    Source: ap_proxy_initialize_worker (proxy_util.c).
    """
    for pool in _pools(context):
        limits = [
            (key, pool[key]) for key in ("max", "smax") if key in pool and (key == "smax" or _number(pool[key]) > 0)
        ]
        for key in ("smax", "min"):
            lower = [(name, use) for name, use in limits if name != key]
            if key not in pool or not lower:
                continue
            name, limit = min(lower, key=lambda pair: _number(pair[1]))
            use = pool[key]
            if _number(use) <= _number(limit):
                continue
            text = f"{use.param.key}={_number(limit)}"
            yield Found(
                place=use.place,
                message=f'"{use.text}" is above "{limit.text}": httpd reduces it to {_number(limit)}',
                related=(Related(limit.place, f"{name} is set here"),),
                fix=changed(use.param.node, use.place, use.text, text, f'write "{text}"', safe=True),
            )


@rule("WK020", "prefork-pool", "info", references=(_PARAMETERS,))
def prefork_pool(context: Context) -> Iterator[Found]:
    """Connection pool limits have no effect under the prefork MPM.

    A prefork process handles one request at a time and keeps one connection for each worker. httpd ignores `min`,
    `smax` and `max`.

    To limit the connections to a backend, limit the number of processes with MaxRequestWorkers.

    Fires on::

        # options: --mpm prefork
        ProxyPass "/" "http://10.0.0.5:8080/" max=20

    Write instead::

        # options: --mpm prefork
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: ap_proxy_initialize_worker (proxy_util.c).
    """
    if context.configuration.mpm != "prefork" and not context.configuration.modules.has("mpm_prefork_module"):
        return
    for pool in _pools(context):
        for use in pool.values():
            yield Found(
                use.place,
                f'"{use.text}" has no effect under prefork: each process has one connection',
                help="Limit the number of processes with MaxRequestWorkers, or use the event MPM.",
            )
