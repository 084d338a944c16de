"""The client's address: whether the client itself can choose it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import admits
from hpatch.lint.rules._shared.effective import in_server, may_lack, server_of
from hpatch.lint.rules._shared.rewriting import rewrites

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_REMOTEIP = "https://httpd.apache.org/docs/2.4/mod/mod_remoteip.html"
_SETENVIF = "https://httpd.apache.org/docs/2.4/mod/mod_setenvif.html#setenvif"
_REQUIRE = "https://httpd.apache.org/docs/2.4/mod/mod_authz_core.html#require"
_LISTS = ("remoteiptrustedproxylist", "remoteipinternalproxylist")
_PROXIES = ("remoteiptrustedproxy", "remoteipinternalproxy", *_LISTS)


@rule("AC010", "remoteip-trusts-all", "error", references=(f"{_REMOTEIP}#remoteipheader",))
def remoteip_trusts_all(context: Context) -> Iterator[Found]:
    """RemoteIPHeader without a list of proxies: every client chooses the address that httpd believes it has.

    Without RemoteIPTrustedProxy or RemoteIPInternalProxy, mod_remoteip takes the header from everybody. A client that
    sends `X-Forwarded-For: 198.51.100.7` passes `Require ip 198.51.100.7`. Logs and backends get that address, too.
    httpd does not take private addresses from such a client. `RemoteIPInternalProxy 0.0.0.0/0.0.0.0` does the
    same, private addresses included.

    The severity is warning if no access rule looks at addresses.

    Name the proxies in front of httpd: `RemoteIPInternalProxy` for your own, `RemoteIPTrustedProxy` for others.

    Fires on::

        RemoteIPHeader X-Forwarded-For
        <Location "/admin">
            Require ip 198.51.100.7
        </Location>

    Write instead::

        RemoteIPHeader X-Forwarded-For
        RemoteIPInternalProxy 10.0.0.2
        <Location "/admin">
            Require ip 198.51.100.7
        </Location>

    Silent on (the PROXY protocol is no header)::

        RemoteIPProxyProtocol On
        <Location "/admin">
            Require ip 198.51.100.7
        </Location>

    Source: remoteip_modify_request (mod_remoteip.c), the RemoteIPHeader documentation; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("remoteipheader"):
        host = node.parent
        if may_lack(context, node) or any(
            one is not None and not _everybody(one) for one in (in_server(context, key, host) for key in _PROXIES)
        ):
            continue
        lines = _first_by_address(context)
        near = lines.values() if host is None else filter(None, (lines.get(id(None)), lines.get(id(host))))
        rule_line = next(iter(near), None)
        header = node.words[0] if node.words else ""
        yield Found(
            node.place,
            f'any client may choose its own address by a "{header}" header: no line names the proxies to believe'
            if not any(in_server(context, key, host) for key in _PROXIES)
            else f'any client may choose its own address by a "{header}" header: every address is named as a proxy',
            related=() if rule_line is None else (Related(rule_line.place, "this rule looks at the address"),),
            help="Name them with RemoteIPInternalProxy or RemoteIPTrustedProxy.",
            severity=None if rule_line is not None else "warning",
        )


def _everybody(node: Node) -> bool:
    """Whether a line takes every address for that of a proxy."""
    return any(word.endswith("/0.0.0.0") for word in node.words)


@lru_cache(maxsize=1)
def _first_by_address(context: Context) -> dict[int, Node]:
    """The first access line of each server that looks at the client's address, by the `<VirtualHost>`'s identity."""
    found: dict[int, Node] = {}
    for line in _by_address(context):
        found.setdefault(id(server_of(line)), line)
    return found


def _by_address(context: Context) -> Iterator[Node]:
    """The access lines that look at the client's address."""
    for node in context.configuration.find("require"):
        found = [word.lower() for word in node.words]
        if (
            "".join(found[:1]) in ("ip", "host", "local", "forward-dns")
            or found[:2]
            in (
                ["not", "ip"],
                ["not", "host"],
            )
            or any("remote_addr" in word or "-ipmatch" in word or re.search(r"(^|[\s(!])-r\s", word) for word in found)
        ):
            yield node
    for node in context.configuration.find("allow", "deny"):
        found = [word.lower() for word in node.words]
        if len(found) > 1 and found[1] != "all" and not found[1].startswith("env="):
            yield node


