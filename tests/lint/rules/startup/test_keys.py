"""Certificates, keys and lists of issuers that httpd cannot use."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.finding import Finding
from hpatch.lint.registry import rules
from tests.support.gateways.certificates import certificate
from tests.support.gateways.starting import PORT, start

TASK = LintTask(tuple(rule for rule in rules() if rule.name == "certificate-unusable"))
END = "-----END CERTIFICATE-----"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates and keys: `a` and `b` fit by name, `both` has all of a, the others are broken in some way."""
    made = tmp_path_factory.mktemp("keys")
    for name in ("a", "b"):
        key, end, rest = certificate(made, name).read_text().partition("-----END PRIVATE KEY-----\n")
        (made / f"{name}.key").write_text(key + end)
        (made / f"{name}.crt").write_text(rest)
    (made / "both").write_text((made / "a.crt").read_text() + (made / "a.key").read_text())
    text = (made / "a.crt").read_text()
    (made / "cut.crt").write_text(text[:300])
    (made / "gap.crt").write_text("".join(line for at, line in enumerate(text.splitlines(keepends=True)) if at != 3))
    (made / "chain").write_text(text + (made / "b.crt").read_text().replace(END, ""))
    (made / "crlf.crt").write_bytes(text.replace("\n", "\r\n").encode())
    (made / "cut.key").write_text((made / "a.key").read_text()[:120])
    (made / "garbage").write_text("x\n")
    (made / "none").mkdir()
    (made / "none" / "folder").mkdir()
    (made / "issuers").mkdir()
    (made / "issuers" / "a.pem").write_text(text)
    secret = ["openssl", "pkey", "-in", made / "a.key", "-aes128", "-passout", "pass:x", "-out", made / "secret.key"]
    subprocess.run(secret, check=True, capture_output=True)
    der = ["openssl", "pkey", "-in", made / "a.key", "-outform", "DER", "-out", made / "der.key"]
    subprocess.run(der, check=True, capture_output=True)
    other = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", made / "other.key"]
    subprocess.run(other, check=True, capture_output=True)
    return made


def host(lines: str, engine: str = "on") -> str:
    return f"<VirtualHost *:443>\nServerName x\nSSLEngine {engine}\n{lines}\n</VirtualHost>\n"


def pair(certificate: str, key: str) -> str:
    return f"SSLCertificateFile {certificate}\nSSLCertificateKeyFile {key}"


GOOD = pair("a.crt", "a.key")
STOPS = [
    (pair("a.crt", "b.key"), 5, "is not that of the first certificate"),
    (pair("a.crt", "other.key"), 5, "is not that of the first certificate"),
    (pair("a.key", "a.crt"), 4, "has no certificate in PEM form"),
    (pair("cut.crt", "a.key"), 4, "has a damaged certificate"),
    (pair("gap.crt", "a.key"), 4, "has a damaged certificate"),
    (pair("a.crt", "garbage"), 5, "has no private key in PEM form"),
    (pair("a.crt", "cut.key"), 5, "has a damaged private key"),
    ("SSLCertificateFile a.crt", 4, "and no line names another"),
    (pair("a.crt", "a.key") + "\nSSLCertificateFile b.crt", 6, "has no private key"),
    (pair("a.crt", "b.key") + "\n" + pair("b.crt", "a.key"), 5, "is not that"),
    (GOOD + "\nSSLCACertificateFile garbage", 6, "has no certificate"),
    (GOOD + "\nSSLCACertificateFile cut.crt", 6, "has a damaged certificate"),
    (GOOD + "\nSSLCARevocationFile garbage", 6, "has no certificate"),
    (GOOD + "\nSSLProxyEngine on\nSSLProxyCACertificateFile garbage", 7, "has no certificate"),
    (GOOD + "\nSSLCACertificatePath none", 6, "has no certificates"),
    (GOOD + "\nSSLCertificateChainFile cut.crt", 6, "has a damaged certificate"),
    (GOOD + "\nSSLSessionTicketKeyFile garbage", 6, "has 2 bytes and needs 48"),
]
STARTS = [
    GOOD,
    "SSLCertificateFile both",
    pair("a.crt", "both"),
    pair("crlf.crt", "a.key"),
    pair("a.crt", "der.key"),
    GOOD + "\n" + pair("b.crt", "b.key"),
    GOOD + "\nSSLCertificateKeyFile b.key",
    GOOD + "\nSSLCACertificateFile a.crt\nSSLCACertificatePath none",
    GOOD + "\nSSLCACertificatePath issuers",
    GOOD + "\nSSLCertificateChainFile garbage\nSSLSessionTicketKeyFile a.crt",
]


