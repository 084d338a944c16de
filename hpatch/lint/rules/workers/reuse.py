"""`enablereuse` and `disablereuse`: whether httpd keeps connections to a backend open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.facts.versions import since
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.conditions import apart
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.params import dropped, uses, words
from hpatch.proxy.model import Worker

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.params import Use

_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_MATCH = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch"
_AUTHORITY = r"(?i)[a-z][a-z0-9+.-]*://([^/?]*)"


@rule("WK014", "reuse-both", "warning", references=(_PARAMETERS,), fix="safe")
def reuse_both(context: Context) -> Iterator[Found]:
    """`enablereuse` and `disablereuse` contradict each other.

    Both set the same switch. The last one counts, and httpd ignores the other without a message.

    Keep one of them.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" enablereuse=on disablereuse=on

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" disablereuse=on

    Source: set_worker_param (mod_proxy.c).
    """
    switches: dict[int, list[Use]] = {}
    for use in uses(context, "enablereuse", "disablereuse"):
        if isinstance(use.owner, Worker):
            switches.setdefault(id(use.owner), []).append(use)
    for found in switches.values():
        last = found[-1]
        for earlier in found[:-1]:
            same = earlier.param.value.lower() == last.param.value.lower()
            if apart(earlier.param.node, last.param.node):
                continue
            if earlier.key != last.key and same and last.param.value.lower() in ("on", "off"):
                yield Found(
                    place=earlier.place,
                    message=f'"{last.text}" overrides "{earlier.text}": both set the same switch, '
                    "and the last one counts",
                    related=(Related(last.place, "this one counts"),),
                    help="Keep one of them.",
                    fix=dropped(earlier, f'remove "{earlier.param.key}"', safe=True),
                )
                break


@rule("WK015", "reuse-dollar-host", "warning", references=(_MATCH,), fix="safe")
def reuse_dollar_host(context: Context) -> Iterator[Found]:
    """`enablereuse=on` is set although the pattern decides the host or port.

    A worker keeps connections to one address. If `$1` stands in the host or port, the address differs from request to
    request. httpd 2.4.59 and later ignore `enablereuse` in that case (AH10400). By their source, httpd 2.4.47 to 2.4.58
    would send the requests for all hosts over the connection to the first one; there the finding is an error with
    medium confidence.

    Remove `enablereuse`, or write one line for each host.

    Fires on::

        ProxyPassMatch "^/node([0-9])/(.*)" "http://node$1.example.org/$2" enablereuse=on

    Write instead::

        ProxyPassMatch "^/node([0-9])/(.*)" "http://node$1.example.org/$2"

    Silent on (the pattern decides the path only)::

        ProxyPassMatch "^/node([0-9])/(.*)" "http://node.example.org/$1/$2" enablereuse=on

    Source: ap_proxy_define_worker_ex and ap_proxy_initialize_worker (proxy_util.c), read for 2.4.48, 2.4.58 and 2.4.62;
    AH10400 tested on httpd 2.4.71.
    """
    for use in uses(context, "enablereuse"):
        if use.param.value.lower() != "on" or not isinstance(use.owner, Worker):
            continue
        target = use.owner.target
        authority = re.match(_AUTHORITY, target.text.rpartition("|")[2])
        if authority is None or not re.search(r"\$[0-9]", authority[1]) or use.owner.node.key == "proxypass":
            continue
        if context.before("match-workers"):
            continue
        old = context.before("match-reuse-ignored")
        yield Found(
            use.place,
            f'"{use.text}" is {"dangerous" if old else "ignored"}: the address in "{target.text}" differs from request '
            "to request",
            help="Remove it, or write one line for each host.",
            severity="error" if old else None,
            confidence="medium" if old else None,
            fix=dropped(use, f'remove "{use.param.key}"', safe=not context.maybe_before("match-reuse-ignored")),
        )


@rule("WK016", "match-params-ignored", "warning", references=(_MATCH,))
def match_params_ignored(context: Context) -> Iterator[Found]:
    """This httpd version ignores the parameters of a ProxyPassMatch with `$1` in its URL.

    Before 2.4.47, httpd compares the name of such a worker literally, including `$1`, with the URL of a request. The
    name never matches, so the request goes through the generic worker, without the parameters.

    The rule is silent when the version of httpd is not known.

    Use ProxyPass, or upgrade httpd. ProxyTimeout can set a timeout for both.

    Fires on::

        # options: --httpd-version 2.4.41
        ProxyPassMatch "^/app/(.*)$" "http://10.0.0.5:8080/$1" timeout=300

    Write instead::

        # options: --httpd-version 2.4.41
        ProxyPass "/app/" "http://10.0.0.5:8080/" timeout=300

    Source: "Changed in 2.4.47" in the ProxyPassMatch documentation; ap_proxy_define_match_worker (proxy_util.c).
    """
    if not context.before("match-workers"):
        return
    for server in context.proxy.servers:
        for worker in server.workers:
            for definition in worker.definitions:
                if definition.node.key != "proxypassmatch" or not re.search(r"\$[0-9]", definition.target.text):
                    continue
                params = definition.params
                if not params or not definition.created:
                    continue
                names = words([f"{param.key}={param.value}" for param in params])
                yield Found(
                    params[0].place,
                    f"{names} {'has' if len(params) == 1 else 'have'} no effect before httpd {since('match-workers')}: "
                    f'no request matches the worker "{definition.target.text}"',
                    help=f"Use ProxyPass, or httpd {since('match-workers')} or later. ProxyTimeout can set a timeout.",
                )


_KEEPING = ("enablereuse", "keepalive", "min", "smax")


@rule("WK053", "reuse-without-ttl", "info", advice=True, confidence="medium", references=(_PARAMETERS,))
def reuse_without_ttl(context: Context) -> Iterator[Found]:
    """A kept connection may be one that the backend is about to close: the request gets 502.

    HTTP backends close idle connections after some seconds: gunicorn after 2, uvicorn and Node.js after 5, Tomcat after
    20. If httpd sends a request over such a connection at that moment, it gets no answer. With `ttl`, httpd does not
    use connections that have been idle for longer.

    The rule reports HTTP workers that are told to keep connections (`enablereuse=on`, `keepalive=on`, `min`, `smax`)
    without `ttl`. It is silent where the variable proxy-nokeepalive or proxy-initial-not-pooled is set.

    Set `ttl` below the time after which the backend closes idle connections.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" enablereuse=on

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" enablereuse=on ttl=2

    Silent on (FastCGI)::

        ProxyPass "/" "fcgi://10.0.0.5:9000/" enablereuse=on

    Source: the ttl parameter in the ProxyPass documentation; tested on httpd 2.4.71 (AH01102).
    """
    seen: set[int] = set()
    for use in uses(context, *_KEEPING):
        worker = use.owner
        if not isinstance(worker, Worker) or id(worker) in seen or worker.target.scheme not in ("http", "https"):
            continue
        if use.reading is None or use.reading.value in (False, 0, None) or "ttl" in worker.params or _closing(worker):
            continue
        seen.add(id(worker))
        if _careful(context, worker):
            continue
        yield Found(
            use.place,
            f'"{use.text}" keeps connections to "{worker.target.text}" for as long as the backend lets it',
            help="Set ttl below the time after which the backend closes idle connections.",
        )


def _careful(context: Context, worker: Worker) -> bool:
    """Whether a variable has connections closed, or first requests sent over new ones."""
    lines = context.configuration.find("setenv", "setenvif", "setenvifnocase")
    return any(
        server_of(line) in (None, worker.server.node) and re.search(_NEW_CONNECTIONS, line.args) is not None
        for line in lines
    )


_NEW_CONNECTIONS = r"\bproxy-(?:nokeepalive|initial-not-pooled)\b"


def _closing(worker: Worker) -> bool:
    """Whether a worker closes each connection, and asks for its backend's address each time."""
    switches = [worker.params[key] for key in ("disablereuse", "enablereuse") if key in worker.params]
    return any((switch.key.lower() == "disablereuse") is (switch.value.lower() == "on") for switch in switches)


