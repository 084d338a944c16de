"""Access rules that a backend, or a proxy in between, reads in another way than httpd."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.backends.addresses import is_loopback
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import Client, admits, below, lines, words
from hpatch.lint.rules._shared.addresses import listeners, own_port
from hpatch.lint.rules._shared.effective import in_server, server_of
from hpatch.lint.rules._shared.guards import kept, restricted, start
from hpatch.lint.rules._shared.passes import covers, encoded, schemes, section_pattern
from hpatch.lint.rules._shared.prefixes import Prefixes
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.lint.rules._shared.scope import sample
from hpatch.lint.rules._shared.taking import taken_before, taking
from hpatch.proxy.model import DEFAULT_PORTS
from hpatch.records import NamedTuple
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.rewriting import Rewrite
    from hpatch.proxy.model import Mapping
    from hpatch.proxy.rewrite import RewriteRule

_WITH_SLASH = ("^(.*)$", "^(.*)", "(.*)", "^(/.*)$", "^(/.*)", "(/.*)", "^(.+)$", "(.+)")
_AFTER_SLASH = ("^/?(.*)$", "^/?(.*)", "/?(.*)", "^/*(.*)$")
_ANY_PATH = ("^", "", ".", ".*", "^.*", "^.*$", "^/", "/", "^/.*", "^/.*$", *_WITH_SLASH, *_AFTER_SLASH)
"""Patterns that every path meets: those whose capture begins with the path's slash, and those that leave it out."""
_BY_CLIENT = "(?i)REQUEST|REMOTE|EXPR|SCRIPT|PATH|ENV"
"""Tests of conditions that may be about the path, or the client's address."""
_PASS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_REQUIRE = "https://httpd.apache.org/docs/2.4/mod/mod_authz_host.html#requiredirectives"
_LOCAL = Client(local=True)
_LOCAL_ADDRESS = r"(?i)local|::1|127\."


def _restricted_part(context: Context, mapping: Mapping) -> tuple[Node, str] | None:
    """A Location that restricts a part of what a ProxyPass takes, and its path."""
    taken = covers(mapping)
    if taken is None or mapping.exclusion:
        return None
    top = taken.rstrip("/")
    host = mapping.server.node
    for section, where in restricted(context, host):
        if where.rstrip("/") == top or not below(where, taken):
            continue
        if not kept(context, host, sample(taken)) and not taken_before(context, mapping, where):
            return section, where
    return None


@rule("AC030", "servlet-path-parameters", "warning", confidence="medium", references=(_PASS,))
def servlet_path_parameters(context: Context) -> Iterator[Found]:
    """The servlet container takes `;name=value` out of the path, and so finds what the `<Location>` was to protect.

    httpd compares `/x/..;/manager` and `/manager;a=b` with `<Location "/manager">` as they are, and they do not match.
    A servlet container such as Tomcat removes what follows the semicolon, and answers with `/manager`.
    `mapping=servlet` makes httpd read the path as the container does.

    The rule reports AJP backends, which are servlet containers, behind a `<Location>` that restricts a part of what
    ProxyPass takes.

    Add `mapping=servlet` (httpd 2.4.49 and later) to the ProxyPass.

    Fires on::

        ProxyPass "/" "ajp://127.0.0.1:8009/"
        <Location "/manager">
            Require ip 10.0.0.0/8
        </Location>

    Write instead::

        ProxyPass "/" "ajp://127.0.0.1:8009/" mapping=servlet
        <Location "/manager">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (the whole application is restricted)::

        ProxyPass "/app" "ajp://127.0.0.1:8009/app"
        <Location "/app">
            Require ip 10.0.0.0/8
        </Location>

    Source: the mapping parameter in the ProxyPass documentation, alias_match_servlet (mod_proxy.c); tested on httpd
    2.4.71.
    """
    if "ajp" not in context.targets:
        return
    for mapping in context.passes:
        if "ajp" not in schemes(mapping) or encoded(mapping):
            continue
        part = _restricted_part(context, mapping)
        if part is not None:
            yield Found(
                mapping.place,
                f'a path such as "{part[1]};a=b" gets past <Location "{part[1]}">: the servlet container removes what '
                "follows the semicolon",
                related=(Related(part[0].place, "this section compares the path as it is"),),
                help="Add mapping=servlet.",
            )