@rule(
    "AC011", "remoteip-trusted-private", "info", confidence="medium", references=(f"{_REMOTEIP}#remoteiptrustedproxy",)
)
def remoteip_trusted_private(context: Context) -> Iterator[Found]:
    """An access rule names private addresses, but httpd does not take private addresses from the header.

    mod_remoteip believes a RemoteIPTrustedProxy only about public addresses. A client in 10.0.0.0/8, 172.16.0.0/12 or
    192.168.0.0/16 keeps the address of the proxy, and the rule does not meet it.

    The rule is silent if a RemoteIPInternalProxy is named.

    Use RemoteIPInternalProxy for a proxy in your own network.

    Fires on::

        RemoteIPHeader X-Forwarded-For
        RemoteIPTrustedProxy 10.0.0.2
        <Location "/admin">
            Require ip 10.9.0.0/16
        </Location>

    Write instead::

        RemoteIPHeader X-Forwarded-For
        RemoteIPInternalProxy 10.0.0.2
        <Location "/admin">
            Require ip 10.9.0.0/16
        </Location>

    Silent on (a public address)::

        RemoteIPHeader X-Forwarded-For
        RemoteIPTrustedProxy 10.0.0.2
        <Location "/admin">
            Require ip 198.51.100.7
        </Location>

    Source: remoteip_modify_request (mod_remoteip.c), the RemoteIPTrustedProxy documentation; tested on httpd 2.4.71.
    """
    if not context.configuration.find("remoteipheader"):
        return
    for node in context.configuration.find("require", "allow"):
        host = server_of(node)
        if in_server(context, "remoteipheader", host) is None:
            continue
        if any(in_server(context, key, host) for key in ("remoteipinternalproxy", "remoteipinternalproxylist")):
            continue
        trusted = in_server(context, "remoteiptrustedproxy", host)
        if trusted is None or "".join(node.words[:1]).lower() not in ("ip", "from"):
            continue
        for index, word in list(enumerate(node.words))[1:]:
            if _is_private(word) and word not in trusted.words:
                yield Found(
                    node.word_place(index),
                    f'"{word}" is private, and httpd takes no private address from the header of a trusted proxy',
                    related=(Related(trusted.place, "the proxy is trusted for public addresses only"),),
                    help="Use RemoteIPInternalProxy for a proxy in your own network.",
                )


_PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


def _is_private(text: str) -> bool:
    """Whether a word of `Require ip` is an address or network that mod_remoteip takes for private."""
    part = text.partition("/")[0].rstrip(".")
    padded = ".".join([*part.split("."), "0", "0", "0"][:4]) if re.fullmatch(r"[\d.]+", part) else part
    try:
        address = ipaddress.ip_address(padded)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE)


@rule("AC012", "remoteip-list-vhost", "warning", references=(f"{_REMOTEIP}#remoteipinternalproxylist",))
def remoteip_list_vhost(context: Context) -> Iterator[Found]:
    """This version of httpd ignores a file of proxies that a virtual host names.

    Before 2.4.71, RemoteIPTrustedProxyList and RemoteIPInternalProxyList in a virtual host were added to the main
    server's list and not to the host's.

    The rule is silent if the version is not known.

    Move the line to the main server, name the proxies in the virtual host, or upgrade to 2.4.71.

    Fires on::

        # options: --httpd-version 2.4.66
        <VirtualHost "*:80">
            RemoteIPHeader X-Forwarded-For
            RemoteIPInternalProxyList "conf/proxies.txt"
        </VirtualHost>

    Write instead::

        # options: --httpd-version 2.4.66
        <VirtualHost "*:80">
            RemoteIPHeader X-Forwarded-For
            RemoteIPInternalProxy 10.0.0.2
        </VirtualHost>

    Silent on (mended in this version)::

        # options: --httpd-version 2.4.71
        <VirtualHost "*:80">
            RemoteIPHeader X-Forwarded-For
            RemoteIPInternalProxyList "conf/proxies.txt"
        </VirtualHost>

    Source: CHANGES of 2.4.71, PR 70207.
    """
    if not context.before("remoteip-list-in-host"):
        return
    for node in context.configuration.find(*_LISTS):
        if server_of(node) is not None:
            yield Found(
                node.place,
                f"httpd {context.version} does not apply {node.name} to the virtual host that it stands in",
                help="Move it to the main server, or name the proxies with "
                f"{node.name.removesuffix('List')} in the virtual host.",
            )


