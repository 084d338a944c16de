"""Who may use the proxy itself, and the backends behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.backends.addresses import is_loopback
from hpatch.facts.parameters import WORKER
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import OLD, below, grants_all, lines, locations, restricts, words
from hpatch.lint.rules._shared.addresses import listeners
from hpatch.lint.rules._shared.effective import in_server, is_on
from hpatch.lint.rules._shared.passes import covers

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Param, Target

_REQUESTS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxyrequests"
_ACCESS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#access"
_CONNECT = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_connect.html#allowconnect"
_AJP = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_ajp.html"


@rule("AC001", "open-proxy", "error", references=(_REQUESTS, _ACCESS))
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
        granted = next((line for section in _proxy_sections(context, host) for line in lines(section)), None)
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
        )


def _proxy_sections(context: Context, host: Node | None) -> list[Node]:
    """The sections that hold for every proxied URL, as far as that can be told, in httpd's order."""
    found = context.configuration.find("<proxy", "<proxymatch")
    every = [node for node in found if node.key == "<proxymatch" or "".join(node.words[:1]) in ("*", "proxy:*")]
    return [node for node in every if node.inside("<virtualhost") in (None, host)]


def _restricted(context: Context, host: Node | None) -> bool:
    sections = [
        node for node in context.configuration.find("<locationmatch") if node.inside("<virtualhost") in (None, host)
    ]
    if any(restricts(section) for section in (*_proxy_sections(context, host), *sections)):
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
            if word not in ("443", "563"):
                yield Found(
                    node.word_place(index),
                    f'clients of the forward proxy may open tunnels to port "{word}" of any host',
                    help="Name the ports 443 and 563 only.",
                )


@rule("AC003", "proxy-section-denies", "error", references=(_ACCESS,))
def proxy_section_denies(context: Context) -> Iterator[Found]:
    """A `<Proxy "*">` section denies everybody, and httpd answers every request for this ProxyPass with 403.

    A `<Proxy>` section holds for reverse proxies, too. A `<Location>` that covers the path and has access lines of its
    own takes its place. If one of them uses `Order`, `Allow` and `Deny` and the other `Require`, both must let a client
    in.

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
    denying = [section for section in context.configuration.find("<proxy") if _denies_all(section)]
    if not denying:
        return
    for section in denying:
        server = section.inside("<virtualhost")
        if "".join(section.words[:1]) not in ("*", "proxy:*"):
            continue
        for mapping in context.passes:
            host = mapping.server.node
            where = None if mapping.exclusion else covers(mapping)
            if where is None or (server is not None and host is not server):
                continue
            if _let_in(context, section, host, where):
                continue
            yield Found(
                mapping.place,
                f'httpd answers every request for "{mapping.path}" with 403: <Proxy "{section.words[0]}"> denies '
                "everybody",
                related=(Related(section.place, "this section denies everybody"),),
                help="Remove the denial; ProxyRequests Off is what closes a forward proxy.",
            )


def _denies_all(section: Node) -> bool:
    """Whether a section lets nobody in, outside of `<Limit>`."""
    found = list(lines(section, limits=False))
    said = [words(node) for node in found]
    if any(node.key == "require" for node in found):
        return all(node.key != "require" or words(node) == ["all", "denied"] for node in found)
    return ["from", "all"] in [line for node, line in zip(found, said, strict=True) if node.key == "deny"] and not any(
        node.key in ("allow", "satisfy") for node in found
    )


def _let_in(context: Context, denying: Node, host: Node | None, path: str) -> bool:
    """Whether a Location with access lines of the same kind takes the place of the section for a path."""
    old = any(node.key in OLD for node in lines(denying))
    for section, where in locations(context.configuration, host):
        kinds = {node.key in OLD for node in lines(section)}
        if below(path, where) and kinds and old in kinds:
            return True
        # A section for a part of the path: some requests are let in.
        if where != path and below(where, path) and kinds:
            return True
    others = context.configuration.find("<locationmatch", "<if", "<proxymatch")
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
    for server in context.proxy.servers:
        for worker in (*server.workers, *(member for balancer in server.balancers for member in balancer.members)):
            if worker.target.scheme == "ajp":
                yield worker.target, worker.params
