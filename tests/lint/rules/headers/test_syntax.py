"""Headers whose values mean nothing."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('Strict-Transport-Security "max-age=1 includeSubDomains"', "semicolon"),
        ('Strict-Transport-Security "max-age=1; includeSubDomains preload"', "semicolon"),
        ('Content-Security-Policy "img-src *; script-src self"', '"self"'),
        ("X-Frame-Options SAME-ORIGIN", "SAMEORIGIN"),
        ('X-Frame-Options "ALLOW-FROM https://a.example"', "DENY"),
    ],
)
def test_ignored(line: str, says: str) -> None:
    (finding,) = find("header-value-ignored", f"Header always set {line}\n")
    assert says in finding.message


@pytest.mark.parametrize(
    "line",
    [
        'Strict-Transport-Security "max-age=1; includeSubDomains; preload"',
        'Strict-Transport-Security "max-age = 1"',
        'Strict-Transport-Security "max-age=1;"',
        "Content-Security-Policy \"default-src 'self' https:; script-src 'none'\"",
        'Content-Security-Policy "upgrade-insecure-requests"',
        "X-Frame-Options deny",
        "X-Frame-Options ALLOWALL",
        'X-Frame-Options "%{FRAME}e"',
    ],
)
def test_understood(line: str) -> None:
    assert not find("header-value-ignored", f"Header set {line}\n")


PASS = 'ProxyPass "/" "http://10.0.0.5/"{}\n'


def test_upgrade() -> None:
    lines = "RequestHeader set Upgrade websocket\nRequestHeader set Connection Upgrade\n"
    assert len(find("upgrade-header-set", lines + PASS.format(""))) == 2
    assert not find("upgrade-header-set", lines + PASS.format(" upgrade=websocket"))
    assert not find("upgrade-header-set", lines)
    assert not find("upgrade-header-set", "RequestHeader set Connection close\n" + PASS.format(""))


@pytest.mark.parametrize(
    ("line", "help"),
    [
        ("RequestHeader set X-Real-IP $remote_addr", "REMOTE_ADDR"),
        ('RequestHeader set X-Forwarded-For "$proxy_add_x_forwarded_for"', "expr="),
        ('Header set Access-Control-Allow-Origin "$http_origin"', "expr="),
    ],
)
def test_nginx(line: str, help: str) -> None:
    (finding,) = find("nginx-variable", line + "\n")
    assert help in (finding.help or "")


@pytest.mark.parametrize("line", ["Header edit Location ^http://(.*) https://$1", 'Header set X "$hosts and $1"'])
def test_near_nginx(line: str) -> None:
    assert not find("nginx-variable", line + "\n")