_ADDRESSES = frozenset(
    ("x-forwarded-for", "x-real-ip", "x-client-ip", "client-ip", "true-client-ip", "cf-connecting-ip", "forwarded")
)
"""Headers that are to say where a request comes from."""
_OTHERS = frozenset(("referer", "user-agent", "origin", "host", "x-forwarded-host", "via", "x-requested-with"))
_IN_EXPRESSION = (
    r"(?i)%\{(?:HTTP:)?(?P<variable>[\w-]+)\}|\b(?:req|http|req_novary)\(\s*['\"](?P<function>[\w-]+)['\"]\s*\)"
)


@rule("AC015", "access-by-client-header", "error", confidence="medium", references=(_SETENVIF, _REQUIRE))
def access_by_client_header(context: Context) -> Iterator[Found]:
    """A request header, which the client writes itself, decides who is let in.

    A client can send any X-Forwarded-For, Referer, User-Agent or Host. A rule that lets in those who send the right
    text lets everybody in who knows it.

    The rule is silent about `Require not`, which keeps out some programs, and about headers of your own, which may
    carry a secret. It is a warning for Referer, User-Agent and the like.

    Use mod_remoteip with `Require ip` for addresses, and a login or client certificates for people and programs.

    Fires on::

        SetEnvIf X-Forwarded-For "^198\\.51\\.100\\." inside
        <Location "/admin">
            Require env inside
        </Location>

    Fires on (in an expression)::

        <Location "/admin">
            Require expr "%{HTTP:X-Forwarded-For} =~ /^198\\.51\\.100\\./"
        </Location>

    Write instead::

        RemoteIPHeader X-Forwarded-For
        RemoteIPInternalProxy 10.0.0.2
        <Location "/admin">
            Require ip 198.51.100.0/24
        </Location>

    Silent on (it keeps out, it does not let in)::

        SetEnvIf User-Agent "BadBot" bot
        <Location "/">
            <RequireAll>
                Require all granted
                Require not env bot
            </RequireAll>
        </Location>

    Silent on (a header that may carry a secret)::

        SetEnvIf X-Edge-Secret "^3f9c0e55a1$" edge
        <Location "/">
            Require env edge
        </Location>

    Source: the documentation of SetEnvIf and Require env; CVE-2022-31813 for headers that proxies lose; tested on httpd
    2.4.71.
    """
    variables: dict[str, dict[Node | None, tuple[int, Node, str]]] | None = None
    written = context.written("require", "allow").lower()
    for node in context.configuration.find("require", "allow") if "env" in written or "expr" in written else ():
        found = node.words
        kind = "".join(found[:1]).lower()
        if node.key == "require" and kind == "expr":
            header = _in_expression(" ".join(found[1:]))
            if header is not None and not _needs_more(node):
                yield _chosen(node, header, None)
            continue
        if node.key == "require" and kind == "env":
            names = found[1:]
        elif node.key == "allow":
            names = [word[4:] for word in found[1:] if word.lower().startswith("env=") and word[4:5] != "!"]
        else:
            continue
        if _needs_more(node):
            continue
        if variables is None:
            variables = _variables(context)
        for name in names:
            setting = variables.get(name.lower(), {})
            servers = setting if server_of(node) is None else (None, server_of(node))
            first = min((setting[server] for server in servers if server in setting), key=itemgetter(0), default=None)
            if first is not None:
                _, line, header = first
                yield _chosen(node, header, line)
    for section in context.configuration.find("<if", "<elseif"):
        header = _in_expression(section.argument)
        if header is not None and admits(section) == "all":
            yield _chosen(section, header, None)
        elif len(re.findall(_UNLIKE, section.argument)) == 1 and admits(section) == "none":
            # It keeps out all others: who sends the right text gets past it.
            header = _in_expression(re.sub(_UNLIKE, "==", section.argument))
            if header in _ADDRESSES:
                yield _chosen(section, header, None)
    yield from _rewriting(context)


