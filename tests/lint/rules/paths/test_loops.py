"""Targets that lead back, held against httpd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import running
from tests.support.lint.find import find

FEW = "ServerLimit 1\nThreadsPerChild 4\nMaxRequestWorkers 4\nProxyTimeout 1\nTimeout 1\n"
FIRST = "<VirtualHost *:{port}>\nServerName first\nProxyPass /x http://A/x\n</VirtualHost>\n"
OWN = "<VirtualHost *:{port}>\nServerName shop\n{more}ProxyPass /x http://127.0.0.1:{port}/x\n</VirtualHost>\n"
CASES = {
    "first": OWN,
    "second": FIRST + OWN,
    "second-by-host": FIRST + OWN.replace("{more}", "ProxyPreserveHost On\n"),
    "elsewhere": OWN.replace("{port}/x\n<", "{port}/y\n<").replace(
        "/x http://127.0.0.1:{port}/x", "/x http://127.0.0.1:{port}/y"
    ),
    "excluded": OWN.replace("{more}", "ProxyPass /x/y !\n").replace("{port}/x\n", "{port}/x/y\n"),
}


@pytest.mark.httpd
@pytest.mark.parametrize("name", CASES)
def test_a_loop(name: str, httpd: str, tmp_path: Path) -> None:
    """A request ends in a time-out just where the rule reports the line."""
    text = CASES[name].replace("{more}", "")
    with running(httpd, tmp_path, FEW + text.replace("{port}", "PORT")) as server:
        status = server.ask("/x", {"Host": "shop"})[0].status
    assert status in (200, 404, 502, 503, 504)
    looped = status >= 500
    shown = text.replace("{port}", "8080").replace("//A", "//10.0.0.5")
    assert bool(find("self-loop", f"Listen 8080\n{shown}")) is looped, (name, status)


NAMED = "Listen 80\n<VirtualHost *:80>\nServerName Shop.example\nServerAlias s.example\n{}</VirtualHost>\n"


@pytest.mark.parametrize("url", ["http://shop.example/", "http://S.example:80/"])
def test_its_own_name(url: str) -> None:
    (found,) = find("self-loop", NAMED.format(f"ProxyPass / {url}\n"))
    assert (found.severity, found.confidence) == ("warning", "low")


@pytest.mark.parametrize(
    "text",
    [
        NAMED.format("ProxyPass / http://shop.example:8080/\n"),
        NAMED.format("ProxyPass / https://shop.example/\n"),
        NAMED.format("ProxyPass / http://app.example/\n"),
        NAMED.format("ProxyPass / unix:/run/a.sock|http://shop.example/\n"),
        NAMED.format("ProxyPass /a http://shop.example/b\n"),
        NAMED.format("ProxyPass /a !\nProxyPass / http://shop.example/a\n"),
        NAMED.format("")
        + NAMED.replace("Shop.", "x.").replace("s.e", "y.e").format("ProxyPass / http://shop.example/\n"),
        "Listen 80\nProxyPass / http://10.0.0.5/",
        "Listen 80\nProxyPass / http://127.0.0.1:8080/",
        "Listen 80\nProxyPass / fcgi://127.0.0.1:80/",
        "Listen 80\nProxyPass /a http://127.0.0.1/b",
        "Listen 80\nProxyPass /a !\nProxyPass / http://127.0.0.1/a",
        "ProxyPass / http://127.0.0.1/",
    ],
)
def test_silent(text: str) -> None:
    assert not find("self-loop", text)
