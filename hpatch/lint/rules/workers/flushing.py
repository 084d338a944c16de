"""When httpd passes on what a FastCGI or AJP backend has sent so far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import changed, uses
from hpatch.lint.rules._shared.passes import covers, literal, schemes
from hpatch.proxy.model import Balancer, Worker

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_READERS = ("ajp", "fcgi")
_STREAM = r"(?i)(?:^|[/_.-])(?:sse|events?|event-?streams?|streams?|streaming|eventsource|mercure)(?:[/_.-]|$)"


_ALL_SCRIPTS = r"\^?/?\(*\^?/?\.[*+]\??\)*\\\."
"""The beginning of a pattern for every file with an ending, such as `^/(.*\\.php)$`."""


@rule("WK047", "flushpackets-always", "info", confidence="medium", references=(_PARAMETERS,), fix="unsafe")
def flushpackets_always(context: Context) -> Iterator[Found]:
    """`flushpackets=on` sends each piece of every page by itself.

    httpd sends each record of the backend on at once, most often as a packet of its own, and filters such as
    mod_deflate flush after each, so that they compress less. Streams of events need that, pages do not.

    The rule reports workers that a whole server, all scripts or a handler use, and is silent for those of a path.

    Write `flushpackets=auto`, which passes on what has come when the backend pauses, or remove it.

    Fires on::

        ProxyPass "/" "fcgi://127.0.0.1:9000/srv/www/" flushpackets=on

    Fires on (the worker of a handler)::

        <Proxy "fcgi://127.0.0.1:9000" flushpackets=on>
        </Proxy>
        <FilesMatch "\\.php$">
            SetHandler "proxy:fcgi://127.0.0.1:9000"
        </FilesMatch>

    Write instead::

        ProxyPass "/" "fcgi://127.0.0.1:9000/srv/www/" flushpackets=auto

    Silent on (a path for streams)::

        ProxyPass "/events" "fcgi://127.0.0.1:9000/srv/www/events" flushpackets=on

    Source: the flushpackets parameter in the ProxyPass documentation, dispatch (mod_proxy_fcgi.c); tested on httpd
    2.4.71.
    """
    flushed = [use for use in uses(context, "flushpackets") if use.reading is not None and use.reading.value == "on"]
    if not flushed:
        return
    first: dict[int, Mapping] = {}
    for mapping in context.mappings:
        if mapping.target is not None and _all_pages(mapping):
            workers = mapping.worker.effective_members if isinstance(mapping.worker, Balancer) else [mapping.worker]
            for worker in workers:
                first.setdefault(id(worker), mapping)
    for use in flushed:
        if isinstance(use.owner, Worker) and id(use.owner) in first and use.owner.target.scheme in _READERS:
            yield Found(
                use.place,
                f'"{use.text}" sends each piece of every page by itself',
                related=(Related(first[id(use.owner)].place, "all these pages go this way"),),
                help='Write "flushpackets=auto".',
                fix=changed(use.param.node, use.place, use.text, "flushpackets=auto", "flush when the backend pauses"),
            )


def _all_pages(mapping: Mapping) -> bool:
    """Whether all pages or scripts of a server go the way of a mapping, or those that a handler is set for."""
    if mapping.kind == "SetHandler":
        return literal(mapping) in ("", "/")
    return covers(mapping) == "/" or (mapping.pattern and re.match(_ALL_SCRIPTS, mapping.path) is not None)


@rule("WK048", "stream-held", "info", advice=True, confidence="medium", references=(_PARAMETERS,))
def stream_held(context: Context) -> Iterator[Found]:
    """httpd holds a stream of events back until its buffer is full or the response ends.

    mod_proxy_fcgi and mod_proxy_ajp collect what the backend sends. The client sees the first event when 8 KiB have
    come, or at the end. HTTP backends need nothing: mod_proxy_http passes on what has come when the backend pauses.

    The rule reports mappings, handlers and rules to FastCGI and AJP whose path is named like a stream: `events`, `sse`,
    `stream`.

    Add `flushpackets=on` or `flushpackets=auto`.

    Fires on::

        ProxyPass "/events" "fcgi://127.0.0.1:9000/srv/www/events.php"

    Write instead::

        ProxyPass "/events" "fcgi://127.0.0.1:9000/srv/www/events.php" flushpackets=on

    Silent on (HTTP)::

        ProxyPass "/events" "http://127.0.0.1:8080/events"

    Source: the flushpackets parameter in the ProxyPass documentation; tested on httpd 2.4.71.
    """
    for mapping in context.mappings:
        if mapping.target is None or not schemes(mapping).intersection(_READERS):
            continue
        path = literal(mapping)
        if re.search(_STREAM, path) is None:
            continue
        worker = mapping.worker
        workers = worker.effective_members if isinstance(worker, Balancer) else [worker] if worker else []
        if any("flushpackets" in one.params for one in workers):
            continue
        yield Found(
            mapping.place,
            f'events below "{path}" reach the client when the buffer is full, or at the end',
            help='Add "flushpackets=on".',
        )
