"""The forward proxy: who reaches it."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find


@pytest.mark.parametrize(
    ("listen", "severity"),
    [
        ("Listen 127.0.0.1:3128", "warning"),
        ("Listen [::1]:3128\nListen localhost:3129", "warning"),
        ("Listen 127.0.0.1:3128\nListen 80", "error"),
        ("Listen 10.0.0.1:3128", "error"),
        ("", "error"),
    ],
)
def test_who_reaches_it(listen: str, severity: str) -> None:
    (found,) = find("open-proxy", f"{listen}\nProxyRequests On\n")
    assert found.severity == severity


def test_the_last_line_of_a_server_counts() -> None:
    assert not find("open-proxy", "ProxyRequests On\nProxyRequests Off\n")
    (found,) = find("open-proxy", "ProxyRequests On\nProxyRequests On\n")
    assert found.place.line == 2


def test_a_section_of_another_host_does_not_count() -> None:
    restricted = '<VirtualHost *:81>\n<Proxy "*">\nRequire local\n</Proxy>\n</VirtualHost>\n'
    assert find("open-proxy", f"<VirtualHost *:80>\nProxyRequests On\n</VirtualHost>\n{restricted}")
    assert not find(
        "open-proxy", '<VirtualHost *:80>\nProxyRequests On\n</VirtualHost>\n<Proxy "*">\nRequire local\n</Proxy>\n'
    )


def test_a_section_for_some_urls_does_not_count() -> None:
    assert find("open-proxy", 'ProxyRequests On\n<Proxy "http://internal.example/*">\nRequire local\n</Proxy>\n')


@pytest.mark.parametrize(
    ("version", "reported"), [(None, True), ("2.4.41", False), ("2.4.42", True), ("2.4.43", True), ("2.2.34", False)]
)
def test_ajp_has_a_secret_since(version: str | None, reported: bool) -> None:
    assert bool(find("ajp-no-secret", 'ProxyPass "/" "ajp://10.0.0.5:8009/"', version)) is reported


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ('ProxyPass "/" "ajp://10.0.0.5:8009/" secret=x', False),
        ('ProxyPass "/" "ajp://localhost:8009/"', False),
        ('ProxyPass "/" "ajp://[::1]:8009/"', False),
        ('ProxyPass "/" "unix:/run/a.sock|ajp://10.0.0.5/"', False),
        ('ProxyPass "/" "http://10.0.0.5/"', False),
        ('<Proxy "balancer://b">\nBalancerMember "ajp://10.0.0.5:8009"\n</Proxy>', True),
        ('<Proxy "balancer://b">\nBalancerMember "ajp://10.0.0.5:8009" secret=x\n</Proxy>', False),
    ],
)
def test_ajp_and_who_reaches_the_backend(text: str, reported: bool) -> None:
    assert bool(find("ajp-no-secret", text)) is reported


def test_a_rewrite_rule_meets_the_section_for_proxied_urls() -> None:
    denied = '<Proxy "*">\nRequire all denied\n</Proxy>\nRewriteEngine On\n'
    rule = "RewriteRule ^/app/(.*) http://10.0.0.5/$1 [P]\n"
    assert find("proxy-section-denies", denied + rule)
    assert not find("proxy-section-denies", f"{denied}{rule}<Location /app>\nRequire all granted\n</Location>\n")


@pytest.mark.parametrize(
    ("section", "reported"),
    [
        ("Require all granted\nRequire ip 10.0.0.1\n", True),
        ("<Limit CONNECT>\nRequire ip 10.0.0.1\n</Limit>\n", True),
        ("<RequireAll>\nRequire ip 10.0.0.1\nRequire all granted\n</RequireAll>\n", False),
        ("<IfModule mod_unknown.c>\nRequire ip 10.0.0.1\n</IfModule>\n", False),
    ],
)
def test_what_a_section_lets_in(section: str, reported: bool) -> None:
    assert bool(find("open-proxy", f'ProxyRequests On\n<Proxy "*">\n{section}</Proxy>\n')) is reported
    narrow = f'ProxyRequests On\n<Proxy "http:*">\n{section}</Proxy>\n<Proxy "https:*">\n{section}</Proxy>\n'
    assert bool(find("open-proxy", narrow)) is reported


def test_the_secret_of_a_section_with_a_shorter_url() -> None:
    """httpd takes its worker for the ProxyPass (AH01145), but not if both write AJP's own port."""
    section = "<Proxy ajp://10.0.0.5:{0}>\nProxySet secret=a\n</Proxy>\nProxyPass / ajp://10.0.0.5:{0}/\n"
    assert not find("ajp-no-secret", section.format(8010))
    assert find("ajp-no-secret", section.format(8009))


@pytest.mark.parametrize(
    ("ports", "count"),
    [("443-443", 0), ("443 563", 0), ("443-563", 1), ("22", 1), ("443 8443 22", 2), ("443-", 0), ("https", 1)],
)
def test_ports_of_tunnels(ports: str, count: int) -> None:
    assert len(find("connect-wide", f"ProxyRequests On\nAllowCONNECT {ports}\n")) == count
