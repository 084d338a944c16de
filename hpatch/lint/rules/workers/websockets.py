"""WebSocket connections through httpd."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, number
from hpatch.lint.rules._shared.passes import WEBSOCKET, literal, parameter, schemes
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.lint.rules._shared.scope import conditional, proxied
from hpatch.proxy.model import Balancer, Worker
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.rewriting import Rewrite
    from hpatch.proxy.model import Mapping

_WSTUNNEL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_wstunnel.html"
_UPGRADE = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#wsupgrade"
_HTTP10 = "https://httpd.apache.org/docs/2.4/env.html#special"
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

    The rule reports targets with ws, wss, `upgrade=websocket` or `upgrade=any` for which that time is at most 60
    seconds.

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
        ours = number(in_server(context, "timeout", mapping.server.node), _TIMEOUT)
        if ours is None:
            continue
        for worker in _workers(mapping) or (None,):
            theirs = _worker_timeout(mapping, worker)
            if theirs is None:
                continue
            ends = min(ours, theirs or ours) if context.before("tunnel-longer-timeout") else max(ours, theirs)
            if ends <= _TIMEOUT:
                yield Found(
                    mapping.place,
                    f'httpd closes a WebSocket to "{mapping.target.text}" that is silent for {ends} seconds',
                    help='Give the worker a longer time: "timeout=600".',
                )
                break


def _workers(mapping: Mapping) -> list[Worker]:
    """The workers that a mapping uses: its own, or its balancer's members."""
    worker = mapping.worker
    if isinstance(worker, Balancer):
        return worker.effective_members
    return [] if worker is None else [worker]


def _worker_timeout(mapping: Mapping, worker: Worker | None) -> int | None:
    """The time of a worker in seconds, 0 if it has none, None if it is not known."""
    given = None if isinstance(mapping.worker, Balancer) else parameter(mapping, "timeout")
    param = given or (None if worker is None else worker.params.get("timeout"))
    setting = mapping.server.setting("proxytimeout")
    text = param.value if param is not None else setting.value if setting is not None else "0"
    found = re.match(r"\d+", text)
    return None if found is None else whole_number(found[0])


def _upgrades(mapping: Mapping) -> bool:
    """Whether mod_proxy_http passes on an upgrade to WebSocket: no other value of `upgrade` lets it through."""
    given = [parameter(mapping, "upgrade"), *(one.params.get("upgrade") for one in _workers(mapping))]
    return any(one.value.lower() in ("websocket", "any") for one in given if one is not None)


