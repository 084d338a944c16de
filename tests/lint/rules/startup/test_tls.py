"""Settings of mod_ssl with which httpd does not start."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.gateways.starting import PORT, start
from tests.support.lint.find import find

RULES = ("stapling-no-cache", "tls-no-protocol", "tls13-ciphers-misplaced", "cipher-unknown")
STOPS = [
    ("stapling-no-cache", "SSLUseStapling on", "AH01958"),
    ("tls-no-protocol", "SSLProtocol -SSLv3 -TLSv1", "AH02231"),
    ("tls-no-protocol", "SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1 -TLSv1.2 -TLSv1.3", "AH02231"),
    ("tls-no-protocol", "SSLProtocol TLSv1.3 -TLSv1.3", "AH02231"),
    ("tls13-ciphers-misplaced", "SSLCipherSuite TLS_AES_128_GCM_SHA256", "AH01898"),
    ("tls13-ciphers-misplaced", "SSLProtocol TLSv1.3\nSSLCipherSuite SSL TLS_AES_128_GCM_SHA256", "AH01898"),
    ("cipher-unknown", "SSLCipherSuite FOO", "AH01898"),
    ("cipher-unknown", "SSLCipherSuite “HIGH”", "AH01898"),
    ("cipher-unknown", "SSLCipherSuite TLSv1.3 TLS_AES_128_GCM_SHA265", "AH10127"),
]
STARTS = [
    "SSLUseStapling on\nSSLUseStapling off",
    "SSLProtocol -all +TLSv1.2",
    "SSLProtocol -TLSv1.2 TLSv1.3",
    "SSLProtocol -SSLv3\nSSLProtocol all",
    "SSLCipherSuite TLSv1.3 TLS_AES_128_GCM_SHA256",
    "SSLCipherSuite TLS_AES_128_GCM_SHA256:HIGH",
]


def host(lines: str) -> str:
    certificate = "SSLCertificateFile {folder}/c.pem\nSSLCertificateKeyFile {folder}/k.pem"
    return f"<VirtualHost *:443>\nServerName x\nSSLEngine on\n{certificate}\n{lines}\n</VirtualHost>\n"


@pytest.mark.parametrize(("name", "lines", "_code"), STOPS)
def test_stops(name: str, lines: str, _code: str) -> None:
    (finding,) = find(name, "Listen 443\n" + host(lines))
    assert finding.place.line == 7 + lines.count("\n")
    assert finding.severity == "error"
    off = "Listen 443\n" + host(lines).replace("SSLEngine on", "SSLEngine off")
    assert [one for one in find(name, off) if one.severity == "error"] == []


@pytest.mark.parametrize("lines", STARTS)
def test_starts(lines: str) -> None:
    assert [found for name in RULES for found in find(name, "Listen 443\n" + host(lines))] == []


def test_the_cache_may_stand_in_another_file() -> None:
    assert not find("stapling-no-cache", host("SSLUseStapling on"))
    assert not find("stapling-no-cache", "Listen 443\nSSLStaplingCache shmcb:/x(32768)\n" + host("SSLUseStapling on"))


def test_a_line_of_the_main_server_holds_where_tls_is_on() -> None:
    assert find("tls-no-protocol", "Listen 443\nSSLProtocol -SSLv3\n" + host(""))
    assert not find("tls-no-protocol", "Listen 443\nSSLProtocol -SSLv3\n<VirtualHost *:80>\n</VirtualHost>\n")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("pem")
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", folder / "k.pem", "-out", folder / "c.pem", "-subj", "/CN=x"]
    subprocess.run(["openssl", "req", "-x509", *made, "-days", "2"], check=True, capture_output=True, timeout=120)
    return folder


@pytest.mark.proof
@pytest.mark.httpd
@pytest.mark.parametrize("code", [None, *(code for _, _, code in STOPS)])
def test_httpd_agrees(httpd: str, code: str | None, pem: Path, tmp_path: Path) -> None:
    for number, lines in enumerate(STARTS if code is None else [lines for _, lines, said in STOPS if said == code]):
        folder = tmp_path / str(number)
        folder.mkdir()
        text = host(lines).replace(":443", f":{PORT}").replace("{folder}", str(pem))
        result = start(httpd, folder, text, modules="mpm_event socache_shmcb ssl")
        assert result.syntax_ok
        assert result.started is (code is None), result.said
        assert code is None or code in result.said
