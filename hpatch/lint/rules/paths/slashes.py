"""Slashes at the end of a path and of its target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Confidence, Fix, Found, Severity
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.edits import replaced
from hpatch.lint.rules._shared.passes import WEBSOCKET, pattern

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Target

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_DELIBERATE = r"[=_.&:+,;@~}-]\Z"
_FILE = r"(?i)/[^/]*\.[a-z]\w{0,5}\Z"
_WHOLE_PATH = r"\^?\(/[^()|]*\.\*\)\$?\Z"


@rule("MP001", "slash-target-missing", "error", references=(_MANUAL,))
def slash_target_missing(context: Context) -> Iterator[Found]:
    """A path that ends with a slash, and a target that does not.

    httpd takes the path off the request and puts what is left straight behind the target. With `/p/` and
    `http://10.0.0.5:8080` a request for `/p/1` goes to `http://10.0.0.5:80801`: another port, or, for `/p/x`, a host
    that does not exist; with a balancer it ends in 500 and AH01144. With `/p/` and `http://h/app` it goes to `/app1`.

    Silent where the target ends so that the rest may be meant to follow it directly (`=`, `-`, `_` …), and on
    ProxyPassMatch, which puts the whole path behind the target. A target whose path names a file, or a
    WebSocket's path, may be meant for `/p/` alone: a warning.

    Fires on::

        ProxyPass "/p/" "http://10.0.0.5:8080"

    Write instead::

        ProxyPass "/p/" "http://10.0.0.5:8080/"

    Source: the manual of ProxyPass (its first warning); `ap_proxy_trans_match` in mod_proxy.c. Tried on 2.4.71 for
    http, fcgi, uwsgi, scgi, ajp, `unix:` and balancers.
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
    edits = replaced(mapping.node, target.place, target.text, target.text + "/")
    return Found(
        target.place,
        f'"{mapping.path}" ends with a slash and "{target.text}" does not: a request for "{asked}" goes to "{sent}"',
        help="End both with a slash, or neither.",
        severity=severity,
        confidence=confidence,
        fix=Fix("End the target with a slash", edits, safe=False) if edits else None,
    )


def _address(target: Target) -> str:
    port = "" if target.port is None else f":{target.port}"
    return f"{target.scheme}://{target.host}{port}"


@rule("MP002", "slash-double", "warning", confidence="medium", references=(_MANUAL,))
def slash_double(context: Context) -> Iterator[Found]:
    """A target that ends with a slash where the path does not.

    httpd takes the path off the request and puts what is left, which begins with a slash, behind the target: with
    `/p` and `http://h/` a request for `/p/1` asks the backend for `//1`. Only the request for exactly `/p` is right.
    Many backends take `//` for `/`, others answer 404, or miss their access rules.

    The same holds for a ProxyPassMatch without `$1`, which puts the whole path behind the target, and for one whose
    `$1` begins with a slash; and for a BalancerMember that ends with a slash, always, since what a balancer puts
    behind it begins with one.

    Silent for WebSocket targets, which are mostly asked for one URL, and for `uwsgi://host/`: mod_proxy_uwsgi takes
    double slashes off the start.

    Fires on::

        ProxyPass "/p" "http://10.0.0.5:8080/"

    Write instead::

        ProxyPass "/p" "http://10.0.0.5:8080"

    Source: the manual of ProxyPass (its first warning); `ap_proxy_trans_match` in mod_proxy.c, `uwsgi_handler` in
    mod_proxy_uwsgi.c. Tried on 2.4.71.
    """
    for mapping in context.passes:
        target = mapping.target
        if target is None or target.scheme in WEBSOCKET or not _doubles(mapping, target):
            continue
        if target.scheme == "uwsgi" and target.path in ("/", "/$1"):
            continue
        yield _doubled(mapping, target)
    for server in context.proxy.servers:
        for balancer in server.balancers:
            for member in balancer.members:
                target = member.target
                if not target.path.endswith("/") or (target.scheme == "uwsgi" and target.path == "/"):
                    continue
                edits = replaced(member.node, target.place, target.text, target.text[:-1])
                yield Found(
                    target.place,
                    f'the member "{target.text}" ends with a slash: "{balancer.name}" asks it for "{target.path}/…"',
                    help="Write the member without the slash at its end.",
                    confidence="high",
                    fix=Fix("Take the slash off", edits, safe=False) if edits else None,
                )


def _doubles(mapping: Mapping, target: Target) -> bool:
    """Whether some request gets two slashes where the target ends."""
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
    edits = replaced(mapping.node, target.place, target.text, single)
    if pattern(mapping) is None:
        message = (
            f'"{target.text}" ends with a slash and "{mapping.path}" does not: a request for "{asked}" asks the '
            f'backend for "{sent}"'
        )
    else:
        message = f'"{target.text}" is followed by a path that begins with a slash: the backend is asked for "{sent}"'
    return Found(
        target.place,
        message,
        help="End both with a slash, or neither." if pattern(mapping) is None else "Take the slash off the target.",
        fix=Fix("Take the slash off", edits, safe=False) if edits and _keeps_host(mapping, target) else None,
    )


def _keeps_host(mapping: Mapping, target: Target) -> bool:
    """Whether the target may lose its last slash: `http://host$1` would let a client name the host."""
    return not (target.path == "/$1" and pattern(mapping) is not None)
