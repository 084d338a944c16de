"""How many requests httpd serves at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, number
from hpatch.lint.rules._shared.mpm import THREADS, mpm
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_WORKERS = "https://httpd.apache.org/docs/2.4/mod/mpm_common.html#maxrequestworkers"
_LIMIT = "To increase it, set {limit} to at least {needed}, above this line."


class _Limits(NamedTuple):
    """What an MPM has where nothing is set, and its greatest ServerLimit."""

    workers: int
    servers: int
    most_servers: int
    threads: int = 1
    most_threads: int = 1


_EVENT = _Limits(workers=400, servers=16, most_servers=20000, threads=THREADS, most_threads=64)
_PREFORK = _Limits(workers=256, servers=256, most_servers=200000)


@rule("CA001", "workers-lowered", "warning", references=(_WORKERS,))
def workers_lowered(context: Context) -> Iterator[Found]:
    """httpd lowers or raises MaxRequestWorkers or ThreadsPerChild, because another limit does not fit.

    With the event and worker MPMs, MaxRequestWorkers can be at most ServerLimit times ThreadsPerChild (16 times 25
    where nothing is set), and ThreadsPerChild at most ThreadLimit (64). With prefork, MaxRequestWorkers can be at most
    ServerLimit (256). httpd changes the number to what fits, says so in one warning at the start, and serves fewer
    requests at once than the line promises. The rest waits.

    MaxRequestWorkers should be a multiple of ThreadsPerChild. httpd rounds it down, and the severity is then info.

    The rule is silent if the MPM is not known.

    Raise ServerLimit or ThreadLimit, or lower the number.

    Fires on (httpd serves 400 requests at once)::

        # options: --mpm event
        MaxRequestWorkers 1000

    Fires on (httpd starts 64 threads in each process)::

        # options: --mpm event
        ServerLimit 4
        ThreadsPerChild 128
        MaxRequestWorkers 256

    Write instead::

        # options: --mpm event
        ServerLimit 40
        MaxRequestWorkers 1000

    Silent on (exactly 16 times 25)::

        # options: --mpm event
        MaxRequestWorkers 400

    Source: event_check_config (event.c), worker_check_config (worker.c) and prefork_check_config (prefork.c); the
    messages of httpd 2.4.71: AH00507, AH00511, AH00513, AH00515.
    """
    kind = mpm(context)
    if kind is None:
        return
    limits, threaded = (_PREFORK, False) if kind == "prefork" else (_EVENT, True)
    lines = {
        key: in_server(context, key, None)
        for key in ("serverlimit", "threadlimit", "threadsperchild", "maxrequestworkers")
    }
    lines["maxrequestworkers"] = _later(lines["maxrequestworkers"], in_server(context, "maxclients", None))
    if any(line is not None and not line.certain for line in lines.values()):
        return
    servers = number(lines["serverlimit"], limits.servers)
    workers = number(lines["maxrequestworkers"], limits.workers)
    threads = number(lines["threadsperchild"], limits.threads) if threaded else 1
    most_threads = number(lines["threadlimit"], limits.most_threads) if threaded else 1
    if not (servers and workers and threads and most_threads):
        return
    servers = min(servers, limits.most_servers)
    line = lines["threadsperchild"]
    if threads > most_threads:
        if line is not None:
            yield _lowered(line, threads, most_threads, "ThreadLimit", lines["threadlimit"], threads)
        threads = most_threads
    line = lines["maxrequestworkers"]
    if line is None:
        return
    if workers < threads:
        yield Found(
            line.place,
            f'httpd raises "{line.name} {workers}" to {threads}, the threads of one process (ThreadsPerChild)',
            related=_related(lines["threadsperchild"]),
            help="Lower ThreadsPerChild, too.",
        )
    elif workers // threads > servers:
        yield _lowered(line, workers, servers * threads, "ServerLimit", lines["serverlimit"], -(-workers // threads))
    elif workers % threads:
        yield Found(
            line.place,
            f'httpd lowers "{line.name} {workers}" to {workers - workers % threads}, a multiple of ThreadsPerChild '
            f"({threads})",
            related=_related(lines["threadsperchild"]),
            help="Choose a multiple of ThreadsPerChild.",
            severity="info",
        )


def _later(one: Node | None, other: Node | None) -> Node | None:
    """The last of two lines for the same thing: the older name of a directive is another key."""
    if one is None or other is None:
        return one or other
    if one.source is other.source:
        return max(one, other, key=lambda node: node.start)
    return one


def _lowered(line: Node, given: int, possible: int, limit: str, limiting: Node | None, needed: int) -> Found:
    return Found(
        line.place,
        f'httpd lowers "{line.name} {given}" to {possible}: {limit} '
        + ("does not allow more" if limiting is not None else "is not set"),
        related=_related(limiting),
        help=_LIMIT.format(limit=limit, needed=needed),
    )


def _related(line: Node | None) -> tuple[Related, ...]:
    return () if line is None else (Related(line.place, "the other limit"),)
