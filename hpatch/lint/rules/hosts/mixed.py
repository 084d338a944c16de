"""Virtual hosts with and without TLS at one address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.addresses import address
from hpatch.lint.rules._shared.effective import in_server, may_lack

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_ENGINE = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslengine"
_HTTPS = 443


@rule("VH006", "tls-beside-plain", "error", references=(_ENGINE,))
def tls_beside_plain(context: Context) -> Iterator[Found]:
    """Two virtual hosts have one address, and only one of them speaks TLS: no client reaches the other as it should.

    httpd knows the name that a client asks for only after it has decided whether the connection is TLS. The first
    virtual host of the address decides for all of them. If it has no `SSLEngine on`, clients of the other by https get
    a protocol error, and its pages go out without encryption. If it has, clients by http get 400.

    The rule is silent about a part of a configuration, about addresses that are not written in the same way, and about
    a virtual host for port 443 without SSLEngine behind one with it: clients reach it by TLS, with the certificate of
    the first.

    Give both SSLEngine on and a certificate, or use another port.

    Fires on::

        Listen 443
        <VirtualHost *:443>
            ServerName shop.example
        </VirtualHost>
        <VirtualHost *:443>
            ServerName www.example
            SSLEngine on
            SSLCertificateFile "/etc/ssl/www.pem"
        </VirtualHost>

    Fires on (the other way round)::

        Listen 8080
        <VirtualHost *:8080>
            ServerName www.example
            SSLEngine on
            SSLCertificateFile "/etc/ssl/www.pem"
        </VirtualHost>
        <VirtualHost *:8080>
            ServerName shop.example
        </VirtualHost>

    Write instead::

        Listen 80
        Listen 443
        <VirtualHost *:80>
            ServerName shop.example
        </VirtualHost>
        <VirtualHost *:443>
            ServerName www.example
            SSLEngine on
            SSLCertificateFile "/etc/ssl/www.pem"
        </VirtualHost>

    Silent on (another address)::

        Listen 443
        <VirtualHost 192.0.2.1:443>
            ServerName shop.example
        </VirtualHost>
        <VirtualHost 192.0.2.2:443>
            ServerName www.example
            SSLEngine on
            SSLCertificateFile "/etc/ssl/www.pem"
        </VirtualHost>

    Source: ssl_hook_pre_connection (mod_ssl.c), which asks the connection's server; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.whole or not configuration.find("sslengine"):
        return
    firsts: dict[tuple[str | None, int | None], tuple[Node, bool | None]] = {}
    told: set[Node] = set()
    for host in configuration.find("<virtualhost"):
        on = _speaks_tls(context, host)
        for word, text in enumerate(host.words):
            at = address(host, word, text)
            if at is None or not host.certain:
                continue
            first, first_on = firsts.setdefault((at.host, at.port), (host, on))
            if first is host or on is None or first_on is None or on is first_on or host in told:
                continue
            if first_on and at.port == _HTTPS:
                continue
            told.add(host)
            yield Found(
                host.place,
                f'no client gets TLS here: the first virtual host for "{text}" decides, and has no SSLEngine on'
                if on
                else f'clients by http get 400 here: the first virtual host for "{text}" has SSLEngine on, and decides',
                related=(Related(first.place, "the first one"),),
                help="Give both SSLEngine on and a certificate, or use another port.",
            )


def _speaks_tls(context: Context, host: Node) -> bool | None:
    """Whether SSLEngine is on for a virtual host; None if that is not known."""
    line = in_server(context, "sslengine", host)
    if may_lack(context, host) or (line is not None and (not line.certain or "$" in line.args)):
        return None
    return line is not None and bool(line.words) and line.words[0].lower() != "off"
