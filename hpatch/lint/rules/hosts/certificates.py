"""Virtual hosts whose certificate is never used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context


@rule(
    "VH004",
    "vhost-cert-no-engine",
    "error",
    references=("https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslengine",),
    fix="unsafe",
)
def vhost_cert_no_engine(context: Context) -> Iterator[Found]:
    """A virtual host has a certificate, but SSLEngine is not on: httpd speaks plain HTTP there.

    A certificate and port 443 are not enough. Browsers show a protocol error, and whoever speaks HTTP to that port gets
    the pages without encryption. `httpd -t` says nothing about it.

    The rule is silent where the main server has SSLEngine on, which virtual hosts inherit, and in a part of a
    configuration, whose main server it does not see. It is also silent where the virtual host says `SSLEngine off`.

    Add `SSLEngine on`.

    Fires on::

        <VirtualHost *:443>
            ServerName shop.example.com
            SSLCertificateFile "/etc/ssl/shop.pem"
        </VirtualHost>

    Write instead::

        <VirtualHost *:443>
            ServerName shop.example.com
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
        </VirtualHost>

    Silent on (a certificate for backends)::

        <VirtualHost *:80>
            ServerName shop.example.com
            SSLProxyMachineCertificateFile "/etc/ssl/client.pem"
        </VirtualHost>

    Source: the SSLEngine documentation, `ssl_init_Module` (ssl_engine_init.c); a virtual host on port 443 tested on
    httpd 2.4.71, with `Listen 443 https` too.
    """
    configuration = context.configuration
    if not configuration.whole:
        return
    engines = configuration.by_key.get("sslengine", ())
    if any(_on(node) for node in engines if node.parent is None):
        return
    seen = [node.inside("<virtualhost") for node in engines]
    for node in configuration.find("sslcertificatefile"):
        host = node.parent
        if host is None or host.key != "<virtualhost" or any(host is one for one in seen):
            continue
        seen.append(host)
        yield Found(
            node.place,
            f'"{" ".join(host.words)}" has a certificate, but SSLEngine is not on: httpd speaks plain HTTP there',
            help="Add SSLEngine on to this virtual host.",
            fix=edits.fix("add SSLEngine on", edits.line_beside(node, "SSLEngine on", above=True)),
        )


def _on(node: Node) -> bool:
    return bool(node.words) and node.words[0].lower() != "off"
