"""Settings of mod_ssl with which httpd does not start, although `httpd -t` says that all is well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, is_on, secured, server_of

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_SSL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html"
_PROTOCOLS = frozenset(("sslv3", "tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3"))


@rule("CF051", "stapling-no-cache", "error", references=(f"{_SSL}#sslstaplingcache",))
def stapling_no_cache(context: Context) -> Iterator[Found]:
    """SSLUseStapling is on, and there is no SSLStaplingCache: httpd does not start.

    The log has AH01958, "SSLStapling: no stapling cache available". `httpd -t` says "Syntax OK". SSLStaplingCache
    belongs to the main server, not into a virtual host.

    The rule is silent about a part of a configuration (no Listen line): the line may stand in another file.

    Add a SSLStaplingCache outside of the virtual hosts.

    Fires on::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLUseStapling on
        </VirtualHost>

    Write instead::

        Listen 443
        SSLStaplingCache "shmcb:/run/apache2/stapling(128000)"
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLUseStapling on
        </VirtualHost>

    Silent on (no TLS here)::

        Listen 80
        <VirtualHost *:80>
            SSLEngine off
            SSLUseStapling on
        </VirtualHost>

    Source: modssl_init_stapling (ssl_util_stapling.c); tested on httpd 2.4.71.
    """
    if "sslstaplingcache" in context.configuration.by_key or "listen" not in context.configuration.by_key:
        return
    for node in context.configuration.find("sslusestapling"):
        if is_on(node) and secured(context, node) and in_server(context, node.key, server_of(node)) is node:
            yield Found(
                node.place,
                "there is no SSLStaplingCache: httpd does not start",
                help='Add SSLStaplingCache "shmcb:…(128000)" outside of the virtual hosts, or turn SSLUseStapling off.',
            )


@rule("CF052", "tls-no-protocol", "error", references=(f"{_SSL}#sslprotocol",))
def tls_no_protocol(context: Context) -> Iterator[Found]:
    """SSLProtocol leaves no version of TLS: httpd does not start.

    The list begins with nothing. `-TLSv1` takes away what is not there, unless `all` comes before it. The log has
    AH02231, "No SSL protocols available". `httpd -t` says "Syntax OK".

    Begin the list with `all`, or name the versions that you want.

    Fires on::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLProtocol -SSLv3 -TLSv1 -TLSv1.1
        </VirtualHost>

    Write instead::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1
        </VirtualHost>

    Silent on (nothing but plus signs)::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLProtocol +TLSv1.2 +TLSv1.3
        </VirtualHost>

    Source: ssl_cmd_protocol_parse (ssl_engine_config.c), ssl_init_ctx_protocol; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("sslprotocol"):
        if _none_left(node.words) and secured(context, node) and in_server(context, node.key, server_of(node)) is node:
            yield Found(
                node.place,
                f'"{" ".join(node.words)}" leaves no version of TLS: httpd does not start',
                help='Begin with "all", or name the versions: SSLProtocol TLSv1.2 TLSv1.3.',
            )


def _none_left(words: list[str]) -> bool:
    left: set[str] = set()
    for word in words:
        name = word.lstrip("+-").lower()
        named = set(_PROTOCOLS) if name == "all" else {name}
        if not named <= _PROTOCOLS:
            return False
        left = left - named if word.startswith("-") else left | named if word.startswith("+") else named
    return bool(words) and not left


@rule("CF053", "tls13-ciphers-misplaced", "error", references=(f"{_SSL}#sslciphersuite",))
def tls13_ciphers_misplaced(context: Context) -> Iterator[Found]:
    """SSLCipherSuite names nothing but ciphers of TLS 1.3 without saying so: httpd does not start.

    Ciphers of TLS 1.3 begin with `TLS_` and have a list of their own: `SSLCipherSuite TLSv1.3 …`. Without that word the
    list is the one for TLS 1.2 and before, in which OpenSSL finds none of them. The log has AH01898, "Unable to
    configure permitted SSL ciphers". `httpd -t` says "Syntax OK".

    Put `TLSv1.3` before the list. The defaults for TLS 1.3 are good; most configurations need no such line.

    Fires on::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLCipherSuite TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384
        </VirtualHost>

    Write instead::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLCipherSuite TLSv1.3 TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384
        </VirtualHost>

    Silent on (OpenSSL passes over the first name)::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLCipherSuite TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES128-GCM-SHA256
        </VirtualHost>

    Source: ssl_init_ctx_cipher_suite (ssl_engine_init.c), SSL_CTX_set_cipher_list; tested on httpd 2.4.71 with OpenSSL
    3.0.
    """
    for node in context.configuration.find("sslciphersuite"):
        words = node.words[1:] if node.words[:1] == ["SSL"] else node.words
        if len(words) != 1 or not all(name.startswith("TLS_") for name in words[0].replace(",", ":").split(":")):
            continue
        if node.parent is not None and node.parent.key != "<virtualhost":
            continue
        if secured(context, node):
            yield Found(
                node.place,
                "these ciphers belong to TLS 1.3, and none is left for TLS 1.2 and before: httpd does not start",
                help="Put TLSv1.3 before the list.",
            )
