"""Directives of a forward proxy beside ProxyPass, held against httpd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import running
from tests.support.lint.find import find, places

REMOTE, BLOCKED = "remote-proxy-for-local", "backend-blocked"
PASS = "ProxyPass / http://127.0.0.1:8080/\n"

# A name: lines of a virtual host, and whether httpd refuses to ask the backend.
BLOCKS = {
    "all": ("ProxyBlock *\nProxyPass / http://A/\n", True),
    "part": ("ProxyBlock 0.0\nProxyPass / http://A/\n", True),
    "other": ("ProxyBlock 10.9.9.9\nProxyPass / http://A/\n", False),
    "member": (
        "ProxyBlock *\n<Proxy balancer://b>\nBalancerMember http://A\n</Proxy>\nProxyPass / balancer://b/\n",
        True,
    ),
}


@pytest.mark.httpd
def test_blocks(httpd: str, tmp_path: Path) -> None:
    hosts = {name: f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, (text, _) in BLOCKS.items()}
    with running(httpd, tmp_path, "".join(hosts.values())) as server:
        answers = {name: server.get("/page", host=name) for name in BLOCKS}
    for name, (_, refused) in BLOCKS.items():
        assert (answers[name] == "403") is refused, (name, answers[name])
        assert bool(find(BLOCKED, hosts[name].replace("//A", "//127.0.0.1"))) is refused, name


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ('ProxyRemote "*" "http://p.example:1"', True),
        ("ProxyRemote http http://p.example:1", True),
        ("ProxyRemote https http://p.example:1", False),
        ("ProxyRemote http://127.0.0.1:8080 http://p.example:1", True),
        ("ProxyRemote * http://127.0.0.1:1", False),
        ("ProxyRemote * http://p.example:1\nNoProxy localhost", False),
        ("ProxyRemote * http://p.example:1\nNoProxy .example.com", True),
    ],
)
def test_remotes(line: str, reported: bool) -> None:
    assert places(REMOTE, f"{line}\n{PASS}") == ([(1, 1)] if reported else [])
    assert not find(REMOTE, f"{line}\nProxyPass / http://10.0.0.5/\n")


def test_a_line_of_the_main_server_is_reported_once() -> None:
    host = f"<VirtualHost *:1>\n{PASS}</VirtualHost>\n"
    for rule, line in ((REMOTE, "ProxyRemote * http://p.example:1"), (BLOCKED, "ProxyBlock *")):
        assert places(rule, f"{line}\n{host}{host}") == [(1, 1)]
        assert not find(rule, f"<VirtualHost *:2>\n{line}\n</VirtualHost>\n{host}")
