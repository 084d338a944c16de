"""Lists of ciphers in which OpenSSL does not know a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, is_on, may_lack, secured, server_of
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_SSL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html"
_BREAK = r"[:;, ]+"
_ITEM = r"(?P<sign>[-+!]?)(?P<names>[A-Za-z0-9.=_-]+(?:\+[A-Za-z0-9.=_-]+)*)"
_COMMAND = r"@(?:STRENGTH|SECLEVEL=[0-5])"
_DEFAULT = "DEFAULT"
_COMMANDS = {"cipherstring": False, "ciphersuites": True}
"""Commands of SSLOpenSSLConfCmd that take a list, and whether it is one for TLS 1.3."""
_POLICY = "PROFILE="
"""What Fedora's OpenSSL and its kin take for the policy of the machine."""


class _Judged(NamedTuple):
    """What OpenSSL makes of a list: the names that it passes over, and where it stops (None: nowhere).

    `left` tells whether something is left: names that add ciphers.
    """

    unknown: tuple[str, ...]
    stops: str | None
    left: bool


@rule("CF056", "cipher-unknown", "warning", references=(f"{_SSL}#sslciphersuite",))
def cipher_unknown(context: Context) -> Iterator[Found]:
    """OpenSSL does not know a name in this list of ciphers.

    OpenSSL passes over a name that it does not know, and over one in the wrong case. A misspelt cipher is not offered;
    one misspelt behind a `!` stays allowed. If no known name adds a cipher, or if the list holds a character such as a
    curly quote, httpd does not start: an error. The log has AH01898, "Unable to configure permitted SSL ciphers", and
    `httpd -t` says "Syntax OK" in all these cases.

    The names are those of all releases of OpenSSL. The rule does not tell which of them a build still has.

    Correct the name, or remove it.

    Fires on::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLCipherSuite ECDHE-RSA-AES256-GCM-SHA348:HIGH
        </VirtualHost>

    Fires on::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLCipherSuite TLSv1.3 TLS_AES_256_GCM_SHA348
        </VirtualHost>

    Write instead::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLCipherSuite ECDHE-RSA-AES256-GCM-SHA384:HIGH
            SSLCipherSuite TLSv1.3 TLS_AES_256_GCM_SHA384
        </VirtualHost>

    Silent on (names that only old releases have)::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLCipherSuite "EECDH+AESGCM:EDH+AESGCM:!EXPORT56:!KRB5-DES-CBC3-SHA:@STRENGTH"
        </VirtualHost>

    Source: ssl_cmd_SSLCipherSuite (ssl_engine_config.c), ssl_init_ctx_cipher_suite (ssl_engine_init.c),
    ssl_cipher_process_rulestr and ciphersuite_cb (OpenSSL's ssl_ciph.c); tested on httpd 2.4.71 with OpenSSL 3.0.
    """
    for node in context.configuration.find("sslciphersuite", "sslproxyciphersuite", "sslopensslconfcmd"):
        newest = _is_newest(node)
        text = node.words[-1] if newest is not None else ""
        if newest is None or "${" in text or text.startswith(_POLICY) or may_lack(context, node):
            continue
        yield from _found(context, node, _suites(text) if newest else _ciphers(text), newest=newest)


def _is_newest(node: Node) -> bool | None:
    """Whether the last word of a line is a list for TLS 1.3, or one for TLS 1.2 and before; None for neither."""
    words = node.words
    if node.key == "sslopensslconfcmd":
        return _COMMANDS.get(words[0].lower()) if len(words) == 2 else None
    newest = words[:1] == ["TLSv1.3"]
    return None if not words or len(words) > 2 or (len(words) == 2 and not newest and words[0] != "SSL") else newest


def _found(context: Context, node: Node, judged: _Judged, *, newest: bool) -> Iterator[Found]:
    from hpatch.facts import ciphers
    from hpatch.suggest import closest

    at = node.word_place(len(node.words) - 1)
    starts = _in_section(node) or not _used(context, node)
    if judged.stops is not None:
        says = f'OpenSSL cannot read this list from "{judged.stops}" on'
        yield _fatal(Found(at, says, help="Write names with : between them."), starts=starts)
        return
    lost = not judged.left
    if lost and not judged.unknown:
        if not node.words[-1].startswith("TLS_"):
            yield _fatal(Found(at, "this list adds no cipher", help='Begin it with "HIGH".'), starts=starts)
        return
    for name in judged.unknown:
        near = closest(name, sorted(ciphers.suites() if newest else ciphers.listed()))
        found = Found(
            at,
            f'OpenSSL knows no cipher "{name}"' + (", and none is left" if lost else " and passes over it"),
            help="Correct the name, or remove it." if near is None else f'Did you mean "{near}"?',
        )
        yield _fatal(found, starts=starts) if lost else found
        if lost:
            return


def _used(context: Context, node: Node) -> bool:
    """Whether httpd surely gives the list to OpenSSL as it starts."""
    if node.key != "sslproxyciphersuite":
        return secured(context, node)
    return context.configuration.whole and node.certain and is_on(in_server(context, "sslproxyengine", server_of(node)))


def _fatal(found: Found, *, starts: bool) -> Found:
    if starts:
        return found
    return found._replace(message=f"{found.message}: httpd does not start", severity="error")


def _in_section(node: Node) -> bool:
    """Whether httpd asks for the list with a request only, which then ends with status 403."""
    return node.parent is not None and node.parent.key != "<virtualhost"


def _suites(text: str) -> _Judged:
    from hpatch.facts import ciphers

    names = [name.strip() for name in text.split(":")]
    unknown = tuple(name for name in names if name and name not in ciphers.suites())
    return _Judged(unknown=unknown, stops=None, left=not unknown or len(unknown) < len(names))


def _ciphers(text: str) -> _Judged:
    """As `ssl_cipher_process_rulestr` reads a list. Ciphers of TLS 1.3 have a rule of their own."""
    from hpatch.facts import ciphers

    known = ciphers.listed()
    unknown: list[str] = []
    left = text.startswith(_DEFAULT)
    at = 0
    while at < len(text):
        if (skipped := re.compile(_BREAK).match(text, at)) is not None:
            at = skipped.end()
            continue
        if (command := re.compile(_COMMAND).match(text, at)) is not None:
            at = command.end()
            continue
        item = re.compile(_ITEM).match(text, at)
        if item is None:
            return _Judged(unknown=tuple(unknown), stops=text[at:], left=False)
        missing = [name for name in item["names"].split("+") if name not in known]
        if not item["sign"] and item["names"] in ciphers.suites():
            at = item.end()
            continue
        unknown += [name for name in missing if not name.startswith("TLS_")]  # newer releases may take IANA's names
        if item["sign"] in ("!", "-") and item["names"] == "ALL":
            left = False
        left = left or (not item["sign"] and all(name.startswith("TLS_") for name in missing))
        at = item.end()
    return _Judged(unknown=tuple(dict.fromkeys(unknown)), stops=None, left=left)
