"""Requests that wait for a connection to the backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.mpm import threads
from hpatch.lint.rules._shared.params import uses
from hpatch.proxy.model import Worker

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


@rule("WK046", "max-without-acquire", "info", confidence="medium", references=(_PARAMETERS,))
def max_without_acquire(context: Context) -> Iterator[Found]:
    """Requests beyond `max` wait for a connection without a limit, and each holds a thread of httpd.

    `max` is the number of connections of one httpd process. If it is smaller than ThreadsPerChild, the next request
    waits until a connection is free, however long that takes. A slow backend then takes all threads, and requests for
    other paths wait, too. `acquire` ends the wait: httpd answers with 503.

    The rule is silent if the MPM is not known, and for members of a balancer with `timeout`.

    Add `acquire` with a time in milliseconds.

    Fires on::

        # options: --mpm event
        ProxyPass "/" "http://10.0.0.5:8080/" max=10

    Write instead::

        # options: --mpm event
        ProxyPass "/" "http://10.0.0.5:8080/" max=10 acquire=3000

    Silent on (a connection for each thread)::

        # options: --mpm event
        ThreadsPerChild 10
        ProxyPass "/" "http://10.0.0.5:8080/" max=10

    Source: the max and acquire parameters in the ProxyPass documentation, ap_proxy_acquire_connection (proxy_util.c);
    tested on httpd 2.4.71.
    """
    limited = uses(context, "max")
    if not limited:
        return
    most = threads(context)
    if most is None:
        return
    for use in limited:
        worker, reading = use.owner, use.reading
        if not isinstance(worker, Worker) or reading is None or reading.refused or not isinstance(reading.value, int):
            continue
        if not 0 < reading.value < most or "acquire" in worker.params:
            continue
        if worker.balancer is not None and "timeout" in worker.balancer.params:
            continue
        yield Found(
            use.place,
            f'"{use.text}" is below the {most} threads of an httpd process: the next request waits without a limit',
            help='Add "acquire=3000", in milliseconds.',
        )
