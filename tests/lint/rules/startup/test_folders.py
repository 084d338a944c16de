"""Folders of logs, documents and locks that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.checked import Complaint, SyntaxCheck
from hpatch.conf.load import Options, load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.finding import Finding
from hpatch.lint.registry import rules
from tests.support.gateways.starting import start

TASK = LintTask(
    tuple(
        rule
        for rule in rules()
        if rule.name in ("folder-missing", "log-program-missing", "httpd-refuses", "httpd-warns")
    )
)


def find(
    text: str, folder: Path, *, check_files: bool = True, checked: SyntaxCheck | None = None
) -> tuple[Finding, ...]:
    options = Options(check_files=check_files, server_root=str(folder))
    return lint_configuration(load_text(text, options), TASK, checked=checked).findings


def host(text: str) -> str:
    return f"<VirtualHost *:80>\n{text}\n</VirtualHost>\n"


REFUSED = [
    ("ErrorLog none/log", 10),
    (host("ErrorLog none/log"), 10),
    ("ErrorLog {here}/none/log", 10),
    ("CustomLog none/log common", 11),
    ('TransferLog "none/log"', 13),
    (host("CustomLog none/log common env=x"), 11),
    ("CustomLog file/log common", 11),
    ("DocumentRoot none", 14),
    ("DocumentRoot file", 14),
    ("Mutex file:none", 7),
    ("Mutex sem:{here}/none default", 7),
    ("Mutex default:file", 7),
    ("CoreDumpDirectory none", 19),
    ("ChrootDir file", 11),
]
"""httpd -t fails with each; `file` is a file."""
FAILING = [("PidFile none/pid", 9), ("ForensicLog none/log", 13)]
PROGRAMS = [
    ('ErrorLog "|{here}/none"', 10),
    ('CustomLog "|{here}/none x" common', 11),
    ('CustomLog "||{here}/none x" common', 11),
    (host('TransferLog "|{here}/none"'), 13),
    ('ForensicLog "|{here}/none"', 13),
]
"""Logs that go to programs that are not there."""
SOUND = [
    "ErrorLog log",
    "ErrorLog none/log\nErrorLog log",
    "ErrorLog syslog:local7",
    'ErrorLog "|/bin/cat"',
    "CustomLog ../log common",
    'CustomLog "|/bin/cat" common',
    "DocumentRoot folder",
    "DocumentRoot folder/",
    "Mutex file:folder",
    "Mutex posixsem",
    "PidFile none/pid\nPidFile pid",
    "ScoreBoardFile none/board",
]
TLS_REFUSED = [
    ("SSLCACertificatePath none", 22),
    (host("SSLProxyCARevocationPath file"), 26),
    ("SSLOpenSSLConfCmd VerifyCAPath none", 32),
]
TLS_FAILING = [("SSLSessionCache dbm:none/cache", 17), ("SSLStaplingCache dbm:{here}/none/cache", 18)]
TLS_SOUND = [
    "SSLSessionCache shmcb:none/cache(512000)",
    "SSLSessionCache dbm:folder/cache",
    "SSLCACertificatePath folder",
]


def there(folder: Path) -> Path:
    (folder / "folder").mkdir()
    (folder / "file").touch()
    return folder


@pytest.mark.parametrize(("text", "column"), [*REFUSED, *TLS_REFUSED])
def test_refused(text: str, column: int, tmp_path: Path) -> None:
    (finding,) = find(text.format(here=tmp_path), there(tmp_path))
    assert (finding.place.line, finding.place.column) == (2 if text.startswith("<") else 1, column)
    assert (finding.severity, finding.confidence) == ("error", "high")
    assert "httpd refuses to start" in finding.message
    assert find(text.format(here=tmp_path), tmp_path, check_files=False) == ()


@pytest.mark.parametrize(("text", "column"), [*FAILING, *TLS_FAILING])
def test_failing(text: str, column: int, tmp_path: Path) -> None:
    (finding,) = find(text.format(here=tmp_path), tmp_path)
    assert (finding.place.column, finding.severity) == (column, "error")
    assert "httpd does not start" in finding.message


@pytest.mark.parametrize(("text", "column"), PROGRAMS)
def test_a_program(text: str, column: int, tmp_path: Path) -> None:
    (finding,) = find(text.format(here=tmp_path), tmp_path)
    assert finding.rule.name == "log-program-missing"
    assert (finding.place.line, finding.place.column) == (2 if text.startswith("<") else 1, column)
    assert finding.severity == "error"
    assert f'"{tmp_path}/none"' in finding.message
    assert find(text.format(here=tmp_path), tmp_path, check_files=False) == ()


@pytest.mark.parametrize(
    "text",
    [
        *SOUND,
        *TLS_SOUND,
        'CustomLog "|$/none/x" common',
        "ErrorLog ${none}/log",
        "DocumentRoot ${none}",
        "ErrorLog",
        "Mutex",
        "DocumentRoot",
    ],
)
def test_sound_or_not_known(text: str, tmp_path: Path) -> None:
    assert find(text, there(tmp_path)) == ()


def test_the_documents_of_a_virtual_host(tmp_path: Path) -> None:
    (finding,) = find(host("DocumentRoot none"), tmp_path)
    assert finding.severity == "info"
    assert "404" in finding.message


def test_a_folder_that_may_not_be_seen_may_be_there(tmp_path: Path) -> None:
    from hpatch.lint.rules.startup.folders import _is_missing

    assert not _is_missing("/" + "x" * 5000)  # as any other error than that nothing is there
    assert not _is_missing("a\0b")
    assert _is_missing(str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("text", "said", "accepted"),
    [
        ("Timeout 5\nErrorLog none/log", "AH02291: Cannot access directory '{here}/none/' for main error log", False),
        (host("DocumentRoot none"), "AH00112: Warning: DocumentRoot [{here}/none] does not exist", True),
    ],
)
def test_one_fault_is_told_once(text: str, said: str, accepted: bool, tmp_path: Path) -> None:
    """Also where httpd names no line."""
    complaint = Complaint(text=said.format(here=tmp_path), file=None, line=1, weight="warning" if accepted else "error")
    (finding,) = find(text, tmp_path, checked=SyntaxCheck("httpd", accepted, (complaint,)))
    assert finding.rule.name == "folder-missing"
    assert finding.related[0].message.startswith("httpd -t: AH")


@pytest.mark.httpd
@pytest.mark.parametrize("text", [text for text, _ in REFUSED])
def test_httpd_refuses(httpd: str, text: str, tmp_path: Path) -> None:
    result = start(httpd, there(tmp_path), text.format(here=tmp_path))
    assert not result.syntax_ok
    assert not result.started


@pytest.mark.httpd
@pytest.mark.parametrize("text", [text for text, _ in [*FAILING, *PROGRAMS]])
def test_httpd_does_not_start(httpd: str, text: str, tmp_path: Path) -> None:
    result = start(httpd, there(tmp_path), text.format(here=tmp_path), modules="mpm_event log_forensic")
    assert result.syntax_ok
    assert not result.started


@pytest.mark.httpd
@pytest.mark.parametrize("text", [text for text in SOUND if not text.startswith(("ErrorLog", "PidFile"))])
def test_httpd_starts(httpd: str, text: str, tmp_path: Path) -> None:
    assert start(httpd, there(tmp_path), text).started


@pytest.mark.httpd
@pytest.mark.proof
def test_httpd_agrees_on_folders_of_tls(httpd: str, tmp_path: Path) -> None:
    refused, failing = ([text for text, _ in texts] for texts in (TLS_REFUSED, TLS_FAILING))
    there(tmp_path)
    for text in (*refused, *failing, *TLS_SOUND):
        modules = "mpm_event ssl socache_shmcb socache_dbm"
        result = start(httpd, tmp_path, text.format(here=tmp_path), modules=modules)
        assert (result.syntax_ok, result.started) == (text not in refused, text in TLS_SOUND), text
        (tmp_path / "log").unlink(missing_ok=True)
