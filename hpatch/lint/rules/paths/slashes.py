"""Slashes at the end of a path and at the end of its target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Confidence, Fix, Found, Severity
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.edits import Edits, both, replaced, word
from hpatch.lint.rules._shared.passes import WEBSOCKET, pattern

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Reverse, Server, Target

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_DELIBERATE = r"[=_.&:+,;@~}-]\Z"
_FILE = r"(?i)/[^/]*\.[a-z]\w{0,5}\Z"
_WHOLE_PATH = r"\^?\(/[^()|]*\.\*\)\$?\Z"


@rule("MP001", "slash-target-missing", "error", references=(_MANUAL,), fix="unsafe")
def slash_target_missing(context: Context) -> Iterator[Found]:
    """The path ends with a slash, but the target does not.

    httpd removes the path from the request's path and appends the rest directly to the target. With `/p/` and
    `http://10.0.0.5:8080`:

    - A request for `/p/1` goes to `http://10.0.0.5:80801`, which is another port.
    - A request for `/p/x` gets 500, because there is no host `10.0.0.5:8080x` (AH00898).

    With `/p/` and `http://h/app`, a request for `/p/1` goes to `/app1`. With a balancer, the request gets 500
    (AH01144).

    The rule is silent when the end of the target suggests that the rest should follow directly (`=`, `-`, `_` …), and
    on ProxyPassMatch, which appends the whole path. It is a warning if the target's path names a file or a WebSocket's
    path, which may be meant for `/p/` alone.

    End both with a slash, or neither.

    Fires on::

        ProxyPass "/p/" "http://10.0.0.5:8080"

    Write instead::

        ProxyPass "/p/" "http://10.0.0.5:8080/"

    Silent on (the rest of the path completes a file name)::

        ProxyPass "/img/" "http://10.0.0.5:8080/img_"

    Silent on (ProxyPassMatch appends the whole path)::

        ProxyPassMatch "^/app/" "http://10.0.0.5:8080"

    Source: the ProxyPass documentation (its first warning); `ap_proxy_trans_match` in mod_proxy.c. Tested on httpd
    2.4.71 for http, fcgi, uwsgi, scgi, ajp, `unix:` and balancers.
    """
    for mapping in context.passes:
        target = mapping.target
        if target is None or not mapping.path.endswith("/") or target.path.endswith("/"):
            continue
        if pattern(mapping) is not None or (mapping.section is not None and mapping.section.key != "<location"):
            continue
        if "?" in target.path or "#" in target.path or "$" in target.path or re.search(_DELIBERATE, target.path):
            continue
        yield _missing(mapping, target)


def _missing(mapping: Mapping, target: Target) -> Found:
    severity: Severity | None = None
    confidence: Confidence | None = None
    if target.path and (target.scheme in WEBSOCKET or re.search(_FILE, target.path)):
        severity, confidence = "warning", "medium"
    asked, sent = f"{mapping.path}x", f"{_address(target)}{target.path}x"
    # Of a socket's URL without a host (`unix:/run/a.sock|http:`), the end is not known to be a path's.
    whole = "://" in target.text
    edits = _with_reverse(mapping, target, f"{target.text}/") if whole else ()
    return Found(
        target.place,
        f'"{mapping.path}" ends with a slash, but "{target.text}" does not: a request for "{asked}" goes to "{sent}"',
        help="End both with a slash, or neither.",
        severity=severity,
        confidence=confidence,
        fix=Fix("end the target with a slash", edits, safe=False) if edits else None,
    )


def _with_reverse(mapping: Mapping, target: Target, text: str) -> Edits:
    """Another target for a ProxyPass, also in the ProxyPassReverse lines that have its path and URL."""
    old, new = target.text.rpartition("|")[2], text.rpartition("|")[2]
    pair = () if mapping.pattern else _reverses(mapping.server).get((mapping.path, old), ())
    return both(
        replaced(mapping.node, target.place, target.text, text),
        *(word(line.node, line.node.words.index(old), new) for line in pair if old in line.node.words),
    )


@lru_cache(maxsize=4)
def _reverses(server: Server) -> dict[tuple[str, str], list[Reverse]]:
    """A server's ProxyPassReverse lines by path and URL."""
    found: dict[tuple[str, str], list[Reverse]] = {}
    for line in server.reverses:
        if line.node.key == "proxypassreverse" and not line.in_proxy:
            found.setdefault((line.path, line.url), []).append(line)
    return found


