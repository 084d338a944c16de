"""Access rules that want TLS where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.scope import conditional

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_SSL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html"
_REDIRECTS = ("redirect", "redirectmatch", "redirectpermanent", "redirecttemp", "rewriterule")


@rule("AC046", "tls-wanted-on-plain", "error", references=(f"{_SSL}#sslrequiressl", f"{_SSL}#authzproviders"))
def tls_wanted_on_plain(context: Context) -> Iterator[Found]:
    """The section wants the client to come by TLS, in a virtual host that speaks plain HTTP: everybody gets 403.

    SSLRequireSSL and `Require ssl` ask whether the connection to httpd itself is encrypted. What a proxy in front says
    of the client (X-Forwarded-Proto) does not count. Neither line redirects the client to https.

    The rule is silent about a virtual host for port 443, one with a Redirect or a RewriteRule, and if the main server
    has `SSLEngine on`, or may have it: a part of a configuration has no Listen line. It is also silent about a
    `Require ssl` beside other lines of which one is enough.

    Redirect clients to https in this virtual host, and keep the line in the one with SSLEngine on.

    Fires on::

        Listen 80
        <VirtualHost *:80>
            ServerName shop.example
            <Location "/admin">
                Require ssl
            </Location>
        </VirtualHost>

    Write instead::

        Listen 80
        <VirtualHost *:80>
            ServerName shop.example
            Redirect "/" "https://shop.example/"
        </VirtualHost>

    Silent on (clients of this network need no TLS)::

        Listen 80
        <VirtualHost *:80>
            ServerName shop.example
            <Location "/admin">
                Require ssl
                Require ip 10.0.0.0/8
            </Location>
        </VirtualHost>

    Source: ssl_hook_Access (ssl_engine_kernel.c), ssl_authz_require_ssl_check; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    lines = configuration.find("sslrequiressl", "require")
    if not lines or not configuration.whole or "listen" not in configuration.by_key:
        return
    engines = {server_of(node) for node in configuration.find("sslengine") if node.words[:1] != ["off"]}
    if None in engines:
        return
    redirecting = set(map(server_of, configuration.find(*_REDIRECTS)))
    for node in lines:
        if node.key == "require" and [word.lower() for word in node.words] != ["ssl"]:
            continue
        host = server_of(node)
        if host is None or host in engines or host in redirecting or not node.certain or conditional(node):
            continue
        if node.frame.name.endswith(".htaccess") or not _plain(host) or not _alone(node):
            continue
        yield Found(
            node.place,
            f'"{" ".join(host.words)}" speaks plain HTTP, and this line wants TLS: everybody gets 403',
            help="Redirect to https here, and keep the line in the virtual host with SSLEngine on.",
        )


def _plain(host: Node) -> bool:
    """Whether no address of a virtual host may be one for TLS."""
    ports = [word.rpartition(":")[2] for word in host.words if ":" in word]
    return len(ports) == len(host.words) > 0 and all(port.isdigit() and port != "443" for port in ports)


def _alone(node: Node) -> bool:
    """Whether a client must pass this line whatever the lines beside it say."""
    if node.key == "sslrequiressl":
        return True
    section = node.parent
    if section is None or section.key == "<requirenone":
        return False
    if section.key == "<requireall":
        return _alone_in(section)
    return _only(node, section)


def _alone_in(section: Node) -> bool:
    outer = section.parent
    if outer is None or outer.key in ("<requirenone", "<requireany"):
        return False
    return _alone_in(outer) if outer.key == "<requireall" else _only(section, outer)


def _only(node: Node, section: Node) -> bool:
    """Whether nothing beside an access line in a section may let a client in."""
    return not any(
        one is not node and (one.key in ("require", "satisfy") or one.key.startswith("<require"))
        for one in section.children or ()
    )
