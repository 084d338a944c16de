"""Facilities of syslog."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.starting import start
from tests.support.lint.find import find

STOPS = ["syslog:foo", "syslog:local8", '"syslog: local7"', "syslog:foo:tag"]
STARTS = ["syslog", "syslog:", "syslog::tag", "syslog:LOCAL7", "syslog:loc:tag", "syslog-foo", "Syslog:foo"]


@pytest.mark.parametrize("log", STOPS)
def test_stops(log: str) -> None:
    (finding,) = find("syslog-facility", f"<VirtualHost *:80>\nErrorLog {log}\n</VirtualHost>")
    assert (finding.severity, finding.place.line, finding.place.column) == ("error", 2, 10)
    (older,) = find("syslog-facility", f"ErrorLog {log}", "2.4.27")
    assert (older.severity, "writes no error log" in older.message) == ("warning", True)


@pytest.mark.parametrize("log", [*STARTS, "syslog:${FACILITY}", "syslog:foo\nErrorLog log"])
def test_starts(log: str) -> None:
    assert find("syslog-facility", f"ErrorLog {log}") == []


@pytest.mark.httpd
@pytest.mark.proof
def test_httpd_does_not_start(tmp_path: Path, httpd: str) -> None:
    result = start(httpd, tmp_path, f"ErrorLog {STOPS[0]}")
    assert result.syntax_ok
    assert "AH10036" in result.said
