"""Certificates and keys on this machine with which httpd does not start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.paths import resolve
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import pem
from hpatch.lint.rules._shared.effective import in_server, is_on
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.lint.context import Context

_SSL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html"
_CERTIFICATE, _KEY, _CHAIN = "sslcertificatefile", "sslcertificatekeyfile", "sslcertificatechainfile"
_ISSUERS = (
    ("sslcacertificatefile", "sslcacertificatepath", ("sslcadnrequestfile", "sslcadnrequestpath")),
    ("sslproxycacertificatefile", "sslproxycacertificatepath", ()),
)
"""Lists of issuers as files and as folders, and what names issuers in their place."""
_LISTS = ("sslcacertificatefile", "sslcarevocationfile", "sslproxycacertificatefile", "sslproxycarevocationfile")
_TICKETS = "sslsessionticketkeyfile"
_TICKET = 48
"""Bytes that mod_ssl reads of the key of session tickets (`ssl_init_ticket_key`)."""
_STOPS = "httpd does not start"


class _Pair(NamedTuple):
    """A certificate that a server has, and its key; without `key`, the certificate's file has to have it."""

    certificate: Node
    key: Node | None
    chained: bool


@rule("CF058", "certificate-unusable", "error", references=(f"{_SSL}#sslcertificatefile",))
def certificate_unusable(context: Context) -> Iterator[Found]:
    """httpd cannot use this certificate, key or list of issuers as it is on this machine.

    httpd does not start, and `httpd -t` says "Syntax OK", if

    - a private key is not that of its certificate: AH02565, "Certificate and private key do not match". The first
      SSLCertificateKeyFile belongs to the first SSLCertificateFile, the second to the second. A virtual host without
      one of the two inherits it from the main server.
    - the file of a certificate has no certificate in PEM form, or a cut one: AH02562. DER and PKCS #12 do not do.
    - the file of a key has no private key, or a cut one. Without SSLCertificateKeyFile, the certificate's file must
      have the key, too: AH02579.
    - SSLCACertificateFile, SSLCARevocationFile or their siblings for proxies have no certificate and no list of revoked
      ones, or a cut one: AH01895, AH01901. The same holds for a folder of issuers without any: AH01896.
    - SSLSessionTicketKeyFile has fewer than 48 bytes: AH02287.

    An encrypted key is a warning, unless SSLPassPhraseDialog names a program: httpd asks for the pass phrase at each
    start. Without a terminal, as under systemd and in a container, it does not start: AH02578.

    The rule needs `--httpd`, because only the machine that runs httpd has the files, and hpatch reads them. It is
    silent about servers without TLS, files that it may not read, names in a store of keys (`pkcs11:…`), domains of
    mod_md, and keys and certificates that are too weak or too new for the OpenSSL at hand.

    Name the key that the certificate was made with, or convert the file: `openssl x509 -inform der -in FILE`.

    Fires on::

        # options: --httpd apache2
        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile /etc/hosts
            SSLCertificateKeyFile /etc/hosts
        </VirtualHost>

    Write instead::

        # options: --httpd apache2
        Listen 443
        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile "pkcs11:token=www;object=certificate"
            SSLCertificateKeyFile "pkcs11:token=www;object=key"
        </VirtualHost>

    Source: ssl_init_server_certs, ssl_init_ctx_verify, ssl_init_ctx_crl, ssl_init_ctx_cert_chain and
    ssl_init_ticket_key (ssl_engine_init.c), ssl_load_encrypted_pkey (ssl_engine_pphrase.c); tested on httpd 2.4.71
    with OpenSSL 3.0.
    """
    yield from _once(_unusable(context))
    if all(node.words[:1] == ["builtin"] for node in context.configuration.find("sslpassphrasedialog")):
        yield from _once(_encrypted(context))


def _once(findings: Iterator[Found]) -> Iterator[Found]:
    """The findings without those that another server's lines, or the same lines included again, have brought."""
    seen = set()
    for found in findings:
        if (found.place, found.message) not in seen:
            seen.add((found.place, found.message))
            yield found