def _address(target: Target) -> str:
    port = "" if target.port is None else f":{target.port}"
    return f"{target.scheme}://{target.host}{port}"


@rule("MP002", "slash-double", "warning", confidence="medium", references=(_MANUAL,), fix="unsafe")
def slash_double(context: Context) -> Iterator[Found]:
    """The target ends with a slash, but the path does not.

    httpd removes the path from the request's path and appends the rest, which begins with a slash, to the target. With
    `/p` and `http://h/`, a request for `/p/1` asks the backend for `//1`; only the request for exactly `/p` is right.
    Many backends treat `//` as `/`. Others answer 404, or do not apply their access rules.

    The same happens:

    - with a ProxyPassMatch without `$1`, which appends the whole path to the target
    - with a ProxyPassMatch whose `$1` begins with a slash
    - with every BalancerMember that ends with a slash, because the path that a balancer appends begins with one

    The rule is silent for WebSocket targets, which usually serve a single URL, and for `uwsgi://host/`, because
    mod_proxy_uwsgi removes double slashes at the start.

    End both with a slash, or neither.

    Fires on::

        ProxyPass "/p" "http://10.0.0.5:8080/"

    Fires on (every member that ends with a slash)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080/"
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Write instead::

        ProxyPass "/p" "http://10.0.0.5:8080"

    Silent on (a WebSocket, which serves a single URL)::

        ProxyPass "/live" "ws://10.0.0.5:8080/"

    Silent on (`$1` does not begin with a slash)::

        ProxyPassMatch "^/(app/.*)$" "http://10.0.0.5:8080/$1"

    Source: the ProxyPass documentation (its first warning); `ap_proxy_trans_match` in mod_proxy.c, `uwsgi_handler` in
    mod_proxy_uwsgi.c. Tested on httpd 2.4.71.
    """
    for mapping in context.passes:
        target = mapping.target
        if target is None or target.scheme in WEBSOCKET or not _doubles(mapping, target):
            continue
        if target.scheme == "uwsgi" and target.path in ("/", "/$1"):
            continue
        yield _doubled(mapping, target)
    for balancer in context.balancers:
        for member in balancer.members:
            target = member.target
            if not target.path.endswith("/") or (target.scheme == "uwsgi" and target.path == "/"):
                continue
            edits = replaced(member.node, target.place, target.text, target.text[:-1])
            yield Found(
                target.place,
                f'the member "{target.text}" ends with a slash: "{balancer.name}" asks it for "{target.path}/…"',
                help="Remove the slash at the end of the member.",
                confidence="high",
                fix=Fix("remove the slash", edits, safe=False) if edits else None,
            )


def _doubles(mapping: Mapping, target: Target) -> bool:
    """Whether a request can get two slashes at the end of the target."""
    regex = pattern(mapping)
    if regex is not None:
        if "$" not in target.text:
            return target.path.endswith("/")
        return target.path.endswith("/$1") and re.match(_WHOLE_PATH, regex) is not None
    if mapping.section is not None and mapping.section.key != "<location":
        return False
    return target.path.endswith("/") and not mapping.path.endswith("/") and "$" not in mapping.path


def _doubled(mapping: Mapping, target: Target) -> Found:
    if pattern(mapping) is None:
        asked = f"{mapping.path}/x"
        sent = f"{target.path}/x"
    else:
        asked = "/x"
        sent = f"{target.path.removesuffix('$1')}/x"
    single = target.text[:-3] + "$1" if target.path.endswith("/$1") else target.text[:-1]
    edits = _with_reverse(mapping, target, single)
    if pattern(mapping) is None:
        message = (
            f'"{target.text}" ends with a slash, but "{mapping.path}" does not: a request for "{asked}" asks the '
            f'backend for "{sent}"'
        )
    else:
        message = (
            f'httpd appends a path that begins with a slash to "{target.text}": a request for "{asked}" asks the '
            f'backend for "{sent}"'
        )
    return Found(
        target.place,
        message,
        help="End both with a slash, or neither." if pattern(mapping) is None else "Remove the target's slash.",
        fix=Fix("remove the slash", edits, safe=False) if edits and _keeps_host(mapping, target) else None,
    )


def _keeps_host(mapping: Mapping, target: Target) -> bool:
    """Whether the target's last slash may be removed: `http://host$1` would let a client choose the host."""
    return not (target.path == "/$1" and pattern(mapping) is not None)