_UNLIKE = r"!=|!~"


def _in_expression(text: str) -> str | None:
    """The well-known header that a condition lets in by: one that it compares for equality or by a pattern."""
    if re.search(r"!=|!~|\bne\b|-ne\b|(^|[\s(&|])!", text) or ("&&" in text and re.search(_PROVED, text)):
        return None
    for match in re.finditer(_IN_EXPRESSION, text):
        name = (match["variable"] or match["function"]).lower()
        plain = name.removeprefix("http_").replace("_", "-") if name.startswith("http_") else name
        if plain in _ADDRESSES or plain in _OTHERS:
            return plain
    return None


_PROVED = r"(?i)(^|[\s(])-R\s|-ipmatch|\b(REMOTE_ADDR|CONN_REMOTE_ADDR|REMOTE_USER|SSL_CLIENT\w+)\b"
"""What a client cannot write, in a condition."""


def _needs_more(node: Node) -> bool:
    """Whether a line lets nobody in alone: one of a RequireAll with a login or an address, or in a RequireNone."""
    if node.inside("<requirenone") is not None:
        return True
    outer = node.parent
    if outer is None or outer.key != "<requireall":
        return False
    others = (one for one in outer.children or () if one is not node and one.key == "require")
    return any(_proves(one) for one in others)


def _proves(line: Node) -> bool:
    kind = "".join(line.words[:1]).lower()
    return kind in (
        "ip",
        "local",
        "host",
        "forward-dns",
        "user",
        "valid-user",
        "group",
        "ssl",
        "ssl-verify-client",
    ) or (kind == "expr" and re.search(_PROVED, line.args) is not None)


def _rewriting(context: Context) -> Iterator[Found]:
    """The rules of mod_rewrite that keep out whoever does not send a header with the right address."""
    for one in rewrites(context):
        if not one.rule.has("f", "forbidden"):
            continue
        for line, condition in one.conditions:
            header = _in_expression(condition.test)
            if header in _ADDRESSES and condition.pattern.startswith("!"):
                yield _chosen(line, header or "", None)
                break


def _variables(context: Context) -> dict[str, dict[Node | None, tuple[int, Node, str]]]:
    """The environment variables that a well-known request header sets.

    For each server the first line and its header, with its place among all lines that set the variable.
    """
    found: dict[str, list[tuple[Node, str]]] = {}
    unset: set[str] = set()
    for one in rewrites(context):
        header = next(
            (name for _, test in one.conditions if (name := _in_expression(test.test)) and test.pattern[:1] != "!"),
            None,
        )
        for flag in () if header is None else one.rule.flags:
            if flag.startswith(("e=", "env=")):
                name = flag.partition("=")[2].partition(":")[0]
                found.setdefault(name, []).append((one.node, header or ""))
    for node in context.configuration.find(
        "setenvif", "setenvifnocase", "browsermatch", "browsermatchnocase", "setenvifexpr"
    ):
        words = node.words
        if node.key == "setenvifexpr":
            header = _in_expression("".join(words[:1])) or ""
            names = words[1:]
        else:
            header = "user-agent" if node.key.startswith("browser") else "".join(words[:1]).lower()
            names = words[1:] if node.key.startswith("browser") else words[2:]
        for name in names:
            plain = name.partition("=")[0]
            if plain.startswith("!"):
                unset.add(plain[1:].lower())
            elif header in _ADDRESSES or header in _OTHERS:
                found.setdefault(plain.lower(), []).append((node, header))
    first: dict[str, dict[Node | None, tuple[int, Node, str]]] = {}
    for name, lines in found.items():
        for number, (node, header) in enumerate(lines if name not in unset else ()):
            first.setdefault(name, {}).setdefault(server_of(node), (number, node, header or ""))
    return first


def _chosen(node: Node, header: str, line: Node | None) -> Found:
    shown = "-".join(part.capitalize() for part in header.split("-"))
    return Found(
        node.place,
        f'whoever sends the right "{shown}" header is let in: clients write it themselves',
        related=() if line is None else (Related(line.place, f"{shown} is read here"),),
        help="Use mod_remoteip with Require ip."
        if header in _ADDRESSES
        else "Use a login, client certificates, or Require ip.",
        severity=None if header in _ADDRESSES else "warning",
    )
