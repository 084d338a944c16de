"""Lines that find their worker already there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.conditions import apart
from hpatch.lint.rules._shared.params import words

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Definition, Param, Worker

_WORKERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#workers"
_MAPPINGS = ("proxypass", "proxypassmatch")


def _shared(context: Context) -> list[Worker]:
    """The workers outside balancers that more than one line has."""
    workers = (worker for server in context.proxy.servers for worker in server.workers)
    return [worker for worker in workers if len(worker.definitions) > 1]


def _later(worker: Worker) -> Iterator[Definition]:
    """The lines that found a worker there, and have no socket but the worker's (that is uds-worker-collision)."""
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
    """Parameters that httpd ignores, because another line made the worker.

    A ProxyPass whose URL begins with the name of a worker that is already there shares that worker, and all its own
    parameters are ignored, unread: not even an unknown one is refused. httpd says so once at start (AH01146).
    Parameters that the worker has anyway, with the same value, are no fault.

    Fires on::

        ProxyPass "/app" "http://10.0.0.5:8080/app"
        ProxyPass "/app/reports" "http://10.0.0.5:8080/app/reports" timeout=600

    Write instead::

        ProxyPass "/app/reports" "http://10.0.0.5:8080/app/reports" timeout=600
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Source: add_pass (mod_proxy.c), "Worker sharing" in the manual of mod_proxy; tried on httpd 2.4.71.
    """
    for worker in _shared(context):
        for definition in _later(worker):
            lost = _lost(worker, definition)
            if not lost:
                continue
            names = words([f"{param.key}={param.value}" for param in lost])
            yield Found(
                lost[0].place,
                f'{names} {"is" if len(lost) == 1 else "are"} ignored: "{definition.target.text}" shares the '
                f'worker "{worker.name}"',
                (Related(worker.node.place, f'the worker "{worker.name}" is made here'),),
                "Put the line with the longer URL first, or the parameters on the line that makes the worker.",
            )


@rule("WK004", "worker-shared", "info", confidence="medium", references=(_WORKERS,))
def worker_shared(context: Context) -> Iterator[Found]:
    """A mapping that shares the worker of another mapping.

    The two have one pool of connections, one state and one set of parameters. That is often what is wanted; it is
    worth knowing when one of them gets parameters (which would be ignored on the later line).

    Silent where a `<Proxy>` section made the worker for the mappings to use, and where the URLs are the same.

    Fires on::

        ProxyPass "/app" "http://10.0.0.5:8080/app"
        ProxyPass "/application" "http://10.0.0.5:8080/application"

    Write instead::

        ProxyPass "/application" "http://10.0.0.5:8080/application"
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Source: add_pass (mod_proxy.c), "Worker sharing" in the manual of mod_proxy (AH01145); tried on httpd 2.4.71.
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
                definition.target.place,
                f'"{definition.target.text}" shares the worker "{worker.name}"',
                (Related(worker.node.place, f'the worker "{worker.name}" is made here'),),
                "Put the line with the longer URL first, if it is to have a worker of its own.",
            )


@rule("WK005", "member-duplicate", "warning", references=(_WORKERS,))
def member_duplicate(context: Context) -> Iterator[Found]:
    """A balancer's member that is there already.

    Members are told apart by `scheme://host[:port]/path` as far as the first one goes: one whose URL begins with that
    of an earlier one is that one. The balancer has one member less than its configuration says, and the
    parameters of the later line are ignored (AH01149, AH01150).

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

    Source: add_member (mod_proxy.c); tried on httpd 2.4.71.
    """
    for server in context.proxy.servers:
        for balancer in server.balancers:
            for worker in balancer.members:
                for definition in _later(worker):
                    if definition.node.key != "balancermember":
                        continue
                    lost = _lost(worker, definition)
                    ignored = f", and {words([f'{param.key}={param.value}' for param in lost])} ignored" if lost else ""
                    yield Found(
                        definition.target.place,
                        f'"{definition.target.text}" is the member "{worker.name}" of "{balancer.name}" again{ignored}',
                        (Related(worker.node.place, f'the member "{worker.name}" is made here'),),
                        "Remove the line, or give the member the URL of another backend.",
                    )
