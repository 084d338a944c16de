"""Files of certificates, maps and types that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.finding import Finding
from hpatch.lint.registry import rules
from tests.support.gateways.starting import start

TASK = LintTask(tuple(rule for rule in rules() if rule.name == "file-missing"))


def find(text: str, folder: Path, *, check_files: bool = True) -> tuple[Finding, ...]:
    options = Options(check_files=check_files, server_root=str(folder))
    return lint_configuration(load_text(text, options), TASK).findings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "empty").touch()
    (tmp_path / "there").write_text("x\n")
    return tmp_path


MISSING = [
    ("SSLCertificateFile none", "does not exist"),
    ("SSLCertificateFile empty", "is empty"),
    ("SSLCertificateKeyFile there/none", "does not exist"),
    ("<VirtualHost *:443>\nSSLCACertificateFile none\n</VirtualHost>", "does not exist"),
    ("SSLProxyMachineCertificateFile empty", "is empty"),
    ("SSLCertificateFile .", "is a directory"),
    ("SSLCACertificateFile /dev/null", "is not a regular file"),
    ("RewriteMap a txt:none", "does not exist"),
    ('RewriteMap a "prg:none x"', "does not exist"),
    ("SSLOpenSSLConfCmd DHParameters none", "does not exist"),
    ("SSLPassPhraseDialog exec:none", "does not exist"),
    ("SSLRandomSeed startup file:none 16", "does not exist"),
    ("SSLRandomSeed connect builtn", "does not exist"),
    ("RemoteIPTrustedProxyList none", "does not exist"),
    ("LDAPTrustedGlobalCert CA_BASE64 none", "does not exist"),
]
IN_THE_WAY = ["ErrorLog .", "CustomLog . common", "TransferLog .", "GlobalLog . common", "ForensicLog .", "PidFile ."]
THERE = [
    "SSLCertificateFile there",
    "RewriteMap a txt:empty",
    'RewriteMap a "prg:there x"',
    "RewriteMap a int:tolower",
    "RewriteMap a txt:.",
    "SSLPassPhraseDialog exec:there",
    "SSLRandomSeed startup builtin",
    "LDAPTrustedGlobalCert CA_BASE64 empty",
]


@pytest.mark.parametrize(
    ("text", "state"), [*MISSING, ("TypesConfig none", "does not exist"), ("TypesConfig .", "is a directory")]
)
def test_what_is_missing(text: str, state: str, folder: Path) -> None:
    (finding,) = find(text, folder)
    assert state in finding.message
    assert find(text, folder, check_files=False) == ()


@pytest.mark.parametrize(
    "text", [*THERE, "TypesConfig empty", "TypesConfig /dev/null", "SSLCertificateKeyFile pkcs11:object=x"]
)
def test_what_is_there(text: str, folder: Path) -> None:
    assert find(text, folder) == ()


def test_nothing_is_said_of_what_may_not_hold(folder: Path) -> None:
    assert find("<IfDefine X>\nSSLCertificateFile none\n</IfDefine>\nSSLCertificateFile ${X}", folder) == ()
    assert find("TypesConfig none\nTypesConfig there", folder) == ()


@pytest.mark.httpd
@pytest.mark.proof
@pytest.mark.parametrize(
    ("text", "refused"), [*((text, True) for text, _ in MISSING), *((one, False) for one in THERE)]
)
def test_httpd_agrees(text: str, refused: bool, folder: Path, httpd: str) -> None:
    assert start(httpd, folder, text, modules="mpm_event ssl rewrite ldap remoteip").syntax_ok is not refused


@pytest.mark.parametrize("text", IN_THE_WAY)
def test_a_directory_is_in_the_way_of_what_httpd_writes(text: str, folder: Path) -> None:
    (finding,) = find(text, folder)
    assert f'"{folder}" is a directory' in finding.message
    assert "httpd does not start" in finding.message
    assert find(text.replace(" .", " none"), folder) == ()
    assert find(text, folder, check_files=False) == ()


def test_only_the_last_log_of_errors_counts(folder: Path) -> None:
    assert find("ErrorLog .\nPidFile .\nErrorLog log\nPidFile pid", folder) == ()
    assert find("ErrorLog |/bin/cat\nCustomLog syslog:. common", folder) == ()


@pytest.mark.httpd
@pytest.mark.proof
def test_httpd_does_not_start_with_a_directory_in_the_way(folder: Path, httpd: str) -> None:
    for text in IN_THE_WAY:
        result = start(httpd, folder, text, modules="mpm_event log_config log_forensic")
        assert (result.syntax_ok, result.started) == (True, False), text
        (folder / "log").unlink(missing_ok=True)


@pytest.mark.httpd
@pytest.mark.proof
@pytest.mark.parametrize("path", ["none", "."])
def test_httpd_does_not_start_without_its_types(path: str, folder: Path, httpd: str) -> None:
    result = start(httpd, folder, f"TypesConfig {path}", modules="mpm_event mime")
    assert result.syntax_ok
    assert not result.started
    assert "AH01597" in result.said
