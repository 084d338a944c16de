"""Certificates and keys in PEM form on this machine, read as mod_ssl reads them."""

from __future__ import annotations

import binascii
import os
import re
import stat

from hpatch.records import NamedTuple

_MOST = 4_000_000
"""The bytes of the largest file that is read: a list of all public issuers has 200,000."""
_BLOCK = re.compile(
    rb"^-----BEGIN (?P<kind>[A-Z0-9 ]+)-----[ \t]*\r?$(?P<body>.*?)(?:^-----END (?P<end>[A-Z0-9 ]+)-----|\Z)",
    re.S | re.M,
)
_BOM = b"\xef\xbb\xbf"
_CERTIFICATES = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")
_SECRET, _HEADER = b"ENCRYPTED", b"Proc-Type: 4,ENCRYPTED"
_MISMATCH = frozenset(("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"))
"""What OpenSSL says of a key that is not the certificate's: of the same kind, or of another."""


class Pem(NamedTuple):
    """What a file has in PEM form: how many certificates, lists of revoked ones (CRL) and private keys.

    `cut_certificate` and `cut_key` tell of one without an end, or with less in it than its head says, `encrypted` of a
    first key with a pass phrase. `binary`: the file begins as DER does, which mod_ssl takes for a key, but not for a
    certificate.
    """

    certificates: int
    lists: int
    keys: int
    cut_certificate: bool
    cut_key: bool
    encrypted: bool
    binary: bool


def read(path: str) -> Pem | None:
    """A file's blocks; None if it is no file, or not this user's to read, or very large."""
    try:
        with open(path, "rb", opener=_without_waiting) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return None
            data = stream.read(_MOST + 1)
    except (OSError, ValueError):
        return None
    return None if len(data) > _MOST else _blocks(data.removeprefix(_BOM))


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _blocks(data: bytes) -> Pem:
    found = list(_BLOCK.finditer(data))
    certificates = [one for one in found if one["kind"] in _CERTIFICATES]
    keys = [one for one in found if one["kind"].endswith(b"PRIVATE KEY")]
    return Pem(
        certificates=len(certificates),
        lists=sum(one["kind"] == b"X509 CRL" for one in found),
        keys=len(keys),
        cut_certificate=any(map(_cut, certificates)),
        cut_key=any(map(_cut, keys)),
        encrypted=bool(keys) and (keys[0]["kind"].startswith(_SECRET) or _HEADER in keys[0]["body"]),
        binary=data[:1] == b"0",
    )


def _cut(block: re.Match[bytes]) -> bool:
    """Whether a block has no end, or another one's, or no whole ASN.1 value."""
    if block["end"] != block["kind"]:
        return True
    if b":" in block["body"]:  # the headers of an encrypted key
        return False
    try:
        value = binascii.a2b_base64(b"".join(block["body"].split()), strict_mode=True)
    except binascii.Error:
        return True
    length = _length(value)
    return length is None or length > len(value)


def _length(value: bytes) -> int | None:
    """The length of the ASN.1 value that bytes begin with, its head included."""
    if len(value) < 2:
        return None
    if value[1] < 0x80:  # the short form
        return 2 + value[1]
    size = value[1] & 0x7F
    return 2 + size + int.from_bytes(value[2 : 2 + size], "big")


def pair(certificate: str, key: str) -> str | None:
    """What OpenSSL says of a certificate and its key: "mismatch" or "unreadable"; None for a good pair.

    The functions are those that mod_ssl calls. The key must not have a pass phrase. A certificate that is too weak for
    OpenSSL's settings counts as good: httpd's settings may differ. None also where this Python has no OpenSSL.
    """
    try:
        import ssl
    except ImportError:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        context.load_cert_chain(certificate, key, password="")  # no question at the terminal
    except ssl.SSLError as error:
        return "mismatch" if error.reason in _MISMATCH else "unreadable"
    except (OSError, ValueError):
        return None
    return None
