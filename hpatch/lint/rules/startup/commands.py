"""Commands of SSLOpenSSLConfCmd that OpenSSL does not take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import secured
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslopensslconfcmd"
_OPENSSL = "https://docs.openssl.org/master/man3/SSL_CONF_cmd/"
_NAMES = (
    "SignatureAlgorithms ClientSignatureAlgorithms Curves Groups ECDHParameters CipherString Ciphersuites Protocol "
    "MinProtocol MaxProtocol Options VerifyMode Certificate PrivateKey ServerInfoFile ChainCAPath ChainCAFile "
    "ChainCAStore VerifyCAPath VerifyCAFile VerifyCAStore RequestCAFile RequestCAPath RequestCAStore ClientCAFile "
    "ClientCAPath ClientCAStore DHParameters RecordPadding NumTickets"
).split()
_VERSIONS = "None SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3 DTLSv1 DTLSv1.2".split()
_PROTOCOLS = "ALL SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3 DTLSv1 DTLSv1.2".split()
_OPTIONS = (
    "SessionTicket EmptyFragments Bugs Compression ServerPreference NoResumptionOnRenegotiation DHSingle ECDHSingle "
    "UnsafeLegacyRenegotiation UnsafeLegacyServerConnect ClientRenegotiation EncryptThenMac NoRenegotiation "
    "AllowNoDHEKEX PreferNoDHEKEX PrioritizeChaCha MiddleboxCompat AntiReplay ExtendedMasterSecret CANames KTLS "
    "StrictCertCheck TxCertificateCompression RxCertificateCompression KTLSTxZerocopySendfile IgnoreUnexpectedEOF"
).split()
_MODES = "Request Require Once RequestPostHandshake RequirePostHandshake".split()
_NAMED = re.compile(r"[A-Za-z0-9_.+:?*/-]*")
"""The characters that lists of groups and of signature algorithms have, in all releases of OpenSSL."""


class _Refused(NamedTuple):
    """What OpenSSL does not take, and what to write."""

    says: str
    help: str | None


@rule("CF061", "openssl-command", "error", references=(_MANUAL, _OPENSSL))
def openssl_command(context: Context) -> Iterator[Found]:
    """OpenSSL does not take this command of SSLOpenSSLConfCmd, or not with this value.

    httpd refuses to start if OpenSSL knows no such command. With a wrong value it does not start: AH02407,
    "SSLOpenSSLConfCmd … failed", and `httpd -t` says "Syntax OK".

    The rule knows the commands of OpenSSL 1.0.2 to 3.5, the words that MinProtocol, MaxProtocol, Protocol, Options and
    VerifyMode take, and the characters of lists of groups and algorithms. The confidence is medium where a newer
    OpenSSL may know the word. The rule does not tell which of them the OpenSSL at hand has. A value is reported only
    for a server with TLS.

    Correct the name or the value.

    Fires on::

        SSLOpenSSLConfCmd MinProtocl TLSv1.2

    Fires on::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLOpenSSLConfCmd MinProtocol TLS1.2
        </VirtualHost>

    Write instead::

        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "/etc/ssl/shop.pem"
            SSLOpenSSLConfCmd MinProtocol TLSv1.2
            SSLOpenSSLConfCmd Groups X25519:P-256
        </VirtualHost>

    Source: ssl_cmd_SSLOpenSSLConfCmd (ssl_engine_config.c), ssl_init_ctx (ssl_engine_init.c), ssl_conf.c of OpenSSL;
    tested on httpd 2.4.71 with OpenSSL 3.0.
    """
    for node in context.configuration.find("sslopensslconfcmd"):
        words = node.words
        if len(words) != 2 or "${" in node.args or node.source.name in context.configuration.templates:
            continue
        if words[0].lower() not in _LOWER:
            near = _near(words[0], _NAMES)
            yield _found(node, 0, f'OpenSSL knows no command "{words[0]}": httpd refuses to start', near, sure=False)
        elif secured(context, node):
            refused = _judges().get(words[0].lower(), _anything)(words[1])
            if refused is not None:
                says = f"{words[0]} {refused.says}: httpd does not start"
                yield _found(node, 1, says, refused.help, sure=words[0].lower() != "options")


def _found(node: Node, word: int, says: str, help: str | None, *, sure: bool) -> Found:
    return Found(node.word_place(word), says, help=help, confidence=None if sure else "medium", node=node)


_LOWER = frozenset(name.lower() for name in _NAMES)


def _judges() -> dict[str, Callable[[str], _Refused | None]]:
    """What judges the value of a command, by its name in lower case."""
    version, names = _one_of(_VERSIONS), _characters
    return {
        "minprotocol": version,
        "maxprotocol": version,
        "protocol": _listed(_PROTOCOLS),
        "options": _listed(_OPTIONS),
        "verifymode": _listed(_MODES),
        "groups": names,
        "curves": names,
        "signaturealgorithms": names,
        "clientsignaturealgorithms": names,
        "ecdhparameters": _automatic,
    }


def _anything(_: str) -> None:
    return None


def _one_of(known: list[str]) -> Callable[[str], _Refused | None]:
    def judged(value: str) -> _Refused | None:
        return None if not value or value in known else _Refused(f'does not take "{value}"', _near(value, known))

    return judged


def _listed(known: list[str]) -> Callable[[str], _Refused | None]:
    """Words divided by commas, each with + or - or without, whose case does not count."""
    lower = {word.lower() for word in known}

    def judged(value: str) -> _Refused | None:
        for word in value.split(","):
            name = word.strip().lstrip("+-")
            if name and name.lower() not in lower:
                return _Refused(f'does not take "{name}"', _near(name, known))
        return None

    return judged


def _characters(value: str) -> _Refused | None:
    end = _NAMED.match(value)
    if end is None or end.end() == len(value):
        return None
    return _Refused(f'does not take "{value[end.end()]}" in "{value}"', "Write names with : between them.")


def _automatic(value: str) -> _Refused | None:
    return _Refused('does not take "auto"', "Write Automatic, or leave the line out.") if value == "auto" else None


def _near(word: str, known: list[str]) -> str | None:
    from hpatch.suggest import closest

    near = closest(word, known)
    return f"It takes {', '.join(known)}." if near is None else f'Did you mean "{near}"?'