def _servers(context: Context, engine: str) -> Iterator[Node | None]:
    """The servers for which httpd surely sets up TLS as it starts; None is the main server."""
    configuration = context.configuration
    if not configuration.check_files or not configuration.whole or engine not in configuration.by_key:
        return
    for server in (None, *configuration.by_key.get("<virtualhost", ())):
        node = in_server(context, engine, server)
        if node is not None and node.certain and is_on(node) and (server is None or server.certain):
            yield server


def _pairs(context: Context) -> Iterator[_Pair]:
    """What `modssl_ctx_cfg_merge_certkeys_array` leaves to each server: its own files, and the main server's behind."""
    configuration = context.configuration
    if configuration.find("mdomain", "mdomainset", "<mdomain", "<mdomainset"):
        return
    for server in _servers(context, "sslengine"):
        certificates, keys = (_merged(configuration, server, key) for key in (_CERTIFICATE, _KEY))
        if certificates is None or keys is None or _by_command(configuration):
            continue
        chained = in_server(context, _CHAIN, server) is not None
        for index, certificate in enumerate(certificates):
            yield _Pair(certificate=certificate, key=keys[index] if index < len(keys) else None, chained=chained)


def _merged(configuration: Configuration, server: Node | None, key: str) -> list[Node] | None:
    """The lines of one directive that count for a server; None where one of them may not hold or is not known."""
    own = _lines(configuration, server, key)
    inherited = _lines(configuration, None, key) if server is not None else []
    lines = own + inherited[len(own) :]
    sound = all(node.certain and len(node.words) == 1 and "${" not in node.words[0] for node in own + inherited)
    return lines if sound else None


def _lines(configuration: Configuration, server: Node | None, key: str) -> list[Node]:
    return [node for node in configuration.find_in(server, key) if node.parent is server]


def _by_command(configuration: Configuration) -> bool:
    """Whether SSLOpenSSLConfCmd may bring certificates or keys."""
    lines = configuration.by_key.get("sslopensslconfcmd", ())
    return any(node.words[:1] and node.words[0].lower() in ("certificate", "privatekey") for node in lines)


def _path(context: Context, node: Node) -> str | None:
    """The file that a line names; None for a name in a store of keys."""
    word = node.words[0] if node.words else ""
    return None if not word or "${" in word or ":" in word else resolve(context.configuration.server_root, word)


def _unusable(context: Context) -> Iterator[Found]:
    yield from _of_pairs(context)
    for key in _LISTS:
        for node, path in _effective(context, key):
            has = pem.read(path)
            if has is not None and not has.certificates and not has.lists:
                yield _found(node, f'"{path}" has no certificate in PEM form')
            elif has is not None and has.cut_certificate:
                yield _found(node, f'"{path}" has a damaged certificate')
    for file, folder, others in _ISSUERS:
        for node, path in _effective(context, folder):
            host = node.inside("<virtualhost")
            if _is_empty(path) and all(in_server(context, key, host) is None for key in (file, *others)):
                yield _found(node, f'"{path}" has no certificates')
    for node, path in _effective(context, _CHAIN):
        has = pem.read(path)
        if has is not None and has.cut_certificate:
            yield _found(node, f'"{path}" has a damaged certificate')
    for node, path in _effective(context, _TICKETS):
        size = _size(path)
        if size is not None and 0 < size < _TICKET:  # an empty one has its own rule
            yield _found(node, f'"{path}" has {size} bytes and needs {_TICKET}')


def _effective(context: Context, key: str) -> Iterator[tuple[Node, str]]:
    """The lines of a directive that count for a server with TLS, and their paths."""
    if key not in context.configuration.by_key:
        return
    for server in _servers(context, "sslproxyengine" if key.startswith("sslproxy") else "sslengine"):
        node = in_server(context, key, server)
        path = None if node is None or not node.certain else _path(context, node)
        if node is not None and path is not None:
            yield node, path


