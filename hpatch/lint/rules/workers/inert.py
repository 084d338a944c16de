"""Parameters that httpd takes and nothing reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import dropped, uses
from hpatch.proxy.model import Worker

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.params import Use

_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


def _schemes(use: Use) -> str:
    assert use.parameter is not None
    assert use.parameter.honoured is not None
    found = [
        scheme if since is None else f"{scheme} (from {since})"
        for scheme, since in sorted(use.parameter.honoured.items())
    ]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


@rule("WK013", "param-inert-scheme", "warning", references=(_PARAMETERS,))
def param_inert_scheme(context: Context) -> Iterator[Found]:
    """A parameter that the scheme's module does not read.

    httpd checks and stores every parameter for every worker, but a protocol's module reads only those it knows:
    `flushpackets` is for ajp and fcgi, `ping` for ajp and http, `secret` for ajp, `responsefieldsize` for http,
    `flusher` for fd; `enablereuse` is not for uwsgi and scgi, which close each connection. Elsewhere they do
    nothing, silently.

    Silent where the value asks for what the module does anyway (`flushpackets=off`, `enablereuse=off`), and for
    `iobuffersize`, which has a rule of its own.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" flushpackets=on

    Write instead::

        ProxyPass "/" "fcgi://10.0.0.5:9000/" flushpackets=on

    Source: the readers of each field of proxy_worker_shared in modules/proxy/*.c, 2.4.1 to 2.4.68.
    """
    for use in uses(context):
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
            f'"{use.text}" does nothing on "{worker.target.text}": nothing reads it for {scheme}{ahead}',
            help=f"It counts for {_schemes(use)} only. Remove it.",
            fix=dropped(use, f'remove "{use.param.key}"', safe=True),
        )


@rule("WK018", "retry-standalone", "info", references=(_PARAMETERS,))
def retry_standalone(context: Context) -> Iterator[Found]:
    """A parameter for members of a balancer, on a worker that is in none.

    A worker outside a balancer never goes into the error state (from httpd 2.4.21 on), so `retry` has nothing to wait
    for: every request tries the backend. `loadfactor`, `lbset`, `route` and `redirect` are about choosing among
    members. Health checks (`hcmethod` and the like) run for members only, which is graver: the check that is asked for
    never happens.

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
    for use in uses(context):
        parameter, worker = use.parameter, use.owner
        if parameter is None or not parameter.member or not isinstance(worker, Worker) or worker.balancer is not None:
            continue
        if parameter.name == "retry" and (context.before("2.4.21") or "status" in worker.params):
            continue
        check = parameter.name.startswith("hc")
        yield Found(
            use.place,
            f'"{use.text}" does nothing on "{worker.target.text}": '
            + (
                "health checks run for members of a balancer only"
                if check
                else "it counts for members of a balancer only"
            ),
            help="Make the worker the one member of a balancer, or remove it.",
            severity="warning" if check else None,
        )
