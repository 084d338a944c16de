"""Conditional sections for modules that no httpd has."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.lint.find import find, grades

NEVER = [
    ("mime.c", "mod_mime.c"),
    ("ssl.c", "mod_ssl.c"),
    ("mod_ssl", "mod_ssl.c"),
    ("ssl", "mod_ssl.c"),
    ("proxy_http.c", "mod_proxy_http.c"),
    ("version.c", "mod_version.c"),
    ("mod_http.c", "http_core.c"),
    ("mpm_prefork.c", "prefork.c"),
    ("mod_event.c", "event.c"),
]
NAMES = ["mod_mime.c", "mime_module", "core.c", "event.c", "http_core.c", "mod_unixd.c", "mpm_event_module"]
OTHERS = (
    "mod_security2.c security2_module mod_php5.c php7_module mod_gzip.c mod_ours.c sapi_apache2.c mod_fastcgi.c "
    "mod_fcgid.c mod_python.c mod_bwlimited.c mod_suphp.c mod_authz_default.c prefork.c ${mod}_module"
).split()
MODULES = ("mpm_event", "mime", "proxy", "proxy_http", "socache_shmcb", "ssl")


@pytest.mark.parametrize(("name", "real"), NEVER)
def test_wrong_form(name: str, real: str) -> None:
    (finding,) = find("ifmodule-name", f"<IfModule {name}>\nListen 80\n</IfModule>")
    assert grades([finding]) == [("warning", "high")]
    assert f'"{name}"' in finding.message
    assert real in str(finding.help)
    assert (finding.place.line, finding.place.column) == (1, 1)


def test_negated() -> None:
    (finding,) = find("ifmodule-name", "<IfModule !ssl.c>\nListen 80\n</IfModule>")
    assert "always reads" in finding.message


def test_misspelt() -> None:
    (finding,) = find("ifmodule-name", "<IfModule mod_sll.c>\nListen 80\n</IfModule>")
    assert grades([finding]) == [("warning", "medium")]
    assert '"mod_ssl.c"' in str(finding.help)


@pytest.mark.parametrize("name", [*NAMES, *OTHERS])
def test_silent(name: str) -> None:
    assert find("ifmodule-name", f"<IfModule {name}>\nListen 80\n</IfModule>") == []


@pytest.mark.httpd
def test_httpd_reads_by_exact_names_only(tmp_path: Path, httpd: str) -> None:
    """A line that httpd refuses stands in each section: it reads none of them, although it has the modules."""
    load = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES]
    for name, stands in [*((name, False) for name, _ in NEVER), *((name, True) for name in NAMES)]:
        conf = tmp_path / "httpd.conf"
        conf.write_text("\n".join([*load, f"<IfModule {name}>", "Nonsense", "</IfModule>", "ServerName x", ""]))
        run = subprocess.run([httpd, "-t", "-f", str(conf)], capture_output=True, text=True, check=False)
        assert ("Invalid command 'Nonsense'" in run.stderr) == stands, (name, run.stderr)
