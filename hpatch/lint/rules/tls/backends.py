"""TLS between httpd and its backends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.wildcards import is_wildcard
from hpatch.lint.found import Fix, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.effective import is_on, server_of
from hpatch.lint.rules._shared.outgoing import (
    address,
    engine_on,
    here,
    name_of,
    setting,
    tls_targets,
    unchecked_by,
    value,
)
from hpatch.paths.patterns import wildcard

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Server, Target

_SSL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html"
_PRESERVE = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypreservehost"


@rule("TL001", "sslproxy-engine", "error", references=(f"{_SSL}#sslproxyengine",), fix="unsafe")
def sslproxy_engine(context: Context) -> Iterator[Found]:
    """The target is an https URL, but SSLProxyEngine is not on: every request gets 500.

    httpd starts, and logs AH01961 for each request ("SSL Proxy requested … but not enabled"). Virtual hosts inherit the
    line from the main server. It may also stand in the `<Proxy>` section of the target.

    In a part of a configuration, the main server may have the line, and the severity is info.

    Add `SSLProxyEngine On` to the virtual host.

    Fires on::

        Listen 80
        <VirtualHost "*:80">
            ProxyPass "/" "https://backend.example/"
        </VirtualHost>

    Write instead::

        Listen 80
        <VirtualHost "*:80">
            SSLProxyEngine On
            SSLProxyVerify require
            SSLProxyCACertificateFile "/etc/ssl/certs/ca-certificates.crt"
            ProxyPass "/" "https://backend.example/"
        </VirtualHost>

    Silent on (the main server's is inherited)::

        Listen 80
        SSLProxyEngine On
        <VirtualHost "*:80">
            ProxyPass "/" "https://backend.example/"
        </VirtualHost>

    Silent on (in the section of the target)::

        <Proxy "https://backend.example/">
            SSLProxyEngine On
        </Proxy>
        ProxyPass "/" "https://backend.example/"

    Source: the SSLProxyEngine documentation, ssl_proxy_enable (mod_ssl.c); tested on httpd
    2.4.71.
    """
    seen: set[int] = set()
    somewhere = any(map(_is_on, context.configuration.find("sslproxyengine")))
    for mapping, target in tls_targets(context):
        if id(mapping.server) in seen or engine_on(context, mapping, target):
            continue
        # The main server's mappings are its virtual hosts' too, and each may have the line.
        if mapping.server.node is None and somewhere:
            continue
        seen.add(id(mapping.server))
        yield Found(
            target.place,
            f'every request to "{target.text}" gets 500: SSLProxyEngine is not on here',
            related=() if target.node is mapping.node else (Related(mapping.place, "this line leads there"),),
            help="Add SSLProxyEngine On.",
            fix=_engine(context, mapping, target),
            severity=None if context.configuration.whole else "info",
            confidence=None if context.configuration.whole else "medium",
        )


def _engine(context: Context, mapping: Mapping, target: Target) -> Fix | None:
    """The line that switches it on: instead of one that switches it off, or above the lines that lead there."""
    line = setting(context, "sslproxyengine", mapping, target)
    if line is not None and server_of(line) is mapping.server.node:
        return edits.fix('write "On"', edits.word(line, 0, "On"))
    above = mapping.node
    for section in mapping.node.ancestors():
        if section is mapping.server.node:
            break
        above = section
    return edits.fix("add SSLProxyEngine On", edits.line_beside(above, "SSLProxyEngine On", above=True))


def _is_on(node: Node) -> bool:
    return is_on(node)


@rule("TL002", "sslproxy-noverify", "warning", confidence="medium", references=(f"{_SSL}#sslproxyverify",))
def sslproxy_noverify(context: Context) -> Iterator[Found]:
    """httpd does not ask who has issued the backend's certificate.

    Without `SSLProxyVerify require`, httpd believes every issuer, and so everybody between httpd and the backend who
    makes a certificate with the backend's name. The name is compared, unless `SSLProxyCheckPeerName off`.

    The rule is silent about targets on this machine. In a part of a configuration, the main server may have the line,
    and the severity is info.

    Set `SSLProxyVerify require`, and name the issuers with SSLProxyCACertificateFile.

    Fires on::

        Listen 80
        SSLProxyEngine On
        ProxyPass "/" "https://backend.example/"

    Fires on (written out)::

        SSLProxyEngine On
        SSLProxyVerify none
        ProxyPass "/" "https://backend.example/"

    Write instead::

        SSLProxyEngine On
        SSLProxyVerify require
        SSLProxyCACertificateFile "/etc/ssl/certs/ca-certificates.crt"
        ProxyPass "/" "https://backend.example/"

    Silent on (the same machine)::

        SSLProxyEngine On
        ProxyPass "/" "https://localhost:8443/"

    Source: the SSLProxyVerify documentation (default: none); tested on httpd 2.4.71.
    """
    seen: set[int] = set()
    for mapping, target in tls_targets(context):
        if here(target) or not engine_on(context, mapping, target):
            continue
        line = setting(context, "sslproxyverify", mapping, target)
        if value(line, "none") not in ("none", "optional_no_ca"):
            continue
        about = id(mapping.server if line is None else line)
        if about in seen:
            continue
        seen.add(about)
        yield Found(
            target.place if line is None else line.place,
            f'httpd believes any issuer of the certificate of "{target.text}"',
            related=() if line is None else (Related(target.place, "the target"),),
            help="Set SSLProxyVerify require, and SSLProxyCACertificateFile.",
            severity=None if line is not None or context.configuration.whole else "info",
        )


@rule("TL003", "sslproxy-name-off", "warning", references=(f"{_SSL}#sslproxycheckpeername",), fix="unsafe")
def sslproxy_name_off(context: Context) -> Iterator[Found]:
    """httpd does not compare the name in the backend's certificate.

    With `SSLProxyCheckPeerName off`, a certificate for any other host is as good as the backend's own. Without
    `SSLProxyVerify require`, any certificate at all is. `SSLProxyCheckPeerCN off` does the same, unless
    `SSLProxyCheckPeerName on` is written out.

    The rule is silent about targets on this machine. If the line is there because of `ProxyPreserveHost On`, give the
    backend a certificate for the public name.

    Remove the line, and write the target as the certificate names it.

    Fires on::

        SSLProxyEngine On
        SSLProxyCheckPeerName off
        ProxyPass "/" "https://backend.example/"

    Fires on (the older directive)::

        SSLProxyEngine On
        SSLProxyCheckPeerCN off
        ProxyPass "/" "https://backend.example/"

    Write instead::

        SSLProxyEngine On
        SSLProxyVerify require
        SSLProxyCACertificateFile "/etc/ssl/certs/ca-certificates.crt"
        ProxyPass "/" "https://backend.example/"

    Silent on (the name is compared)::

        SSLProxyEngine On
        SSLProxyCheckPeerCN off
        SSLProxyCheckPeerName on
        ProxyPass "/" "https://backend.example/"

    Silent on (the same machine)::

        SSLProxyEngine On
        SSLProxyCheckPeerName off
        ProxyPass "/" "https://127.0.0.1:8443/"

    Source: the documentation of SSLProxyCheckPeerName and SSLProxyCheckPeerCN; tested on httpd 2.4.71.
    """
    seen: set[int] = set()
    for mapping, target in tls_targets(context):
        line = unchecked_by(context, mapping, target)
        if line is None or here(target) or id(line) in seen:
            continue
        if not engine_on(context, mapping, target):
            continue
        seen.add(id(line))
        verified = value(setting(context, "sslproxyverify", mapping, target), "none") == "require"
        yield Found(
            line.place,
            f"httpd believes {'a certificate for any other host' if verified else 'any certificate at all'} from "
            f'"{target.text}"',
            related=(Related(target.place, "the target"),),
            help="Remove the line, and write the target as the certificate names it.",
            fix=edits.fix('write "on"', edits.word(line, 0, "on")),
        )


@rule("TL004", "sslproxy-verify-no-ca", "error", references=(f"{_SSL}#sslproxyverify",))
def sslproxy_verify_no_ca(context: Context) -> Iterator[Found]:
    """`SSLProxyVerify require`, but no line names an issuer: every request gets 500.

    httpd does not take the issuers that the system trusts by itself.

    In a part of a configuration, the main server may name them, and the severity is info.

    Add `SSLProxyCACertificateFile "/etc/ssl/certs/ca-certificates.crt"` (Debian), or your own issuer's file.

    Fires on::

        Listen 80
        SSLProxyEngine On
        SSLProxyVerify require
        ProxyPass "/" "https://backend.example/"

    Write instead::

        Listen 80
        SSLProxyEngine On
        SSLProxyVerify require
        SSLProxyCACertificateFile "/etc/ssl/certs/ca-certificates.crt"
        ProxyPass "/" "https://backend.example/"

    Silent on (a folder)::

        SSLProxyEngine On
        SSLProxyVerify require
        SSLProxyCACertificatePath "/etc/ssl/certs"
        ProxyPass "/" "https://backend.example/"

    Source: the documentation of SSLProxyVerify and SSLProxyCACertificateFile; tested on httpd 2.4.71.
    """
    seen: set[int] = set()
    for mapping, target in tls_targets(context):
        line = setting(context, "sslproxyverify", mapping, target)
        if line is None or value(line, "none") != "require" or id(line) in seen:
            continue
        if any(setting(context, key, mapping, target) for key in _ISSUERS) or not engine_on(context, mapping, target):
            continue
        seen.add(id(line))
        yield Found(
            line.place,
            f'every request to "{target.text}" gets 500: no line names an issuer that httpd may believe',
            related=(Related(target.place, "the target"),),
            help="Add SSLProxyCACertificateFile.",
            severity=None if context.configuration.whole else "info",
            confidence=None if context.configuration.whole else "medium",
        )


_ISSUERS = ("sslproxycacertificatefile", "sslproxycacertificatepath")


@rule("TL005", "preservehost-peername", "warning", confidence="medium", references=(_PRESERVE,))
def preservehost_peername(context: Context) -> Iterator[Found]:
    """With ProxyPreserveHost On, httpd looks for the client's Host in the backend's certificate, and answers with 500.

    httpd compares the certificate with the host that it asks for. `ProxyPreserveHost On` makes that the public name,
    not the host of the target. Without the public name in the backend's certificate, each request gets 500 (AH00898).

    The rule is silent if the target's host is one of the virtual host's names, if it is an address, and with
    `SSLProxyCheckPeerName off`.

    Give the backend a certificate with the public name, or set `ProxyPreserveHost Off`.

    Fires on::

        <VirtualHost "*:80">
            ServerName www.example.com
            SSLProxyEngine On
            ProxyPreserveHost On
            ProxyPass "/" "https://app.internal/"
        </VirtualHost>

    Write instead::

        <VirtualHost "*:80">
            ServerName www.example.com
            SSLProxyEngine On
            SSLProxyVerify require
            SSLProxyCACertificateFile "/etc/ssl/certs/ca-certificates.crt"
            ProxyPass "/" "https://app.internal/"
        </VirtualHost>

    Silent on (the same name)::

        <VirtualHost "*:80">
            ServerName www.example.com
            SSLProxyEngine On
            ProxyPreserveHost On
            ProxyPass "/" "https://www.example.com:8443/"
        </VirtualHost>

    Source: proxy_http_handler (mod_proxy_http.c), ap_proxy_connection_create_ex (proxy_util.c), ssl_io_filter_handshake
    (ssl_engine_io.c); tested on httpd 2.4.71.
    """
    if not context.configuration.find("proxypreservehost"):
        return
    seen: set[int] = set()
    for mapping, target in tls_targets(context):
        if unchecked_by(context, mapping, target) is not None or not engine_on(context, mapping, target):
            continue
        if address(target) is not None or _is_name_of(mapping.server, target.host) or target.socket is not None:
            continue
        if target.variables:
            continue
        line = _preserved(context, mapping)
        if line is None or id(line) in seen:
            continue
        seen.add(id(line))
        yield Found(
            line.place,
            f'httpd looks for the client\'s Host, not for "{target.host}", in the certificate of "{target.text}"',
            related=(Related(target.place, "the target"),),
            help="Give the backend a certificate with the public name, or set ProxyPreserveHost Off.",
        )


def _is_name_of(server: Server, name: str) -> bool:
    """Whether a virtual host has a name, or a wildcard that takes it."""
    names = name_of(server)
    if name in names:
        return True
    wild = (wildcard(one, nocase=True) for one in names if is_wildcard(one))
    return any(one is not None and one.fullmatch(name) is not None for one in wild)


def _preserved(context: Context, mapping: Mapping) -> Node | None:
    """The line that sets ProxyPreserveHost On for a mapping: in its section or its server."""
    found: Node | None = None
    for node in context.lines_of(mapping.server.node, "proxypreservehost"):
        if node.parent is server_of(node) or node.parent is mapping.section:
            found = node
    return found if is_on(found) else None


@rule("TL006", "https-by-address", "info", confidence="medium", references=(f"{_SSL}#sslproxycheckpeername",))
def https_by_address(context: Context) -> Iterator[Found]:
    """The target is an address, and httpd looks for it in the backend's certificate.

    Certificates usually hold names. Without the address in it, every request gets 500.

    The rule is silent with `SSLProxyCheckPeerName off`, and with `ProxyPreserveHost On`, which makes httpd look for the
    client's Host.

    Write the name that the certificate holds.

    Fires on::

        SSLProxyEngine On
        ProxyPass "/" "https://10.0.0.5:8443/"

    Write instead::

        SSLProxyEngine On
        SSLProxyVerify require
        SSLProxyCACertificateFile "/etc/ssl/certs/ca-certificates.crt"
        ProxyPass "/" "https://backend.example:8443/"

    Silent on (no TLS)::

        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: the SSLProxyCheckPeerName documentation, modssl_X509_match_name (ssl_util_ssl.c); tested on httpd 2.4.71.
    """
    seen: set[str] = set()
    for mapping, target in tls_targets(context):
        if address(target) is None or target.text in seen or unchecked_by(context, mapping, target) is not None:
            continue
        if not engine_on(context, mapping, target) or _preserved(context, mapping) is not None:
            continue
        seen.add(target.text)
        yield Found(
            target.place,
            f'httpd looks for "{target.host}" in the backend\'s certificate; requests get 500 if it holds names only',
            help="Write the name that the certificate holds.",
        )