def find(text: str, folder: Path, *, check_files: bool = True) -> tuple[Finding, ...]:
    options = Options(check_files=check_files, server_root=str(folder), main=True)
    return lint_configuration(load_text(text, options), TASK).findings


@pytest.mark.parametrize(("lines", "line", "says"), STOPS)
def test_stops(lines: str, line: int, says: str, folder: Path) -> None:
    first = find(host(lines), folder)[0]
    assert (first.place.line, first.severity) == (line, "error")
    assert says in first.message
    assert "httpd does not start" in first.message
    assert find(host(lines), folder, check_files=False) == ()
    if "Proxy" not in lines:
        assert find(host(lines, "off"), folder) == ()


@pytest.mark.parametrize("lines", [*STARTS, pair("pkcs11:object=x", "b.key"), pair("${X}", "b.key")])
def test_starts(lines: str, folder: Path) -> None:
    assert find(host(lines), folder) == ()


def test_a_virtual_host_inherits_what_it_does_not_have(folder: Path) -> None:
    (finding,) = find(GOOD + "\n" + host("SSLCertificateKeyFile b.key") + host(""), folder)
    assert finding.place.line == 6
    assert [one.place.line for one in finding.related] == [1]
    assert find(GOOD + "\n" + host("SSLCertificateFile both"), folder) == ()


def test_an_encrypted_key_needs_somebody_at_a_terminal(folder: Path) -> None:
    (finding,) = find(host(pair("a.crt", "secret.key")), folder)
    assert (finding.place.line, finding.severity) == (5, "warning")
    assert find("SSLPassPhraseDialog exec:/bin/echo\n" + host(pair("a.crt", "secret.key")), folder) == ()
    assert find("SSLPassPhraseDialog builtin\n" + host(pair("a.crt", "secret.key")), folder)


def test_what_may_not_hold_or_comes_from_elsewhere_is_not_judged(folder: Path) -> None:
    wrong = pair("a.crt", "b.key")
    assert find(f"<IfDefine X>\n{host(wrong)}</IfDefine>", folder) == ()
    assert find(host(f"{GOOD}\n<IfDefine X>\n{wrong}\n</IfDefine>\n"), folder) == ()
    assert find("MDomain x\n" + host(wrong), folder) == ()
    assert find(host(wrong + f"\nSSLOpenSSLConfCmd Certificate {folder}/b.crt"), folder) == ()


def test_a_file_that_may_not_be_read_is_not_judged(folder: Path) -> None:
    assert find(host(pair("a.crt", "gone.key")), folder) == ()
    assert find(host(pair("a.crt", "none")), folder) == ()
    assert find(host(pair("a.crt", "/dev/zero")), folder) == ()


@pytest.mark.httpd
@pytest.mark.proof
@pytest.mark.parametrize(
    ("lines", "starts"),
    [
        *((lines, False) for lines, _, _ in STOPS),
        *((one, True) for one in STARTS),
        (pair("a.crt", "secret.key"), False),
    ],
)
def test_httpd_agrees(lines: str, starts: bool, folder: Path, tmp_path: Path, httpd: str) -> None:
    root = f'ServerRoot "{folder}"\n'  # the files are there, and what httpd writes is not
    result = start(httpd, tmp_path, root + host(lines).replace("443", PORT), modules="mpm_event ssl proxy proxy_http")
    assert result.syntax_ok
    assert result.started is starts
