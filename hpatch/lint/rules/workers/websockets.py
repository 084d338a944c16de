"""WebSocket connections through httpd."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, number
from hpatch.lint.rules._shared.passes import WEBSOCKET, parameter, schemes
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.proxy.model import Balancer, Worker

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_WSTUNNEL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_wstunnel.html"
_UPGRADE = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#wsupgrade"
_TIMEOUT = 60
"""Timeout where nothing is set, in seconds."""
_NAMED = (
    r"(?i)(?:^|/)(?:wss?|web-?sockets?|socket\.io|engine\.io|sockjs(?:-node)?|cable|signalr|_blazor|graphql-ws"
    r"|websockify|novnc|ttyd|terminals)(?:/|$)"
)


@rule("WK050", "websocket-idle", "info", advice=True, confidence="medium", references=(_WSTUNNEL, _UPGRADE))
def websocket_idle(context: Context) -> Iterator[Found]:
    """httpd closes a WebSocket that is silent for a minute.

    A tunnel ends when nothing has come from either side for the longer of Timeout and the worker's `timeout` (or
    ProxyTimeout). Before httpd 2.4.53 it is the shorter one. Applications that send a ping more often than that are
    not concerned.

    The rule reports targets with ws, wss or `upgrade=` for which that time is at most 60 seconds.

    Give the worker a longer `timeout`.

    Fires on::

        ProxyPass "/chat" "ws://10.0.0.5:8080/chat"

    Fires on (by way of HTTP)::

        Timeout 30
        ProxyPass "/" "http://10.0.0.5:8080/" upgrade=websocket

    Write instead::

        ProxyPass "/chat" "ws://10.0.0.5:8080/chat" timeout=600

    Silent on (as Debian does it)::

        Timeout 300
        ProxyPass "/chat" "ws://10.0.0.5:8080/chat"

    Source: ap_proxy_tunnel_create (proxy_util.c), CHANGES of 2.4.53; tested on httpd 2.4.71.
    """
    for mapping in context.mappings:
        if mapping.target is None or mapping.target.variables:
            continue
        if not schemes(mapping).intersection(WEBSOCKET) and not _upgrades(mapping):
            continue
        worker = mapping.worker
        if worker is not None and not isinstance(worker, Worker):
            continue
        ours = number(in_server(context, "timeout", mapping.server.node), _TIMEOUT)
        theirs = _worker_timeout(mapping, worker)
        if ours is None or theirs is None:
            continue
        ends = min(ours, theirs or ours) if context.before("tunnel-longer-timeout") else max(ours, theirs)
        if ends <= _TIMEOUT:
            yield Found(
                mapping.place,
                f'httpd closes a WebSocket to "{mapping.target.text}" that is silent for {ends} seconds',
                help='Give the worker a longer time: "timeout=600".',
            )


def _worker_timeout(mapping: Mapping, worker: Worker | None) -> int | None:
    """The time of a worker in seconds, 0 if it has none, None if it is not known."""
    param = parameter(mapping, "timeout") or (None if worker is None else worker.params.get("timeout"))
    setting = mapping.server.setting("proxytimeout")
    text = param.value if param is not None else setting.value if setting is not None else "0"
    found = re.match(r"\d+", text)
    return None if found is None else int(found[0])


def _upgrades(mapping: Mapping) -> bool:
    if parameter(mapping, "upgrade") is not None:
        return True
    worker = mapping.worker
    workers = worker.effective_members if isinstance(worker, Balancer) else [worker] if worker is not None else []
    return any("upgrade" in one.params for one in workers)


@rule("WK051", "websocket-no-upgrade", "info", advice=True, confidence="medium", references=(_UPGRADE, _WSTUNNEL))
def websocket_no_upgrade(context: Context) -> Iterator[Found]:
    """WebSockets do not get through: mod_proxy_http drops the Upgrade header.

    The backend sees a plain request, and the browser's connection fails. httpd passes an upgrade on if the mapping has
    `upgrade=websocket` (2.4.47 and later), or if the target is a ws:// URL.

    The rule reports mappings to HTTP whose path is named like a WebSocket: `/ws`, `/websocket`, `/socket.io`, `/cable`.
    It is silent if a RewriteRule of the same server leads to ws://.

    Add `upgrade=websocket`, or map the path to ws://.

    Fires on::

        ProxyPass "/socket.io" "http://10.0.0.5:3000/socket.io"

    Write instead::

        ProxyPass "/socket.io" "http://10.0.0.5:3000/socket.io" upgrade=websocket

    Silent on (the rule takes WebSockets)::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "websocket" [NC]
        RewriteRule "^/(.*)" "ws://10.0.0.5:3000/$1" [P]
        ProxyPass "/socket.io" "http://10.0.0.5:3000/socket.io"

    Source: the "Protocol Upgrade" section of the mod_proxy documentation; tested on httpd 2.4.71.
    """
    by_rule: set[Node | None] | None = None
    for mapping in context.passes:
        target = mapping.target
        if target is None or mapping.pattern or not schemes(mapping) <= {"http", "https"} or not schemes(mapping):
            continue
        if re.search(_NAMED, mapping.path) is None or _upgrades(mapping):
            continue
        if by_rule is None:
            lines = [one for one in rewrites(context) if one.rule.proxied]
            by_rule = {
                one.node.inside("<virtualhost")
                for one in lines
                if re.match(r"(?i)wss?:|balancer:", one.rule.substitution) or "%{" in one.rule.substitution[:12]
            }
        if None in by_rule or mapping.server.node in by_rule:
            continue
        yield Found(
            mapping.place,
            f'httpd drops the Upgrade header for "{mapping.path}": WebSockets do not get through',
            help='Add "upgrade=websocket".',
        )