@rule("AC031", "nocanon-past-acl", "warning", confidence="medium", references=(_PASS,))
def nocanon_past_acl(context: Context) -> Iterator[Found]:
    """With `nocanon` the backend gets a path that the `<Location>` has not seen.

    `nocanon` hands the path on as the client wrote it. With `AllowEncodedSlashes On` or `NoDecode`, httpd compares
    `/pub/..%2fadmin/` with `<Location "/admin">`, which does not match. A backend that decodes `%2f` answers with
    `/admin/`.

    The rule reports a `<Location>` that restricts a part of what the ProxyPass takes.

    Let the backend restrict the path, or give it a ProxyPass of its own on another host.

    Fires on::

        AllowEncodedSlashes NoDecode
        ProxyPass "/" "http://10.0.0.5:8080/" nocanon
        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (httpd answers %2F with 404)::

        ProxyPass "/" "http://10.0.0.5:8080/" nocanon
        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Source: the nocanon parameter in the ProxyPass documentation, the AllowEncodedSlashes documentation; tested on httpd
    2.4.71.
    """
    for mapping in context.passes if context.configuration.find("allowencodedslashes") else ():
        if "nocanon" not in mapping.flags:
            continue
        slashes = in_server(context, "allowencodedslashes", mapping.server.node, inherited=False)
        if slashes is None or words(slashes)[:1] not in (["on"], ["nodecode"]):
            continue
        part = _restricted_part(context, mapping)
        if part is not None:
            yield Found(
                mapping.place,
                f'an encoded path gets past <Location "{part[1]}">, and the backend decodes it',
                related=(
                    Related(part[0].place, "this section has not seen the decoded path"),
                    Related(slashes.place, "encoded slashes are let through"),
                ),
                help="Let the backend restrict the path.",
            )


@rule("AC032", "local-through-own-proxy", "error", confidence="medium", references=(_REQUIRE,))
def local_through_own_proxy(context: Context) -> Iterator[Found]:
    """`Require local` lets everybody in who comes through another virtual host of this httpd.

    The request of a proxy comes from the machine of the proxy. If one virtual host proxies to another of the same
    httpd, every client is local there.

    The same holds for a `<Directory>` with `Require local`, if it is about the inner host's DocumentRoot.

    The rule is silent if mod_remoteip takes the client's address from a header in the inner host, and if the outer host
    excludes the path or restricts it.

    Exclude the path in the outer host (`ProxyPass "/server-status" "!"`), or restrict it there.

    Fires on::

        Listen 80
        Listen 127.0.0.1:8080
        <VirtualHost "*:80">
            ProxyPass "/" "http://127.0.0.1:8080/"
        </VirtualHost>
        <VirtualHost "127.0.0.1:8080">
            <Location "/server-status">
                SetHandler server-status
                Require local
            </Location>
        </VirtualHost>

    Write instead::

        Listen 80
        Listen 127.0.0.1:8080
        <VirtualHost "*:80">
            ProxyPass "/server-status" "!"
            ProxyPass "/" "http://127.0.0.1:8080/"
        </VirtualHost>
        <VirtualHost "127.0.0.1:8080">
            <Location "/server-status">
                SetHandler server-status
                Require local
            </Location>
        </VirtualHost>

    Silent on (another program listens there)::

        Listen 80
        <VirtualHost "*:80">
            ProxyPass "/" "http://127.0.0.1:8080/"
            <Location "/server-status">
                SetHandler server-status
                Require local
            </Location>
        </VirtualHost>

    Source: the Require local documentation; tested on httpd 2.4.71.
    """
    trusting = Prefixes((one[2], one) for one in _trusting(context))
    if not trusting:
        return
    ports = {one.port for one in listeners(context.configuration).known if one.port is not None}
    for mapping in context.mappings:
        led = _led(context, mapping, ports)
        if led is None:
            continue
        for _, (line, inner, where) in sorted(trusting.starting(led.inner.rstrip("/")), key=itemgetter(0)):
            if inner is mapping.server.node or not _answers(context, inner, led.port):
                continue
            if in_server(context, "remoteipheader", inner) is not None:
                continue
            outer = led.outer(where)
            if outer is None or taken_before(context, mapping, outer) or kept(context, mapping.server.node, outer):
                continue
            yield Found(
                line.place,
                f'whoever asks "{outer}" of another virtual host comes from this machine, and gets in',
                related=(Related(mapping.place, "this line proxies to the same httpd"),),
                help=f'Add ProxyPass "{outer}" "!" above that line, or restrict the path there.',
            )


