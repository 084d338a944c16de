"""Commands of SSLOpenSSLConfCmd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.certificates import certificate
from tests.support.gateways.starting import PORT, start
from tests.support.lint.find import find

REFUSED = ["MinProtocl TLSv1.2", "Foo bar", "min_protocol TLSv1.2"]
STOPS = [
    "MinProtocol TLS1.2",
    "MaxProtocol tlsv1.2",
    "Protocol TLSv1.2:TLSv1.3",
    "Options Bugs,Foo",
    "VerifyMode Peer",
    "Curves X25519;P-256",
    "ECDHParameters auto",
    "CipherString FOO",
    "Ciphersuites FOO",
]
STARTS = [
    "MinProtocol TLSv1.2",
    "minprotocol TLSv1.2",
    "Protocol ALL,-SSLv3",
    "Options ServerPreference,-Bugs",
    "Groups X25519:P-256",
    "SignatureAlgorithms RSA+SHA256:ECDSA+SHA256",
    "ECDHParameters Automatic",
    "CipherString HIGH",
]


def host(command: str, engine: str = "on") -> str:
    lines = f"SSLEngine {engine}\nSSLCertificateFile x.pem\nSSLOpenSSLConfCmd {command}"
    return f"Listen 443\n<VirtualHost *:443>\n{lines}\n</VirtualHost>\n"


def errors(text: str) -> list[tuple[int, bool]]:
    """The lines of errors, and whether `httpd -t` sees them."""
    found = [one for name in ("openssl-command", "cipher-unknown") for one in find(name, text)]
    return [(one.place.line, "refuses to start" in one.message) for one in found if one.severity == "error"]


@pytest.mark.parametrize("command", REFUSED)
def test_refused(command: str) -> None:
    assert errors(host(command)) == errors(host(command, "off")) == [(5, True)]


@pytest.mark.parametrize("command", STOPS)
def test_stops(command: str) -> None:
    assert errors(host(command)) == [(5, False)]
    assert errors(host(command, "off")) == []


@pytest.mark.parametrize("command", [*STARTS, "${X} y", "MinProtocol ${X}", "MinProtocol", "RecordPadding x"])
def test_starts(command: str) -> None:
    assert errors(host(command)) == []


@pytest.mark.httpd
@pytest.mark.proof
def test_httpd_agrees(tmp_path: Path, httpd: str) -> None:
    pem = certificate(tmp_path, "x")
    for command in (*REFUSED, *STOPS, *STARTS):
        text = host(command).partition("\n")[2].replace("x.pem", str(pem)).replace("443", PORT)
        result = start(httpd, tmp_path, text, modules="mpm_event ssl")
        assert result.syntax_ok is (command not in REFUSED), command
        assert result.started is (command in STARTS), command
        (tmp_path / "log").unlink(missing_ok=True)