class _Fault(NamedTuple):
    """What is wrong with a pair: with its key, or else with its certificate."""

    says: str
    help: str | None = None
    of_key: bool = True


def _of_pairs(context: Context) -> Iterator[Found]:
    judged: dict[tuple[str, str, bool], _Fault | None] = {}  # many virtual hosts have one certificate
    for pair in _pairs(context):
        paths = _paths(context, pair)
        if paths is None:
            continue
        asked = (*paths, pair.chained)
        if asked not in judged:
            judged[asked] = _fault(*asked)
        fault = judged[asked]
        if fault is not None:
            line = (pair.key if fault.of_key else None) or pair.certificate
            says = (
                fault.says if pair.key is not None or not fault.of_key else f"{fault.says}, and no line names another"
            )
            yield _found(line, says, fault.help, related=pair.certificate if line is not pair.certificate else None)


def _paths(context: Context, pair: _Pair) -> tuple[str, str] | None:
    certificate = _path(context, pair.certificate)
    key = certificate if pair.key is None else _path(context, pair.key)
    return None if certificate is None or key is None else (certificate, key)


def _fault(certificate: str, key: str, chained: bool) -> _Fault | None:
    has, keyed = pem.read(certificate), pem.read(key)
    if has is None or keyed is None or keyed.encrypted:
        return None
    says = pem.pair(certificate, key)
    if says == "mismatch":
        text = f'the key in "{key}" is not that of the first certificate in "{certificate}"'
        return _Fault(text, "Name the key that the certificate was made with.")
    return _unread(certificate, key, has, keyed, chained=chained) if says == "unreadable" else None


def _unread(certificate: str, key: str, has: pem.Pem, keyed: pem.Pem, *, chained: bool) -> _Fault | None:
    """Why OpenSSL could not read a pair; None where the files seem to be whole, and another OpenSSL may read them."""
    if not has.certificates:
        return _Fault(f'"{certificate}" has no certificate in PEM form', _hint(has, keyed), of_key=False)
    if has.cut_certificate and not chained:
        return _Fault(f'"{certificate}" has a damaged certificate', of_key=False)
    if not keyed.keys and not keyed.binary:
        return _Fault(f'"{key}" has no private key in PEM form')
    return _Fault(f'"{key}" has a damaged private key') if keyed.cut_key else None


def _hint(has: pem.Pem, keyed: pem.Pem) -> str | None:
    if has.keys and keyed.certificates and not keyed.keys:
        return "The paths of SSLCertificateFile and SSLCertificateKeyFile seem to be swapped."
    return "Convert it: openssl x509 -inform der -in FILE -out FILE.pem" if has.binary else None


def _encrypted(context: Context) -> Iterator[Found]:
    for pair in _pairs(context):
        line = pair.key or pair.certificate
        path = _path(context, line)
        has = None if path is None else pem.read(path)
        if has is not None and has.encrypted:
            yield Found(
                line.word_place(0),
                f'the key in "{path}" is encrypted: httpd asks for the pass phrase at each start, and does not start '
                "without a terminal",
                help="Let SSLPassPhraseDialog name a program that prints it, or store the key without one.",
                severity="warning",
                node=line,
            )


def _found(node: Node, message: str, help: str | None = None, *, related: Node | None = None) -> Found:
    return Found(
        node.word_place(0),
        f"{message}: {_STOPS}",
        help=help or f"Correct the file, or the path in {node.name}.",
        related=() if related is None else (Related(related.word_place(0), "the certificate is named here"),),
        node=node,
    )


def _is_empty(folder: str) -> bool:
    """Whether no file of a folder has a certificate. False where that cannot be seen."""
    try:
        files = [entry.path for entry in os.scandir(folder) if not entry.is_dir()]
    except (OSError, ValueError):
        return False
    found = map(pem.read, files)
    return all(has is not None and not has.certificates for has in found)


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - the path stays text, as written
    except (OSError, ValueError):
        return None
