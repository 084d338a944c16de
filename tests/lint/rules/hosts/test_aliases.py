"""Names that no request has."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("ServerAlias a.example, b.example,c.example d.example", [13, 24]),
        ("ServerAlias https://a.example", [13]),
        ("ServerAlias a.example/ a.example:80", [13, 24]),
        ("ServerName a.example/", [12]),
        ("ServerName https://a.example/", [12]),
    ],
)
def test_unmatched(line: str, columns: list[int]) -> None:
    assert places("vhost-name-unmatched", line + "\n") == [(1, column) for column in columns]


@pytest.mark.parametrize(
    "line",
    [
        "ServerName a.example:8443",
        "ServerName https://a.example",
        "ServerAlias *.a.example ${NAMES} [::1]",
        "ServerAlias $a,$b",
    ],
)
def test_near_misses(line: str) -> None:
    assert not find("vhost-name-unmatched", line + "\n")
