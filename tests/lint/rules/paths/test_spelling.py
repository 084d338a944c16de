"""Paths that no request has as they are written."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ('ProxyPass "/my%20app" http://10.0.0.5/', 11),
        ("Alias /a%C3%A4 /srv/a", 7),
        ("Redirect /old?id=1 /new", 10),
        ("Redirect permanent /old?id=1 /new", 20),
        ("ScriptAlias /c%67i/ /srv/cgi/", 13),
    ],
)
def test_no_request_has_it(line: str, column: int) -> None:
    assert places("path-never-asked", f"{line}\n") == [(1, column)]


@pytest.mark.parametrize(
    "line",
    [
        'ProxyPass "/my app" http://10.0.0.5/my%20app',
        "ProxyPass /a%2fb http://10.0.0.5/",
        "ProxyPass /a%20b http://10.0.0.5/ mapping=encoded",
        "ProxyPass /100% http://10.0.0.5/",
        "ProxyPassMatch ^/a?b=c http://10.0.0.5/",
        "Redirect /what? /new",
        "<Location /a>\nRedirect /b%20c\n</Location>",
    ],
)
def test_near_misses(line: str) -> None:
    assert not find("path-never-asked", f"{line}\n")
