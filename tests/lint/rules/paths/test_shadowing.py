"""ProxyPass lines that no request reaches."""

import pytest

from tests.support.lint.find import find, places

_VHOST = "<VirtualHost *:80>\n{}\n</VirtualHost>\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ProxyPass / http://a/\nProxyPass /b http://b", 2),
        ("ProxyPass /a http://a\nProxyPass /a/b http://b", 2),
        ("ProxyPass /a http://a\nProxyPass /a/ http://b/", 2),
        ("ProxyPass /a http://a\nProxyPass /a http://b", 2),
        ("ProxyPass //a http://a\nProxyPass /a//b http://b", 2),
        ("ProxyPass / http://a/\nProxyPass /ws ws://a/ws", 2),
        ("ProxyPass /a !\nProxyPass /a/b http://b", 2),
        ("ProxyPass / http://a/\nProxyPassMatch \\.php$ fcgi://b:9000", 2),
        ("ProxyPass /a http://a\nProxyPassMatch ^/a/(.*)$ http://b/$1", 2),
        ("ProxyPassMatch ^/ http://a\nProxyPass /b http://b", 2),
        ("ProxyPassMatch ^/(.*)$ http://a/$1\nProxyPass /b http://b", 2),
        ("ProxyPassMatch ^/a/.* http://a\nProxyPass /a/b http://b", 2),
        ("ProxyPass /a http://a mapping=encoded\nProxyPass /a http://b", 2),
        ("ProxyPass /a http://b\nProxyPass /a http://a mapping=encoded", 1),
        ("ProxyPass / http://a/\n" + _VHOST.format("ProxyPass /b http://b"), 3),
        (_VHOST.format("ProxyPass /b http://b") + "ProxyPass / http://a/\n", 2),
        ("<Location /a/b>\nProxyPass http://b\n</Location>\n<Location /a>\nProxyPass http://a\n</Location>", 2),
        ("ProxyPass /b http://b\n<Location />\nProxyPass http://a/\n</Location>", 1),
        ("<Location />\nProxyPass http://a/\n</Location>\n" + _VHOST.format("ProxyPass /b http://b"), 5),
    ],
)
def test_shadowed(text: str, line: int) -> None:
    (finding,) = find("pass-shadowed", text)
    assert (finding.place.line, finding.place.column, finding.severity) == (line, 1, "error")
    assert finding.related


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /b http://b\nProxyPass / http://a/",
        "ProxyPass /a http://a\nProxyPass /ab http://b",
        "ProxyPass /a/ http://a/\nProxyPass /a http://b",
        "ProxyPass /A http://a\nProxyPass /a http://b",
        "ProxyPass a http://a\nProxyPass /a http://b",
        "ProxyPass / http://a/\nProxyPass /b http://a/b",
        "ProxyPass /a balancer://x/a\nProxyPass /a/b balancer://x/a/b",
        "ProxyPass / http://a/ upgrade=websocket\nProxyPass /ws ws://a/ws",
        "ProxyPass / http://a/\nProxyPass /b !",
        "ProxyPass /a !\nProxyPass /a/b !",
        "ProxyPassMatch ^/a$ http://a\nProxyPass /a/b http://b",
        "ProxyPassMatch ^/(a|b) http://a\nProxyPass /a http://b",
        "ProxyPassMatch \\.php$ fcgi://a:9000\nProxyPass / http://b/",
        "ProxyPass /a http://a\nProxyPassMatch ^/a/?$ http://b",
        "ProxyPass /a http://a\nProxyPassMatch ^/ab?c http://b",
        "ProxyPass /a http://a\nProxyPassMatch ^(/a/x|/b) http://b",
        "ProxyPass /a http://a\nProxyPassMatch ^/a/x|^/b http://b",
        "ProxyPass /${x} http://a interpolate\nProxyPass /${x} http://b interpolate",
        _VHOST.format("ProxyPass / http://a/") + _VHOST.format("ProxyPass /b http://b"),
        "ProxyPass /b http://b\n" + _VHOST.format("ProxyPass / http://a/"),
        "<Location /a>\nProxyPass http://a\n</Location>\n<Location /a/b>\nProxyPass http://b\n</Location>",
        "ProxyPass /a+b http://b\n<Location /a+b>\nProxyPassMatch http://a\n</Location>",
        "ProxyPass / http://a/\n<Location /b>\nProxyPass http://b\n</Location>",
        "<LocationMatch ^/>\nProxyPassMatch http://a\n</LocationMatch>\n<Location /b>\nProxyPass http://b\n</Location>",
        "<IfFile /x>\nProxyPass / http://a/\n</IfFile>\n<IfFile !/x>\nProxyPass /b http://b\n</IfFile>",
        "<IfDefine X>\nProxyPass / http://a/\n</IfDefine>\nProxyPass /b http://b",
        "ProxyWebsocketFallbackToProxyHttp Off\nProxyPass / ws://a/\nProxyPass /b http://b",
    ],
)
def test_reached(text: str) -> None:
    assert find("pass-shadowed", text) == []


def test_websocket_falls_back() -> None:
    """A ws: target takes plain requests too, unless it is told not to (2.4.48)."""
    (finding,) = find("pass-shadowed", "ProxyPass / ws://a/\nProxyPass /b http://b")
    assert finding.confidence == "medium"


def test_same_condition() -> None:
    text = "<IfDefine X>\nProxyPass / http://a/\nProxyPass /b http://b\n</IfDefine>"
    assert places("pass-shadowed", text) == [(3, 1)]
