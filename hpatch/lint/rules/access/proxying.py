"""Who may use the proxy itself, and the backends behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hpatch.backends.addresses import is_loopback
from hpatch.conf.wildcards import is_wildcard
from hpatch.facts.parameters import WORKER
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.access import (
    OLD,
    OTHER,
    Admitted,
    Client,
    admits,
    below,
    grants_all,
    lines,
    locations,
    restricts,
)
from hpatch.lint.rules._shared.addresses import listeners
from hpatch.lint.rules._shared.effective import in_server, is_on
from hpatch.lint.rules._shared.passes import covers, section_pattern
from hpatch.paths.patterns import regex, wildcard
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Param, Target

_REQUESTS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxyrequests"
_ACCESS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#access"
_CONNECT = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_connect.html#allowconnect"
_AJP = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_ajp.html"


@rule("AC001", "open-proxy", "error", references=(_REQUESTS, _ACCESS), fix="unsafe")
def open_proxy(context: Context) -> Iterator[Found]:
    """`ProxyRequests On` makes httpd a forward proxy that everybody may use.

    httpd then fetches any URL for any client, also URLs of the internal network. A reverse proxy does not need it:
    ProxyPass works with `ProxyRequests Off`, the default. `ProxyPass "/"` and `<Location>` do not keep such requests
    out.

    The rule is silent if a `<Proxy "*">` or `<ProxyMatch>` section restricts the clients. It is a warning if httpd
    listens on loopback addresses only.

    Remove the line. For a forward proxy, add `<Proxy "*">` with a `Require` that names its clients.

    Fires on::

        ProxyRequests On
        ProxyPass "/" "http://10.0.0.5:8080/"

    Fires on (everybody is let in)::

        ProxyRequests On
        <Proxy "*">
            Require all granted
        </Proxy>

    Write instead::

        ProxyRequests On
        <Proxy "*">
            Require ip 10.0.0.0/8
        </Proxy>

    Silent on (the default)::

        ProxyRequests Off
        <Proxy "*">
            Require all granted
        </Proxy>
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: "Controlling access to your proxy" in the mod_proxy documentation; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("proxyrequests"):
        host = node.parent
        if (
            not is_on(node)
            or (host is not None and host.key != "<virtualhost")
            or in_server(context, node.key, host) is not node
        ):
            continue
        if _restricted(context, host):
            continue
        local = _on_loopback(context)
        granted = next(
            (line for one, _ in _taking(context, host, "http://zz-other.example/") for line in lines(one)), None
        )
        passes = next((one for one in context.passes_of(host) if not one.exclusion), None)
        yield Found(
            node.place,
            ("whoever reaches this machine's loopback address" if local else "everybody")
            + " may use this httpd as a forward proxy, to fetch any URL"
            + (": ProxyPass does not need this line" if passes is not None else ""),
            related=() if granted is None else (Related(granted.place, "everybody is let in"),),
            help="Remove the line."
            if passes is not None
            else 'Add <Proxy "*"> with a Require that names the clients, or remove the line.',
            severity="warning" if local else None,
            fix=None if passes is None else edits.fix('write "Off"', edits.word(node, 0, "Off")),
        )


def _taking(context: Context, host: Node | None, url: str) -> Iterator[tuple[Node, bool]]:
    """The sections for proxied URLs that take a URL, in httpd's order, and whether they surely do (`proxy_walk`)."""
    for section in context.lines_of(host, "<proxy", "<proxymatch"):
        text = "".join(section.words[-1:]).removeprefix("proxy:")
        if section_pattern(section):
            compiled = regex(text)
        elif is_wildcard(text):
            compiled = wildcard(text)
        else:
            if url.startswith(text):
                yield section, True
            continue
        if compiled is None:
            yield section, False
        elif compiled.search(url) if section_pattern(section) else compiled.fullmatch(url):
            yield section, True


