"""Parameters that httpd accepts and nothing reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import dropped, uses, uses_where
from hpatch.proxy.model import Worker

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.params import Use

_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


def _readers(use: Use) -> str:
    """The schemes that read a parameter, with the verb."""
    assert use.parameter is not None
    assert use.parameter.honoured is not None
    found = [
        scheme if since is None else f"{scheme} (from {since})"
        for scheme, since in sorted(use.parameter.honoured.items())
    ]
    return f"{found[0]} reads" if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]} read"


@rule("WK013", "param-inert-scheme", "warning", references=(_PARAMETERS,), fix="safe")
def param_inert_scheme(context: Context) -> Iterator[Found]:
    """The parameter has no effect for the scheme of this URL.

    httpd accepts and stores every parameter for every worker, but each protocol module reads only some of them:

    - `flushpackets` and `flushwait`: ajp, and fcgi from httpd 2.4.31 on
    - `ping`: ajp and http, h2 from 2.4.44 on, ws from 2.4.47 on
    - `responsefieldsize`: http, and ws from 2.4.47 on
    - `upgrade`: ws, and http from 2.4.47 on
    - `secret`: ajp
    - `flusher`: fd
    - `enablereuse`: http, ajp, fcgi, ws and h2; uwsgi and scgi close each connection

    https, wss and h2c are like http, ws and h2. For other schemes the parameter does nothing, without a message from
    httpd.

    The rule is silent when the value asks for what the module does anyway (`flushpackets=off`, `enablereuse=off`), and
    for `iobuffersize`, which has its own rule.

    Remove the parameter.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" flushpackets=on

    Write instead::

        ProxyPass "/" "fcgi://10.0.0.5:9000/" flushpackets=on

    Silent on (uwsgi closes each connection anyway)::

        ProxyPass "/" "uwsgi://10.0.0.5:3032/" enablereuse=off

    Source: the readers of each field of proxy_worker_shared in modules/proxy/*.c, 2.4.1 to 2.4.68.
    """
    for use in uses_where(
        context, lambda written: written.parameter is not None and written.parameter.honoured is not None
    ):
        parameter, reading, worker = use.parameter, use.reading, use.owner
        if parameter is None or reading is None or reading.refused or not isinstance(worker, Worker):
            continue
        if parameter.honoured is None or parameter.name == "iobuffersize":
            continue
        if reading.value in ("off", False) or worker.target.variables:
            continue
        scheme = worker.target.scheme
        if parameter.honoured_by(scheme, context.version):
            continue
        since = parameter.honoured.get(scheme)
        ahead = "" if since is None else f" before httpd {since}"
        yield Found(
            use.place,
            f'"{use.text}" has no effect on "{worker.target.text}": nothing reads it for {scheme}{ahead}',
            help=f"Remove it; only {_readers(use)} it.",
            fix=dropped(use, f'remove "{use.param.key}"', safe=True),
        )


@rule("WK018", "retry-standalone", "info", references=(_PARAMETERS,))
def retry_standalone(context: Context) -> Iterator[Found]:
    """A parameter for balancer members is set on a worker outside a balancer.

    The parameter has no effect there:

    - `retry`: from httpd 2.4.21 on, a worker outside a balancer never enters the error state. Every request tries the
      backend, so there is nothing to retry.
    - `loadfactor`, `lbset`, `route` and `redirect` serve to choose among members.
    - `hcmethod` and the other health-check parameters: httpd checks only members. This is a warning, because the health
      check that the line asks for never runs.

    Make the worker the only member of a balancer, or remove the parameter.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" retry=0

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" retry=0
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Source: ap_proxy_define_worker_ex and ap_proxy_retry_worker (proxy_util.c), hc_watchdog_callback
    (mod_proxy_hcheck.c).
    """
    for use in uses_where(context, lambda written: written.parameter is not None and written.parameter.member):
        parameter, worker = use.parameter, use.owner
        if parameter is None or not parameter.member or not isinstance(worker, Worker) or worker.balancer is not None:
            continue
        if parameter.name == "retry" and (context.before("error-state-for-members") or "status" in worker.params):
            continue
        check = parameter.name.startswith("hc")
        yield Found(
            use.place,
            f'"{use.text}" has no effect on "{worker.target.text}": '
            + (
                "httpd runs health checks only for members of a balancer"
                if check
                else "only members of a balancer use it"
            ),
            help="Make the worker the only member of a balancer, or remove the parameter.",
            severity="warning" if check else None,
        )


_INERT_OVER_SOCKETS = frozenset(("keepalive", "connectiontimeout", "receivebuffersize", "addressttl"))


@rule("WK049", "param-inert-socket", "info", references=(_PARAMETERS,), fix="safe")
def param_inert_socket(context: Context) -> Iterator[Found]:
    """The parameter has no effect over a Unix socket.

    `keepalive` asks the system to probe an idle TCP connection, `connectiontimeout` is the time to reach another
    machine, `receivebuffersize` the buffer of a TCP connection, `addressttl` the time for which httpd keeps a host's
    address. A Unix socket has none of these. httpd accepts the parameter and does nothing with it.

    Remove the parameter. For connections that httpd keeps open, the parameter is `enablereuse`.

    Fires on::

        ProxyPass "/app" "unix:/run/app.sock|fcgi://app/" keepalive=on

    Write instead::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"

    Silent on (TCP)::

        ProxyPass "/app" "fcgi://10.0.0.5:9000/" keepalive=on

    Silent on (the default)::

        ProxyPass "/app" "unix:/run/app.sock|fcgi://app/" keepalive=off

    Silent on (0 also closes each connection after its request)::

        ProxyPass "/app" "unix:/run/app.sock|fcgi://app/" addressttl=0

    Source: ap_proxy_connect_backend, ap_proxy_connect_uds and ap_proxy_initialize_worker (proxy_util.c), hc_check_cping
    (mod_proxy_hcheck.c).
    """
    if all(worker.target.socket is None or _INERT_OVER_SOCKETS.isdisjoint(worker.params) for worker in context.workers):
        return
    for use in uses(context, *_INERT_OVER_SOCKETS):
        worker, reading = use.owner, use.reading
        if not isinstance(worker, Worker) or worker.target.socket is None or reading is None or reading.refused:
            continue
        if reading.value is False or _counts_over_sockets(use, worker):
            continue
        yield Found(
            use.place,
            f'"{use.text}" has no effect over the Unix socket "{worker.target.socket}"',
            help="Remove it.",
            fix=dropped(use, f'remove "{use.param.key}"', safe=True),
        )


def _counts_over_sockets(use: Use, worker: Worker) -> bool:
    """Whether httpd reads the parameter for more than a TCP connection.

    `addressttl=0` is also disablereuse=on. The CPING of a health check waits for the connectiontimeout.
    """
    if use.key == "addressttl":
        return re.fullmatch(r"0+[a-z]*", use.param.value.lower()) is not None
    checks = "hcmethod" in worker.params or "hctemplate" in worker.params
    return use.key == "connectiontimeout" and worker.target.scheme == "ajp" and checks
