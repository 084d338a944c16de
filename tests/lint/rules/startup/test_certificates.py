"""https servers without a certificate."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import by_name
from tests.support.gateways.starting import PORT, start
from tests.support.lint.find import find, places

FILES = "SSLCertificateFile {folder}/c.pem\nSSLCertificateKeyFile {folder}/k.pem\n"


def host(text: str) -> str:
    return f"<VirtualHost *:443>\nServerName x\n{text}\n</VirtualHost>\n"


def whole(text: str) -> str:
    return "Listen 443\n" + text


MISSING = [
    (host("SSLEngine on"), (4, 1), "this virtual host"),
    (host('SSLEngine "On"'), (4, 1), "this virtual host"),
    (host("SSLEngine off\nSSLEngine on"), (5, 1), "this virtual host"),
    ("SSLEngine on\n", (2, 1), "the main server"),
    ("SSLEngine on\n" + host(FILES), (2, 1), "the main server"),
    ("SSLEngine on\n" + host("SSLEngine off"), (2, 1), "the main server"),
    (host(FILES) + host("SSLEngine on"), (10, 1), "this virtual host"),
    (host("SSLEngine on\nSSLCertificateKeyFile {folder}/k.pem"), (4, 1), "this virtual host"),
]
PRESENT = [
    host("SSLEngine on\n" + FILES),
    host("SSLEngine on") + FILES,
    FILES + "SSLEngine on\n",
    host("SSLEngine on\nSSLEngine off"),
    host("SSLEngine off"),
    host("SSLEngine optional"),
    host("SSLEngine on\nSSLOpenSSLConfCmd Certificate {folder}/c.pem\nSSLOpenSSLConfCmd PrivateKey {folder}/k.pem"),
]


@pytest.mark.parametrize(("text", "place", "says"), MISSING)
def test_missing(text: str, place: tuple[int, int], says: str) -> None:
    (finding,) = find("certificate-missing", whole(text))
    assert (finding.place.line, finding.place.column) == place
    assert finding.message.startswith(says)
    assert (finding.severity, finding.confidence) == ("error", "high")


@pytest.mark.parametrize(
    "text",
    [
        *PRESENT,
        host("SSLEngine on\n<IfFile a.pem>\nSSLCertificateFile a.pem\n</IfFile>"),
        host("SSLEngine on\nInclude ssl.conf"),
        host("SSLEngine on\n includeoptional tls/*.conf"),
        host("SSLEngine on") + "MDomain x\n",
        host("SSLEngine on") + "<MDomainSet x>\n</MDomainSet>\n",
        "LoadModule foo_module foo.so\n" + host("SSLEngine on"),
    ],
)
def test_present_or_not_known(text: str) -> None:
    assert find("certificate-missing", whole(text)) == []


def test_files_that_may_be_on_the_server() -> None:
    """With `--httpd` this machine is the server; an IncludeOptional elsewhere tells nothing of this host."""
    text = whole(host("SSLEngine on\nIncludeOptional no-such-folder/*.conf"))
    task = LintTask((by_name()["certificate-missing"],))
    assert len(lint_configuration(load_text(text, Options(check_files=True)), task).findings) == 1
    assert (
        len(find("certificate-missing", whole(host("SSLEngine on") + "IncludeOptional no-such-folder/*.conf\n"))) == 1
    )


def test_every_server_is_told() -> None:
    assert places("certificate-missing", whole(host("SSLEngine on") * 2)) == [(4, 1), (8, 1)]


def test_a_part_may_inherit_a_certificate() -> None:
    task = LintTask((by_name()["certificate-missing"],))
    text = whole(host("SSLEngine on"))
    assert lint_configuration(load_text(text, Options(main=False)), task).findings == ()
    assert find("certificate-missing", host("SSLEngine on")) == []


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("pem")
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", folder / "k.pem", "-out", folder / "c.pem", "-subj", "/CN=x"]
    subprocess.run(["openssl", "req", "-x509", *made, "-days", "2"], check=True, capture_output=True, timeout=120)
    return folder


def tried(text: str, pem: Path) -> str:
    return text.replace(":443", f":{PORT}").replace("{folder}", str(pem))


@pytest.mark.httpd
@pytest.mark.parametrize("text", [text for text, _, _ in MISSING])
def test_httpd_does_not_start(httpd: str, text: str, pem: Path, tmp_path: Path) -> None:
    result = start(httpd, tmp_path, tried(text, pem), modules="mpm_event socache_shmcb ssl")
    assert result.syntax_ok
    assert not result.started
    assert "AH02572" in result.said


@pytest.mark.httpd
@pytest.mark.parametrize("text", PRESENT)
def test_httpd_starts(httpd: str, text: str, pem: Path, tmp_path: Path) -> None:
    result = start(httpd, tmp_path, tried(text, pem), modules="mpm_event socache_shmcb ssl")
    assert result.started, result.said
