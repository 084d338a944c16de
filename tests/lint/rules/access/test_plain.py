"""SSLRequireSSL without TLS."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


def host(lines: str, address: str = "*:80") -> str:
    return f"Listen 80\n<VirtualHost {address}>\n<Location />\n{lines}\n</Location>\n</VirtualHost>\n"


@pytest.mark.parametrize(
    "lines",
    [
        "SSLRequireSSL",
        "Require ssl",
        "<RequireAll>\nRequire ip 10.0.0.0/8\nRequire ssl\n</RequireAll>",
        "<RequireAll>\n<RequireAll>\nRequire ssl\n</RequireAll>\n</RequireAll>",
    ],
)
def test_everybody_gets_403(lines: str) -> None:
    line = 4 + [one.startswith(("SSL", "Require ssl")) for one in lines.split("\n")].index(True)
    assert places("tls-wanted-on-plain", host(lines)) == [(line, 1)]


@pytest.mark.parametrize(
    "text",
    [
        host("Require not ssl"),
        host("<RequireAny>\nRequire ssl\nRequire local\n</RequireAny>"),
        host("<RequireAll>\nRequire ssl\n</RequireAll>\nRequire local"),
        host("<RequireNone>\nRequire ssl\n</RequireNone>"),
        host('<If "true">\nRequire ssl\n</If>'),
        host("Require ssl", "*:443"),
        host("Require ssl", "*"),
        host("Require ssl", "*:80 *:443"),
        host("Require ssl").replace("<Location", "SSLEngine on\n<Location"),
        host("Require ssl").replace("<Location", "Redirect / https://x/\n<Location"),
        host("Require ssl") + "SSLEngine on\n",
        host("Require ssl").replace("Listen 80\n", ""),
    ],
)
def test_near_misses(text: str) -> None:
    assert not find("tls-wanted-on-plain", text)
