"""Targets that are no URL for a backend."""

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ProxyPass /q http://h/x?y=1", (1, 14)),
        ('ProxyPassMatch "^/q/(.*)$" "http://h/x?y=$1"', (1, 28)),
        ("<Location /q>\n  ProxyPass http://h/?y=1\n</Location>", (2, 13)),
    ],
)
def test_query(text: str, place: tuple[int, int]) -> None:
    assert places("target-query", text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /q http://h/x",
        "ProxyPass /q/ http://h/x?y= nocanon",
        "ProxyPass /q/ http://h/x?y= mapping=encoded",
        "RewriteRule ^/q$ http://h/x?y=1 [P]",
    ],
)
def test_no_query(text: str) -> None:
    assert find("target-query", text) == []


@pytest.mark.parametrize(
    "target",
    [
        "localhost:8080",
        "localhost",
        "/b",
        "//h/b",
        "http:/h/b",
        "http://",
        "unix:/x",
        "unix:/x|",
        "127.0.0.1:80/",
        "h:80/$1",
    ],
)
def test_not_absolute(target: str) -> None:
    assert places("target-not-absolute", f'ProxyPass /a "{target}"') == [(1, 14)]


def test_not_absolute_member() -> None:
    text = "<Proxy balancer://a>\n  BalancerMember 10.0.0.5:80\n</Proxy>"
    assert places("target-not-absolute", text) == [(2, 18)]


@pytest.mark.parametrize(
    "target",
    ["http://h", "unix:/x|http://h/", "unix:/x|fcgi://localhost", "balancer://a", "!", "http://[::1]:80/", "${url}"],
)
def test_absolute(target: str) -> None:
    assert find("target-not-absolute", f"Define url http://h/\nProxyPass /a {target}") == []
