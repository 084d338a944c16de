"""`ProxyPass path !` where it excludes nothing."""

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ProxyPass / http://a/\nProxyPass /s !", 2),
        ("ProxyPass /a http://a\nProxyPassMatch ^/a/s/ !", 2),
        ("ProxyPassMatch ^/(.*) http://a/$1\nProxyPass /s !", 2),
        ("ProxyPass / http://a/\n<VirtualHost *>\nProxyPass /s !\n</VirtualHost>", 3),
        ("<Location /a/s>\nProxyPass !\n</Location>\n<Location /a>\nProxyPass http://a\n</Location>", 2),
    ],
)
def test_after(text: str, line: int) -> None:
    (finding,) = find("exclude-after", text)
    assert (finding.place.line, finding.place.column, finding.severity) == (line, 1, "error")


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /s !\nProxyPass / http://a/",
        "ProxyPass /a http://a\nProxyPass /s !\nProxyPass / http://a/",
        "ProxyPass /a/ http://a/\nProxyPass /a !",
        "<Location /a>\nProxyPass http://a\n</Location>\n<Location /a/s>\nProxyPass !\n</Location>",
        "ProxyPass /a http://a\n<Location /a/s>\nProxyPass !\n</Location>",
        "<Location /a/s>\nProxyPass !\n</Location>\nProxyPass /a http://a",
    ],
)
def test_in_time(text: str) -> None:
    assert find("exclude-after", text) == []


_MIXED = "ProxyPass /a/s !\n<Location /a>\nProxyPass http://a\n</Location>\n"


def test_mixed() -> None:
    (finding,) = find("exclude-mixed-context", _MIXED)
    assert (finding.place.line, finding.place.column, finding.related[0].place.line) == (1, 1, 3)
    assert find("exclude-after", _MIXED) == []


@pytest.mark.parametrize(
    ("version", "lines"), [("2.4.23", [(1, 1)]), ("2.4.24", []), ("2.4.25", []), ("2.4.26", [(1, 1)])]
)
def test_mixed_by_version(version: str, lines: list[tuple[int, int]]) -> None:
    """2.4.24 and 2.4.25 honoured it."""
    assert places("exclude-mixed-context", _MIXED, version) == lines


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /b !\n<Location /a>\nProxyPass http://a\n</Location>",
        "ProxyPass /a !\n<Location /a/b>\nProxyPass http://a\n</Location>",
        _MIXED + 'SetEnvIf Request_URI "^/a/s" no-proxy',
        _MIXED + "<Location /a/s>\nProxyPass !\n</Location>",
    ],
)
def test_not_mixed(text: str) -> None:
    assert find("exclude-mixed-context", text) == []