_NUMERIC = r"\[.*\]|[0-9.]+|localhost|.*\.localhost"


@rule("WK054", "address-kept", "info", advice=True, confidence="medium", references=(_PARAMETERS,))
def address_kept(context: Context) -> Iterator[Found]:
    """httpd asks for the address of the backend's name once, and keeps it until it is restarted.

    If the name moves to another address (a container that is started anew, a load balancer of a cloud provider), httpd
    goes on connecting to the old one: 503, or another application answers. `addressttl` (2.4.59 and later) asks again
    after that time, `disablereuse=on` with each request.

    The rule reports HTTP and AJP workers with a name. It is silent about addresses and `localhost`.

    Add `addressttl` with a time in seconds.

    Fires on::

        ProxyPass "/" "http://app.internal:8080/"

    Write instead::

        ProxyPass "/" "http://app.internal:8080/" addressttl=30

    Silent on (each request asks)::

        ProxyPass "/" "http://app.internal:8080/" disablereuse=on

    Source: the addressttl and disablereuse parameters in the ProxyPass documentation, ap_proxy_determine_address
    (proxy_util.c).
    """
    for worker in context.workers:
        target = worker.target
        if target.scheme not in ("http", "https", "ajp", "ws", "wss") or target.socket is not None:
            continue
        if target.variables or not target.host or re.fullmatch(_NUMERIC, target.host):
            continue
        if "addressttl" in worker.params or _closing(worker):
            continue
        old = context.before("address-ttl")
        yield Found(
            target.place,
            f'httpd asks for the address of "{target.host}" once, and keeps it until it is restarted',
            help='Add "disablereuse=on".' if old else 'Add "addressttl=30".',
        )