def _trusting(context: Context) -> Iterator[tuple[Node, Node | None, str]]:
    """What lets the machine itself in and nobody else: the line, the server for which it holds, and the path."""
    naming = filter(_names_this_machine, context.configuration.find("require", "allow"))
    for section in dict.fromkeys(line.inside("<location", "<locationmatch", "<directory") for line in naming):
        if section is None or admits(section) != "some" or admits(section, _LOCAL) != "all":
            continue
        line = next(
            (one for one in lines(section) if one.key in ("require", "allow") and _names_this_machine(one)), None
        )
        if line is None:
            continue
        if section.key == "<directory":
            for host, where in _served(context, section):
                yield line, host, where
            continue
        path = start(section)
        if path is not None:
            yield line, server_of(section), path


def _served(context: Context, section: Node) -> Iterator[tuple[Node | None, str]]:
    """The servers whose DocumentRoot a `<Directory>` is about, each with the path that leads to the folder."""
    if section_pattern(section) or len(section.words) != 1:
        return
    folder = section.words[0].rstrip("/") or "/"
    host = server_of(section)
    for server in (host,) if host is not None else (None, *context.configuration.find("<virtualhost")):
        root = in_server(context, "documentroot", server)
        top = root.words[0].rstrip("/") if root is not None and root.words else ""
        if not top or not (below(top, folder) or below(folder, top)):
            continue
        where = folder[len(top) :] or "/" if below(folder, top) else "/"
        if next(taking(context, server, where), None) is None:
            yield server, where


def _names_this_machine(line: Node) -> bool:
    if re.search(_LOCAL_ADDRESS, line.args) is None:
        return False
    return any(word in ("local", "localhost", "::1") or word.startswith("127.") for word in words(line))


def _answers(context: Context, host: Node | None, port: int) -> bool:
    """Whether a section of a virtual host, or of the main server, holds for requests at a port."""
    if host is not None:
        return any(word.rpartition(":")[2] in (str(port), "*") for word in host.words)
    # What stands in the main server holds in every host.
    return True


class _Led(NamedTuple):
    """What a line hands to a port of this machine: all that lies below `taken` becomes what lies below `inner`."""

    port: int
    taken: str
    inner: str

    def outer(self, where: str) -> str | None:
        """The path by which the outer host leads to a path of the inner one."""
        if not below(where, self.inner.rstrip("/") or "/"):
            return None
        return (self.taken.rstrip("/") + where[len(self.inner.rstrip("/")) :]) or "/"


def _led(context: Context, mapping: Mapping, ports: set[int]) -> _Led | None:
    """Where a line leads on this machine; None for what leads elsewhere, and for what is not known."""
    target = mapping.target
    if target is None or mapping.kind == "SetHandler":
        return None
    if mapping.kind == "RewriteRule":
        one = _rules(context).get(id(mapping.node))
        if one is None or any(re.search(_BY_CLIENT, condition.test) for _, condition in one.conditions):
            return None
        port = _whole(one.rule)
        if port in ports:
            return _Led(port, "/", "/")
    port, taken = own_port(target, ports), covers(mapping)
    if port is None or taken is None:
        return None
    return _Led(port, taken, re.split(r"[?$]", target.path, maxsplit=1)[0] or "/")


@lru_cache(maxsize=1)
def _rules(context: Context) -> dict[int, Rewrite]:
    """The rules of mod_rewrite by the identity of their lines."""
    return {id(one.node): one for one in rewrites(context)}


def _whole(one: RewriteRule) -> int | None:
    """The port of this machine to which a rule hands every path as it is; None if it does not."""
    match = re.fullmatch(r"(?i)(https?)://([^/:$%]+|\[[^\]]*\])(?::(\d+))?(/?\$1|%\{REQUEST_URI\})", one.substitution)
    if match is None or not is_loopback(match[2]):
        return None
    known = _ANY_PATH if match[4].startswith("%") else _AFTER_SLASH if match[4] == "/$1" else _WITH_SLASH
    if one.pattern not in known:
        return None
    return whole_number(match[3]) if match[3] else DEFAULT_PORTS[match[1].lower()]
