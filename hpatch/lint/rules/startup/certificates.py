"""Certificates of https virtual hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.names import strangers
from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslcertificatefile"
_END = re.compile(r"^[ \t]*</VirtualHost", re.I | re.M)
_OPTIONAL = re.compile(r"^[ \t]*IncludeOptional\b", re.I | re.M)
_MANAGED = ("mdomain", "mdomainset", "mdmember", "mdmembers", "<mdomain", "<mdomainset")
"""mod_md brings certificates for its domains."""


@rule("CF035", "certificate-missing", "error", references=(_MANUAL,))
def certificate_missing(context: Context) -> Iterator[Found]:
    """SSLEngine is on for a server that has no certificate.

    httpd does not start: AH02572, "Failed to configure at least one certificate and key". `httpd -t` says "Syntax OK".
    A virtual host inherits the certificate of the main server, but not that of another virtual host. SSLEngine in the
    main server needs a certificate there, even if all virtual hosts have their own.

    The rule is silent about a part of a configuration, because the main server's certificate may stand in another file.
    It is also silent if mod_md manages domains, and if a module is loaded that hpatch does not know. Without `--httpd`
    it is silent about a virtual host with an IncludeOptional: the server may have files that this machine lacks.

    Add SSLCertificateFile and SSLCertificateKeyFile, or turn SSLEngine off.

    Fires on::

        Listen 443
        <VirtualHost *:443>
            ServerName www.example.com
            SSLEngine on
        </VirtualHost>

    Write instead::

        Listen 443
        <VirtualHost *:443>
            ServerName www.example.com
            SSLEngine on
            SSLCertificateFile /etc/ssl/www.example.com.pem
            SSLCertificateKeyFile /etc/ssl/www.example.com.key
        </VirtualHost>

    Silent on (the certificate of the main server)::

        Listen 443
        SSLCertificateFile /etc/ssl/example.com.pem
        SSLCertificateKeyFile /etc/ssl/example.com.key
        <VirtualHost *:443>
            ServerName www.example.com
            SSLEngine on
        </VirtualHost>

    Source: ssl_init_server_ctx (ssl_engine_init.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.whole or not {"listen", "sslengine"} <= configuration.by_key.keys():
        return
    with_certificate = set(map(_server, _certificates(configuration)))
    if None in with_certificate or configuration.find(*_MANAGED) or strangers(configuration):
        return
    for server, node in {_server(node): node for node in configuration.by_key["sslengine"]}.items():
        if server is not None and not configuration.check_files and _includes(server):
            continue
        if node.args.strip().strip('"').lower() == "on" and server not in with_certificate:
            where = "the main server" if server is None else "this virtual host"
            yield Found(
                node.place,
                f"{where} has no SSLCertificateFile: httpd does not start",
                help="Add SSLCertificateFile and SSLCertificateKeyFile, or turn SSLEngine off."
                if server is not None
                else "Turn SSLEngine on in the virtual hosts instead, or add SSLCertificateFile here.",
                node=node,
            )


def _certificates(configuration: Configuration) -> Iterator[Node]:
    yield from configuration.by_key.get("sslcertificatefile", ())
    for node in configuration.by_key.get("sslopensslconfcmd", ()):
        if next(iter(node.words), "").lower() == "certificate":
            yield node


def _includes(section: Node) -> bool:
    """Whether files that may be missing here are included in a section."""
    text = section.source.text
    end = _END.search(text, section.end)
    return _OPTIONAL.search(text, section.end, end.start() if end else len(text)) is not None


def _server(node: Node) -> Node | None:
    """The virtual host that a directive belongs to; None for the main server."""
    return node.inside("<virtualhost")