@rule("WK051", "websocket-no-upgrade", "info", advice=True, confidence="medium", references=(_UPGRADE, _WSTUNNEL))
def websocket_no_upgrade(context: Context) -> Iterator[Found]:
    """WebSockets do not get through: mod_proxy_http drops the Upgrade header.

    The backend sees a plain request, and the browser's connection fails. httpd passes an upgrade on if the mapping has
    `upgrade=websocket` (2.4.47 and later), or if the target is a ws:// URL.

    The rule reports mappings and rules that lead to HTTP, and whose path is named like a WebSocket: `/ws`,
    `/websocket`, `/socket.io`, `/cable`. It is silent if a RewriteRule of the same server leads to ws://.

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
    for mapping in context.mappings:
        if mapping.target is None or not schemes(mapping) <= {"http", "https"} or not schemes(mapping):
            continue
        path = literal(mapping)
        if re.search(_NAMED, path) is None or _upgrades(mapping):
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
            f'httpd drops the Upgrade header for "{path}": WebSockets do not get through',
            help='Add "upgrade=websocket".',
        )


@rule("WK056", "websocket-rule-to-http", "error", references=(_UPGRADE, _WSTUNNEL))
def websocket_rule_to_http(context: Context) -> Iterator[Found]:
    """The rule for WebSockets leads to http://, where httpd drops the Upgrade header: no WebSocket gets through.

    The condition chooses the requests for a WebSocket, and the rule hands them on as plain requests. The backend
    answers like for a page, and the browser's connection fails.

    The rule is silent if a worker for the target has `upgrade=websocket` (2.4.47 and later).

    Write ws:// for http://, and wss:// for https://.

    Fires on::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "websocket" [NC]
        RewriteRule "^/(.*)" "http://10.0.0.5:3000/$1" [P]

    Write instead::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "websocket" [NC]
        RewriteRule "^/(.*)" "ws://10.0.0.5:3000/$1" [P]

    Silent on (the worker lets the upgrade through)::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "websocket" [NC]
        RewriteRule "^/(.*)" "http://10.0.0.5:3000/$1" [P]
        ProxyPass "/" "http://10.0.0.5:3000/" upgrade=websocket

    Silent on (requests that are not for a WebSocket)::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "!websocket" [NC]
        RewriteRule "^/(.*)" "http://10.0.0.5:3000/$1" [P]

    Source: proxy_http_handler (mod_proxy_http.c), the "Protocol Upgrade" section of the mod_proxy documentation;
    tested on httpd 2.4.71.
    """
    if "rewritecond" not in context.configuration.by_key:
        return
    asked = {one.node: one for one in rewrites(context) if one.rule.proxied and _for_websockets(one)}
    for mapping in context.handed if asked else ():
        target = mapping.target
        one = asked.get(mapping.node)
        if one is None or target is None or target.variables or target.balancer or _upgrades(mapping):
            continue
        if target.scheme in ("http", "https"):
            tunnel = target.scheme.replace("http", "ws")
            yield Found(
                mapping.place,
                f'httpd drops the Upgrade header on the way to "{target.text}": no WebSocket gets through',
                related=(Related(one.conditions[0][0].place, "the rule is for WebSockets"),),
                help=f"Write {tunnel}:// for {target.scheme}://.",
            )


def _for_websockets(one: Rewrite) -> bool:
    """Whether a rule runs for requests for a WebSocket only."""
    return any(
        re.fullmatch(r"%\{HTTP[:_]Upgrade\}", condition.test, re.IGNORECASE) is not None
        and re.fullmatch(r"[=^]?\(?websocket\)?\$?", condition.pattern, re.IGNORECASE) is not None
        and not {"or", "ornext"}.intersection(condition.flags)
        and not (index and {"or", "ornext"}.intersection(one.conditions[index - 1][1].flags))
        for index, (_, condition) in enumerate(one.conditions)
    )


@rule("WK057", "websocket-http10", "error", references=(_HTTP10, _UPGRADE))
def websocket_http10(context: Context) -> Iterator[Found]:
    """With `force-proxy-request-1.0` httpd asks by HTTP/1.0 and without the Upgrade header: no WebSocket gets through.

    The variable also holds for the targets of ws:// and for `upgrade=websocket`.

    The rule is silent where the variable is set for some requests only, by SetEnvIf or in an `<If>`.

    Set it in a `<Location>` that is not that of the WebSockets, or remove it: a backend that needs it is rare.

    Fires on::

        SetEnv force-proxy-request-1.0 1
        ProxyPass "/chat" "ws://10.0.0.5:8080/chat"

    Fires on (by way of HTTP)::

        SetEnv force-proxy-request-1.0 1
        ProxyPass "/" "http://10.0.0.5:8080/" upgrade=websocket

    Write instead::

        ProxyPass "/chat" "ws://10.0.0.5:8080/chat"

    Silent on (the variable is for another path)::

        <Location "/old">
            SetEnv force-proxy-request-1.0 1
        </Location>
        ProxyPass "/old" "http://10.0.0.5:8080/old"
        ProxyPass "/chat" "ws://10.0.0.5:8080/chat"

    Silent on (this one does no harm to WebSockets)::

        SetEnv proxy-nokeepalive 1
        ProxyPass "/chat" "ws://10.0.0.5:8080/chat"

    Source: ap_proxy_create_hdrbrgd (proxy_util.c), proxy_http_handler (mod_proxy_http.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find("setenv"):
        if [word.lower() for word in node.words[:1]] != ["force-proxy-request-1.0"]:
            continue
        if not node.certain or conditional(node):
            continue
        tunnels = (one for one in proxied(context, node) if schemes(one).intersection(WEBSOCKET) or _upgrades(one))
        mapping = next(tunnels, None)
        if mapping is not None and mapping.target is not None:
            yield Found(
                node.place,
                f'no WebSocket gets through to "{mapping.target.text}": httpd asks by HTTP/1.0, without Upgrade',
                related=(Related(mapping.place, "the WebSockets"),),
                help="Set it in a <Location> that is not that of the WebSockets, or remove it.",
            )
