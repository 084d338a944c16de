"""Directives of a forward proxy, which hold for the backends of ProxyPass, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.proxy.model import Balancer

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Server, Target

_REMOTE = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxyremote"
_NO_PROXY = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#noproxy"
_BLOCK = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxyblock"
_LOOPBACK = r"localhost\Z|127\.[\d.]+\Z|\[?::1\]?\Z"
_COVERS_LOOPBACK = r"(?i)localhost|127\b|\[?::1|0\.0\.0\.0/0|0/0"
_HOST = r"(?i)[a-z][a-z0-9+.-]*://(?:[^@/]*@)?(?P<host>\[[^\]]*\]|[^/:]*)"


@rule("MP097", "remote-proxy-for-local", "error", references=(_REMOTE, _NO_PROXY))
def remote_proxy_for_local(context: Context) -> Iterator[Found]:
    """ProxyRemote sends requests for a backend on this machine to another proxy, which looks for it on its own.

    ProxyRemote is for the targets of ProxyPass, too. The other proxy is asked for `http://127.0.0.1:8080/`, and takes
    `127.0.0.1` for itself: clients get its error page, or whatever answers there.

    The rule is silent where NoProxy names the backend's address, where the other proxy is on this machine itself, and
    about backends on other machines.

    Add `NoProxy 127.0.0.0/8`.

    Fires on::

        ProxyRemote "*" "http://proxy.example.com:3128"
        ProxyPass "/app" "http://127.0.0.1:8080/app"

    Write instead::

        ProxyRemote "*" "http://proxy.example.com:3128"
        NoProxy 127.0.0.0/8
        ProxyPass "/app" "http://127.0.0.1:8080/app"

    Silent on (for another host only)::

        ProxyRemote "http://api.example.org/" "http://proxy.example.com:3128"
        ProxyPass "/app" "http://127.0.0.1:8080/app"

    Source: proxy_handler (mod_proxy.c), the NoProxy documentation; tested on httpd 2.4.71.
    """
    if not context.configuration.find("proxyremote"):
        return
    told = set()
    for server in context.proxy.servers:
        remotes = context.lines_of(server.node, "proxyremote")
        if not remotes or any(
            re.match(_COVERS_LOOPBACK, word) for line in context.lines_of(server.node, "noproxy") for word in line.words
        ):
            continue
        for line in remotes:
            words = line.words
            if line in told or len(words) < 2 or not line.certain or "${" in line.args:
                continue
            asked = re.match(_HOST, words[1])
            if asked is None or re.match(_LOOPBACK, asked["host"].lower()):
                continue
            found = next((one for one in _targets(server) if _is_for(words[0].lower(), one)), None)
            if found is not None:
                told.add(line)
                yield Found(
                    line.place,
                    f'"{words[1]}" is asked for "{found.text}", and looks for it on its own machine',
                    related=(Related(found.place, "the backend on this machine"),),
                    help="Add NoProxy 127.0.0.0/8.",
                )


def _is_for(match: str, target: Target) -> bool:
    """Whether the first word of a ProxyRemote is for a target on this machine."""
    if target.scheme not in ("http", "https") or not re.match(_LOOPBACK, target.host):
        return False
    return match in ("*", target.scheme) or (":" in match and target.text.lower().startswith(match))


@rule("MP098", "backend-blocked", "error", references=(_BLOCK,))
def backend_blocked(context: Context) -> Iterator[Found]:
    """ProxyBlock is for the backends of ProxyPass, too: every request for this one is answered with 403.

    A word of ProxyBlock blocks each host that has it in its name, and `*` blocks all. The log has AH00916, "connect to
    remote machine … blocked".

    The rule is silent about Unix sockets, and about names that may have the address of a blocked host.

    Remove the line: `ProxyRequests Off` is what keeps clients from using httpd as a forward proxy.

    Fires on::

        ProxyBlock "*"
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Fires on (a part of the backend's name)::

        ProxyBlock internal
        ProxyPass "/app" "http://app.internal:8080/app"

    Write instead::

        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Silent on (another host)::

        ProxyBlock news.example.com
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Source: ap_proxy_checkproxyblock (proxy_util.c); tested on httpd 2.4.71.
    """
    if not context.configuration.find("proxyblock"):
        return
    told = set()
    for server in context.proxy.servers:
        for line in context.lines_of(server.node, "proxyblock"):
            if line in told or not line.certain or "${" in line.args:
                continue
            for target in _targets(server):
                word = next((one for one in line.words if one == "*" or one.lower() in target.host), None)
                if word is not None:
                    told.add(line)
                    yield Found(
                        line.place,
                        f'every request for "{target.text}" is answered with 403: "{word}" blocks it',
                        related=(Related(target.place, "the backend"),),
                        help="Remove the line; ProxyRequests Off keeps clients from using httpd as a forward proxy.",
                    )
                    break


def _targets(server: Server) -> Iterator[Target]:
    """The backends that the lines of a server lead to over TCP, as far as their hosts are known."""
    for mapping in server.mappings:
        worker, target = mapping.worker, mapping.target
        if target is None:
            continue
        found = [one.target for one in worker.effective_members] if isinstance(worker, Balancer) else [target]
        for one in found:
            if one.host and not one.variables and one.socket is None and not one.balancer:
                yield one
