"""Lines whose worker another line has already defined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.conditions import apart
from hpatch.lint.rules._shared.params import words

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Definition, Param, Worker

_WORKERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#workers"
_MAPPINGS = ("proxypass", "proxypassmatch")


def _shared(context: Context) -> list[Worker]:
    """The workers outside balancers that more than one line uses."""
    return [worker for worker in context.workers if len(worker.definitions) > 1 and worker.balancer is None]


def _later(worker: Worker) -> Iterator[Definition]:
    """The lines that share a worker and have the worker's socket (another socket is for uds-worker-collision)."""
    for definition in worker.definitions[1:]:
        if definition.target.socket == worker.target.socket and not apart(definition.node, worker.node):
            yield definition


def _lost(worker: Worker, definition: Definition) -> list[Param]:
    """The parameters of a line that httpd ignores, and that would change something."""
    found = []
    for param in definition.params:
        effective = worker.params.get(param.key.lower())
        if effective is None or effective.value.lower() != param.value.lower():
            found.append(param)
    return found


@rule("WK003", "worker-shared-params", "warning", references=(_WORKERS,))
def worker_shared_params(context: Context) -> Iterator[Found]:
    """httpd ignores these parameters because another line defined the worker.

    A ProxyPass whose URL begins with the name of an existing worker shares that worker. httpd ignores all parameters of
    the line without reading them: it does not even refuse an unknown one. It logs this once, at start (AH01146).

    The rule is silent about parameters that the worker already has with the same value.

    Write the line with the longer URL first, or move the parameters to the line that defines the worker.

    Fires on::

        ProxyPass "/app" "http://10.0.0.5:8080/app"
        ProxyPass "/app/reports" "http://10.0.0.5:8080/app/reports" timeout=600

    Write instead::

        ProxyPass "/app/reports" "http://10.0.0.5:8080/app/reports" timeout=600
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Silent on (the worker has the same value already)::

        ProxyPass "/app" "http://10.0.0.5:8080/app" timeout=600
        ProxyPass "/app/reports" "http://10.0.0.5:8080/app/reports" timeout=600

    Source: add_pass (mod_proxy.c), "Worker sharing" in the mod_proxy documentation; tested on httpd 2.4.71.
    """
    for worker in _shared(context):
        for definition in _later(worker):
            lost = _lost(worker, definition)
            if not lost:
                continue
            names = words([f"{param.key}={param.value}" for param in lost])
            yield Found(
                place=lost[0].place,
                message=f'{names} {"is" if len(lost) == 1 else "are"} ignored: "{definition.target.text}" shares the '
                f'worker "{worker.name}"',
                related=(Related(worker.node.place, f'the worker "{worker.name}" is defined here'),),
                help="Write the line with the longer URL first, or move the parameters to the line that defines the "
                "worker.",
            )


@rule("WK004", "worker-shared", "info", confidence="medium", references=(_WORKERS,))
def worker_shared(context: Context) -> Iterator[Found]:
    """The mapping shares the worker of another mapping.

    The two mappings have one connection pool, one state and one set of parameters. This is often intended. It matters
    when you add parameters to one of them: httpd ignores parameters on the later line.

    The rule is silent when a `<Proxy>` section defines the worker for the mappings to share, and when the URLs are
    equal.

    If the mapping needs its own worker, write the line with the longer URL first.

    Fires on::

        ProxyPass "/app" "http://10.0.0.5:8080/app"
        ProxyPass "/application" "http://10.0.0.5:8080/application"

    Write instead::

        ProxyPass "/application" "http://10.0.0.5:8080/application"
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Source: add_pass (mod_proxy.c), "Worker sharing" in the mod_proxy documentation (AH01145); tested on httpd 2.4.71.
    """
    for worker in _shared(context):
        if worker.node.key not in _MAPPINGS:
            continue
        for definition in _later(worker):
            if definition.node.key not in _MAPPINGS or _lost(worker, definition):
                continue
            if definition.target.identity == worker.name:
                continue
            yield Found(
                place=definition.target.place,
                message=f'"{definition.target.text}" shares the worker "{worker.name}", its connections and its '
                "parameters",
                related=(Related(worker.node.place, f'the worker "{worker.name}" is defined here'),),
                help="If it needs its own worker, write the line with the longer URL first.",
            )


@rule("WK005", "member-duplicate", "warning", references=(_WORKERS,))
def member_duplicate(context: Context) -> Iterator[Found]:
    """The balancer already has this member.

    mod_proxy compares members by `scheme://host[:port]/path`. A member whose URL begins with the URL of an earlier
    member is taken for that member. The balancer has one member less than written, and httpd ignores the parameters of
    the later line (AH01149, AH01150).

    Remove the line, or give the member the URL of another backend.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.5:8080" timeout=30
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080" timeout=30
        </Proxy>

    Silent on (the members of two balancers)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>
        <Proxy "balancer://api">
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>

    Source: add_member (mod_proxy.c); tested on httpd 2.4.71.
    """
    for balancer in context.balancers:
        for worker in balancer.members:
            for definition in _later(worker):
                if definition.node.key != "balancermember":
                    continue
                lost = _lost(worker, definition)
                ignored = f"; httpd ignores {words([f'{param.key}={param.value}' for param in lost])}" if lost else ""
                yield Found(
                    place=definition.target.place,
                    message=f'"{balancer.name}" takes "{definition.target.text}" for its member "{worker.name}" '
                    f"and adds no member{ignored}",
                    related=(Related(worker.node.place, f'the member "{worker.name}" is defined here'),),
                    help="Remove the line, or give the member the URL of another backend.",
                )
