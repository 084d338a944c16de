"""TLS between clients and httpd."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.facts.versions import since
from hpatch.lint.found import Fix, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.effective import in_server, is_on, server_of
from hpatch.lint.rules._shared.headers import SETS, lines_near
from hpatch.lint.rules._shared.scope import proxied

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_SSL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html"
_MOZILLA = "https://wiki.mozilla.org/Security/Server_Side_TLS"
_SECURITY = "https://httpd.apache.org/security/vulnerabilities_24.html"
_OLD = ("sslv2", "sslv3", "tlsv1", "tlsv1.1")
_WEAK = frozenset(
    ("rc4", "des", "3des", "exp", "export", "null", "anull", "enull", "low", "md5", "adh", "aecdh", "idea")
)


@rule("TL010", "optional-no-ca", "error", references=(f"{_SSL}#sslverifyclient",))
def optional_no_ca(context: Context) -> Iterator[Found]:
    """`SSLVerifyClient optional_no_ca` accepts certificates that clients have made themselves, and their names go on.

    httpd does not check who has issued the certificate. `SSL_CLIENT_S_DN` and the like then hold whatever the client
    has written into it, and a backend that believes them lets everybody in.

    The rule reports `SSL_CLIENT_…` in RequestHeader lines, and `SSLOptions +FakeBasicAuth` or `+StdEnvVars` in front of
    FastCGI, SCGI, uWSGI or AJP. It is silent if SSL_CLIENT_VERIFY is handed on too or stands in a condition.

    Set `SSLVerifyClient optional` or `require`, with SSLCACertificateFile.

    Fires on::

        SSLVerifyClient optional_no_ca
        RequestHeader set X-Client-DN "%{SSL_CLIENT_S_DN}s"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Write instead::

        SSLVerifyClient require
        SSLCACertificateFile "/etc/ssl/certs/ca-certificates.crt"
        RequestHeader set X-Client-DN "%{SSL_CLIENT_S_DN}s"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Silent on (the backend can tell)::

        SSLVerifyClient optional_no_ca
        RequestHeader set X-Client-DN "%{SSL_CLIENT_S_DN}s"
        RequestHeader set X-Client-Verify "%{SSL_CLIENT_VERIFY}s"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: the SSLVerifyClient documentation, ssl_callback_SSLVerify (ssl_engine_kernel.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find("sslverifyclient"):
        if [word.lower() for word in node.words[:1]] != ["optional_no_ca"]:
            continue
        host = server_of(node)
        if _verified(context, host):
            continue
        use = _handed_on(context, node, host)
        if use is not None:
            yield Found(
                node.place,
                "the backend believes names in certificates that clients can make themselves",
                related=(Related(use.place, "they are handed on here"),),
                help="Set SSLVerifyClient optional or require, with SSLCACertificateFile.",
            )


def _verified(context: Context, host: Node | None) -> bool:
    """Whether a line looks at SSL_CLIENT_VERIFY, or hands it on."""
    keys = ("requestheader", "require", "sslrequire", "<if", "rewritecond", "setenvif", "rewriterule", "setenvifexpr")
    return any(
        "SSL_CLIENT_VERIFY" in node.args or "ssl-verify-client" in node.args for node in context.lines_of(host, *keys)
    )


def _handed_on(context: Context, node: Node, host: Node | None) -> Node | None:
    """The line that hands the certificate's names on."""
    for line in lines_near(context, "requestheader", host):
        if line.action in SETS and "SSL_CLIENT_" in line.value:
            return line.node
    for option in context.lines_of(host, "ssloptions"):
        text = option.args.lower()
        if "+fakebasicauth" in text:
            return option
        if "stdenvvars" in text and next(proxied(context, node, "fcgi", "scgi", "uwsgi", "ajp"), None) is not None:
            return option
    return None


@rule("TL011", "sslengine-optional", "warning", references=(f"{_SSL}#sslengine", _SECURITY), fix="unsafe")
def sslengine_optional(context: Context) -> Iterator[Found]:
    """`SSLEngine optional` does not work any more, and is a weakness where it still does.

    httpd 2.4.64 and later ignore it: the virtual host speaks no TLS, and httpd only logs a notice at start (AH10510).
    Before that, a client between the browser and httpd could abuse the change to TLS (CVE-2025-49812).

    Set `SSLEngine On`, with a virtual host of its own for plain HTTP.

    Fires on::

        SSLEngine optional

    Write instead::

        SSLEngine Off

    Source: CHANGES of 2.4.64, CVE-2025-49812; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("sslengine"):
        if [word.lower() for word in node.words[:1]] == ["optional"] and _counts(context, node):
            old = context.maybe_before("engine-optional-removed")
            alone = all(one is node for one in context.configuration.find_in(None, "sslengine"))
            yield Found(
                node.place,
                f'httpd {context.version} takes part in CVE-2025-49812 with "SSLEngine optional"'
                if context.before("engine-optional-removed")
                else f'httpd {since("engine-optional-removed")} and later ignore "optional": there is no TLS here',
                help="Set SSLEngine On, with a virtual host of its own for plain HTTP.",
                # What ignores the line speaks no TLS, as with "off".
                fix=edits.fix('write "Off"', edits.word(node, 0, "Off"), safe=not old and alone),
            )


@rule("TL012", "tls-outdated", "info", references=(_MOZILLA, f"{_SSL}#sslprotocol"), fix="unsafe")
def tls_outdated(context: Context) -> Iterator[Found]:
    """The line allows versions or ciphers of TLS that are given up, or an option that is known to be unsafe.

    SSLv3, TLS 1.0 and TLS 1.1, ciphers such as RC4 and 3DES, compression of TLS and insecure renegotiation have known
    attacks. Whether they are offered depends on OpenSSL's level of security, too.

    The rule is silent about `SSLProtocol all -SSLv3`, the default.

    Write `SSLProtocol -all +TLSv1.2 +TLSv1.3`, or remove the line.

    Fires on::

        SSLProtocol all +TLSv1 +TLSv1.1

    Fires on (a cipher)::

        SSLCipherSuite "HIGH:MEDIUM:RC4"

    Fires on (renegotiation)::

        SSLInsecureRenegotiation on

    Write instead::

        SSLProtocol -all +TLSv1.2 +TLSv1.3

    Silent on (they are taken away)::

        SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1
        SSLCipherSuite "HIGH:!aNULL:!MD5:!3DES"

    Source: Mozilla's Server Side TLS (intermediate), RFC 8996, RFC 7465, CVE-2012-4929, CVE-2009-3555. Tested on httpd
    2.4.71: it accepts the lines.
    """
    for node in context.configuration.find("sslprotocol", "sslproxyprotocol"):
        for index, word in enumerate(node.words if _counts(context, node) else ()):
            if word.lower().removeprefix("+") in _OLD:
                shown = word.removeprefix("+")
                yield Found(
                    node.word_place(index),
                    f'"{shown}" is given up',
                    help="Allow TLSv1.2 and TLSv1.3 only.",
                    fix=_newer(node),
                )
                break
    for node in context.configuration.find("sslciphersuite", "sslproxyciphersuite"):
        words = node.words
        weak = _weak(words[-1]) if words and "${" not in words[-1] else None
        if weak is not None:
            yield Found(
                node.place, f'"{weak}" allows ciphers that are given up', help=f'Write "!{weak}", or remove it.'
            )
    for node in context.configuration.find("sslcompression", "sslinsecurerenegotiation"):
        if is_on(node):
            yield Found(
                node.place,
                f'"{node.name} on" is known to be unsafe',
                help="Remove the line.",
                fix=edits.fix('write "off"', edits.word(node, 0, "off")),
            )


def _newer(node: Node) -> Fix | None:
    """Take the old versions away instead of adding them, if the line still allows another one."""
    old = [index for index, word in enumerate(node.words) if word.lower() in {f"+{name}" for name in _OLD}]
    left = [word for index, word in enumerate(node.words) if index not in old and word[:1] != "-"]
    if not left or any(word.lower() in _OLD for word in left):
        return None
    changes = [edits.word(node, index, f"-{node.words[index][1:]}") for index in old]
    return edits.fix("take them away with -", edits.both(*changes))


def _counts(context: Context, node: Node) -> bool:
    """Whether a line sets the value of its server: no later one of the same server does. In a section it may."""
    server = server_of(node)
    return node.parent is not server or bool(node.conditions) or in_server(context, node.key, server) is node


def _weak(text: str) -> str | None:
    """The first part of a list of ciphers that adds weak ones."""
    parts = [part for part in re.split(r"[:, ]", text) if part]
    killed = {part[1:].lower() for part in parts if part[0] == "!"}
    for part in parts:
        if part[0] in "!-+@":
            continue
        words = re.split(r"[+-]", part.lower())
        found = [one for one in words if one in _WEAK] + ["3des"] * ("cbc3" in words)
        if found and not killed.intersection(found):
            return part
    return None


@rule("TL013", "client-verify-no-ca", "error", references=(f"{_SSL}#sslcacertificatefile",))
def client_verify_no_ca(context: Context) -> Iterator[Found]:
    """`SSLVerifyClient require`, but no line names an issuer: no client gets in.

    httpd cannot check any certificate, and ends the connection. While it starts, the log has AH01897, "you want to
    request client authentication, but no CAs are known for verification". `httpd -t` says "Syntax OK".

    The rule is silent about a part of a configuration (no Listen line).

    Name the issuer with SSLCACertificateFile or SSLCACertificatePath.

    Fires on::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLVerifyClient require
        </VirtualHost>

    Write instead::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLVerifyClient require
            SSLCACertificateFile "/etc/ssl/clients-ca.pem"
        </VirtualHost>

    Silent on (a certificate is not wanted)::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLVerifyClient none
        </VirtualHost>

    Source: ssl_init_ctx_verify (ssl_engine_init.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    lines = configuration.find("sslverifyclient")
    if not lines or not configuration.whole or "listen" not in configuration.by_key or configuration.templates:
        return
    if any(node.parent is None and is_on(node) for node in configuration.find("sslengine")):
        engines = None
    else:
        engines = {server_of(node) for node in configuration.find("sslengine") if is_on(node)}
    named = set(map(server_of, configuration.find("sslcacertificatefile", "sslcacertificatepath", "sslopensslconfcmd")))
    if None in named:
        return
    for node in lines:
        host = server_of(node)
        if [word.lower() for word in node.words] != ["require"] or not node.certain or not _counts(context, node):
            continue
        if host is None or host in named or (engines is not None and host not in engines):
            continue
        yield Found(
            node.place,
            "no line names an issuer of clients' certificates: no client gets in",
            help="Add SSLCACertificateFile to this virtual host.",
        )
