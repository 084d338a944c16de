"""Workers that a `<Proxy>` section sets up and no request meets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import words
from hpatch.proxy.lookup import origin
from hpatch.proxy.model import DEFAULT_PORTS, Worker

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Target
    from hpatch.text import Place

_WORKERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#workers"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SECTION = ("proxyset", "<proxy")


@rule("WK045", "worker-unmet", "warning", confidence="medium", references=(_WORKERS,))
def worker_unmet(context: Context) -> Iterator[Found]:
    """A `<Proxy>` section sets parameters of a worker that no request meets.

    A URL meets a worker if it begins with the worker's name, letter by letter. `localhost` and `127.0.0.1` are two
    names, and so are `http` and `ws`. The members of a balancer are workers of their own: a `<Proxy>` section with the
    URL of a member makes another worker beside it. The parameters have no effect, and httpd says nothing.

    httpd leaves the scheme's own port out of a worker's name, but not when it looks for the worker of a section: after
    `ProxyPass "/" "http://app:80/"`, a section for `http://app:80/` makes a second worker, and the first is used.

    A handler with a Unix socket meets a worker by the URL behind the `|`: `fcgi://localhost` and `fcgi://php` are two.

    The rule is silent:

    - when some ProxyPass, handler or RewriteRule meets the worker, or may meet it because its host is not known
    - when no line has the same host and port, or the same host where no port is written, and no handler of that scheme
      with a Unix socket is without a worker

    Give the section the URL of the ProxyPass. Write a member's parameters on its BalancerMember line.

    Fires on::

        <Proxy "http://127.0.0.1:5601">
            ProxySet timeout=90
        </Proxy>
        ProxyPass "/" "http://localhost:5601/"

    Fires on (the member is another worker)::

        <Proxy "http://10.0.0.5:8080">
            ProxySet timeout=90
        </Proxy>
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Fires on (the handler's URL is `fcgi://localhost`)::

        <Proxy "fcgi://php">
            ProxySet enablereuse=on max=5
        </Proxy>
        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/php-fpm.sock|fcgi://localhost"
        </FilesMatch>

    Write instead::

        <Proxy "http://localhost:5601">
            ProxySet timeout=90
        </Proxy>
        ProxyPass "/" "http://localhost:5601/"

    Silent on (a member's parameters on its own line)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" timeout=90
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Source: `ap_proxy_get_worker_ex` (proxy_util.c), `add_member` (mod_proxy.c). Tested on httpd 2.4.71.
    """
    if not context.configuration.find(*_SECTION):
        return
    candidates = [worker for worker in context.workers if worker.params and _set_up(worker)]
    if not candidates:
        return
    met = {id(mapping.worker) for mapping in context.mappings}
    targets = [mapping.target for mapping in context.mappings if mapping.target is not None]
    if any(target.variables for target in targets):
        return
    alone = [
        mapping.target
        for mapping in context.mappings
        if mapping.kind == "SetHandler" and mapping.target is not None and mapping.target.socket is not None
        if mapping.worker is None
    ]
    members = [member.target for member in context.members]
    for worker in candidates:
        first = None if id(worker) in met else _of_the_same_name(context, worker)
        if first is not None:
            yield _behind(worker, first)
            continue
        if id(worker) in met or any(_named(target) == _named(worker.target) for target in targets):
            continue
        near = [target.place for target in targets if _similar(target, worker.target)]
        near = near or [target.place for target in alone if target.scheme == worker.target.scheme]
        same = [target.place for target in members if _key(target) == _key(worker.target)]
        if not near and not same:
            continue
        params = list(worker.params.values())
        names = words([f"{param.key}={param.value}" for param in params])
        verb = "has" if len(params) == 1 else "have"
        yield Found(
            params[0].place,
            f'{names} {verb} no effect: no request meets the worker "{worker.name}"',
            related=_related(near, "this is another worker") or _related(same, "a member is a worker of its own"),
            help="Give the section the URL of that line, letter by letter."
            if near
            else "Write the parameters on the BalancerMember line.",
        )


def _of_the_same_name(context: Context, worker: Worker) -> Mapping | None:
    """The line whose worker httpd finds first: a section that names the scheme's own port makes a second one."""
    if worker.target.port != DEFAULT_PORTS.get(worker.target.scheme):
        return None
    for mapping in context.mappings:
        other = mapping.worker
        if isinstance(other, Worker) and other is not worker and other.name == worker.name:
            return mapping if other.server is worker.server else None
    return None


def _behind(worker: Worker, first: Mapping) -> Found:
    params = list(worker.params.values())
    names = words([f"{param.key}={param.value}" for param in params])
    return Found(
        params[0].place,
        f"{names} {'has' if len(params) == 1 else 'have'} no effect: with the port {worker.target.port}, the section "
        f'makes a second worker "{worker.name}"',
        related=_related([first.place], "every request meets the worker of this line"),
        help=f'Write "{worker.name}" in the section, without the port.',
    )


def _set_up(worker: Worker) -> bool:
    """Whether `<Proxy>` sections alone define it."""
    return worker.target.socket is None and all(one.node.key in _SECTION for one in worker.definitions)


def _named(target: Target) -> str:
    """Scheme, host and port as mod_proxy compares them."""
    return target.identity[: origin(target.identity)]


def _key(target: Target) -> tuple[str, int | None]:
    """Host and port, whatever name the machine itself has."""
    port = DEFAULT_PORTS.get(target.scheme) if target.port is None else target.port
    return _machine(target), port


def _machine(target: Target) -> str:
    return "localhost" if target.host in _LOOPBACK else target.host


def _similar(target: Target, worker: Target) -> bool:
    """Whether a target means what a worker names otherwise."""
    if not target.path.startswith(worker.path.rstrip("/")):
        return False
    # Without ports, the same machine by another scheme: the backend came to speak TLS, and the section was forgotten.
    return _key(target) == _key(worker) or (target.port is worker.port is None and _machine(target) == _machine(worker))


def _related(places: list[Place], why: str) -> tuple[Related, ...]:
    return tuple(Related(place, why) for place in places[:5])
