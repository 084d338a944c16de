"""Proxy directives that httpd does not take as they are written."""

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ProxyPass / http://h/ timeout = 5", (1, 23)),
        ("ProxyPass / http://h/ \\\n  nonsense", (2, 3)),
        ("ProxyPass / http://h/ # the shop", (1, 23)),
        ("ProxyPass /a", (1, 1)),
        ("ProxyPassMatch ^/a", (1, 1)),
        ("ProxyPassReverse /a", (1, 1)),
        ("<Location /a>\nProxyPass\n</Location>", (2, 1)),
        ("<Location /a>\nProxyPass http://h/ x\n</Location>", (2, 21)),
        ("BalancerMember http://h", (1, 1)),
        ("<Proxy balancer://b>\nBalancerMember\n</Proxy>", (2, 1)),
        ("<Proxy balancer://b>\nProxySet x\n</Proxy>", (2, 10)),
        ("<Proxy * timeout=5>\n</Proxy>", (1, 10)),
        ("ProxyTimeout 0", (1, 14)),
        ("ProxyTimeout soon", (1, 14)),
        ("ProxyTimeout", (1, 1)),
        ("ProxyIOBufferSize 100", (1, 19)),
        ("ProxyReceiveBufferSize -1", (1, 24)),
    ],
)
def test_refused(text: str, place: tuple[int, int]) -> None:
    assert places("directive-refused", text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass / http://h/ timeout=5 nocanon",
        "ProxyPass / ! timeout=3",
        "ProxyPass / http://h/ ${parameters}",
        "<Location /a>\nProxyPass /a http://h/ x\n</Location>",  # location-two-args
        "<Directory /a>\nProxyPass http://h/\n</Directory>",  # pass-bad-context
        "ProxyTimeout 5",
        "ProxyTimeout ${seconds}",
        "ProxyIOBufferSize 0",
        "ProxyIOBufferSize 512",
        "ProxyIOBufferSize 64K",  # bytes-suffix
    ],
)
def test_taken_or_told_elsewhere(text: str) -> None:
    assert find("directive-refused", text) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [("ProxyPass / http://h/ # x", "comment"), ("ProxyPass / http://h/ timeout = 5", "key=value")],
)
def test_help(text: str, says: str) -> None:
    (finding,) = find("directive-refused", text)
    assert says in str(finding.help)