def _last(sections: Iterable[tuple[Node, bool]], client: Client) -> Admitted | None:
    """Whom the sections let in that count: the last one with `Require` lines, and the last one with older lines."""
    found: dict[bool, Admitted | None] = {}
    for section, sure in sections:
        for old in {line.key in OLD for line in lines(section)}:
            found[old] = admits(section, client) if sure else "some"
    said = {one for one in found.values() if one is not None}
    return "none" if "none" in said else "some" if "some" in said else "all" if said else None


def _restricted(context: Context, host: Node | None) -> bool:
    sections = context.lines_of(host, "<locationmatch")
    if any(map(restricts, sections)) or all(
        _last(_taking(context, host, f"{scheme}://zz-other.example/"), Client(method)) not in ("all", None)
        for scheme, method in (("http", "GET"), ("https", "GET"), ("http", "CONNECT"), ("http", OTHER))
    ):
        return True
    blocked = in_server(context, "proxyblock", host)
    return blocked is not None and "*" in blocked.words


def _on_loopback(context: Context) -> bool:
    found = listeners(context.configuration)
    return bool(found.known) and found.complete and all(is_loopback(one.host or "") for one in found.known)


@rule("AC002", "connect-wide", "warning", references=(_CONNECT,))
def connect_wide(context: Context) -> Iterator[Found]:
    """AllowCONNECT lets clients of the forward proxy open tunnels to ports other than those of HTTPS.

    A tunnel carries any protocol. Through port 25 clients send mail from this machine, through 22 they reach SSH
    servers of the internal network. Where nothing is set, httpd allows 443 and 563.

    The rule is silent where `ProxyRequests` is off.

    Name the ports 443 and 563 only.

    Fires on::

        ProxyRequests On
        AllowCONNECT 443 563 22
        <Proxy "*">
            Require ip 10.0.0.0/8
        </Proxy>

    Write instead::

        ProxyRequests On
        AllowCONNECT 443 563
        <Proxy "*">
            Require ip 10.0.0.0/8
        </Proxy>

    Silent on (no forward proxy)::

        AllowCONNECT 443 563 22
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: the AllowCONNECT documentation.
    """
    if not any(map(is_on, context.configuration.find("proxyrequests"))):
        return
    for node in context.configuration.find("allowconnect"):
        host = node.parent if node.parent is not None and node.parent.key == "<virtualhost" else None
        if not is_on(in_server(context, "proxyrequests", host)):
            continue
        for index, word in enumerate(node.words):
            if not _usual(word):
                yield Found(
                    node.word_place(index),
                    f'clients of the forward proxy may open tunnels to port "{word}" of any host',
                    help="Name the ports 443 and 563 only.",
                )


def _usual(word: str) -> bool:
    """Whether a port or a range of ports (`443-443`) holds those of TLS only."""
    first, _, last = word.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        return False
    return all(port in (443, 563) for port in range(whole_number(first), whole_number(last or first) + 1))


@rule("AC003", "proxy-section-denies", "error", references=(_ACCESS,))
def proxy_section_denies(context: Context) -> Iterator[Found]:
    """A `<Proxy>` section denies everybody, and httpd answers every request for this ProxyPass with 403.

    `<Proxy "*">` holds for reverse proxies, too, and `<Proxy "http://10.0.0.5/">` for the URLs that begin like that. A
    `<Location>` that covers the path and has access lines of its own takes its place. If one of them uses `Order`,
    `Allow` and `Deny` and the other `Require`, both must let a client in.

    Remove the denial: `ProxyRequests Off` is what closes a forward proxy.

    Fires on::

        <Proxy "*">
            Require all denied
        </Proxy>
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Fires on (the two kinds of lines must both let a client in)::

        # options: --modules all
        <Proxy "*">
            Order deny,allow
            Deny from all
        </Proxy>
        <Location "/app">
            ProxyPass "http://10.0.0.5:8080/app"
            Require all granted
        </Location>

    Write instead::

        ProxyRequests Off
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Silent on (the Location lets clients in)::

        <Proxy "*">
            Require all denied
        </Proxy>
        <Location "/app">
            ProxyPass "http://10.0.0.5:8080/app"
            Require all granted
        </Location>

    Source: proxy_walk (mod_proxy.c), ap_process_request_internal (server/request.c); tested on httpd 2.4.71.
    """
    if not any(admits(section) == "none" for section in context.configuration.find("<proxy", "<proxymatch")):
        return
    for mapping in context.mappings:
        if mapping.kind == "SetHandler" or mapping.target is None or mapping.target.variables or mapping.target.socket:
            continue
        host = mapping.server.node
        where = covers(mapping) if mapping.kind != "RewriteRule" else None
        taking = list(_taking(context, host, mapping.target.text.partition("$")[0]))
        section = next((one for one, sure in reversed(taking) if sure and admits(one) == "none"), None)
        if section is not None and _last(taking, Client()) == "none" and not _let_in(context, section, host, where):
            yield Found(
                mapping.place,
                f'httpd answers every request for "{mapping.path or mapping.target.text}" with 403: '
                f'{section.name} "{section.words[-1]}"> denies '
                "everybody",
                related=(Related(section.place, "this section denies everybody"),),
                help="Remove the denial; ProxyRequests Off is what closes a forward proxy.",
            )


def _let_in(context: Context, denying: Node, host: Node | None, path: str | None) -> bool:
    """Whether a Location with access lines of the same kind takes the place of the section for a path, or may."""
    old = any(node.key in OLD for node in lines(denying))
    for section, where in locations(context.configuration, host):
        kinds = {node.key in OLD for node in lines(section)}
        if path is None:
            if kinds:
                return True
            continue
        if below(path, where) and kinds and old in kinds:
            return True
        # A section for a part of the path: some requests are let in.
        if where != path and below(where, path) and kinds:
            return True
    others = context.lines_of(host, "<locationmatch", "<if")
    return any(any(map(grants_all, lines(section))) or restricts(section) for section in others)


@rule("AC004", "ajp-no-secret", "warning", confidence="medium", references=(_AJP,))
def ajp_no_secret(context: Context) -> Iterator[Found]:
    """An AJP backend on another machine is used without a secret.

    Who can reach an AJP port can tell the backend any user name and any client address. AJP has no encryption and no
    password but this secret. Tomcat 9.0.31 and later refuse connections without one, unless `secretRequired="false"`.

    The rule is silent about loopback addresses and Unix sockets, and before httpd 2.4.42, which does not know `secret`.

    Set the same `secret` on the line and in the backend's connector.

    Fires on::

        ProxyPass "/" "ajp://10.0.0.5:8009/"

    Write instead::

        ProxyPass "/" "ajp://10.0.0.5:8009/" secret=${AJP_SECRET}

    Silent on (the same machine)::

        ProxyPass "/" "ajp://127.0.0.1:8009/"

    Source: the secret parameter in the ProxyPass documentation; the AJP connector's documentation of Tomcat 9
    (secretRequired); CVE-2020-1938.
    """
    first = WORKER["secret"].since
    assert first is not None
    if context.before(first):
        return
    for target, params in _ajp(context):
        if "secret" in params or target.socket is not None or target.variables or is_loopback(target.host):
            continue
        yield Found(
            target.place,
            f'"{target.text}" has no secret: whoever reaches that port is believed as this httpd is',
            help="Set secret=… here and in the backend's connector.",
        )


def _ajp(context: Context) -> Iterator[tuple[Target, dict[str, Param]]]:
    if "ajp" not in context.targets:
        return
    for worker in context.workers:
        if worker.target.scheme == "ajp":
            yield worker.target, worker.params
    for mapping in context.handed:
        # A rule or a handler without a worker: nothing could name a secret.
        if mapping.target is not None and mapping.target.scheme == "ajp" and mapping.worker is None:
            yield mapping.target, {}
