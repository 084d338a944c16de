"""Stray quotation marks, and what httpd makes of them."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, grades


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('<Directory /x/static">\n</Directory>', (1, 12)),
        ("<Location /x'>\n</Location>", (1, 11)),
        ('ProxyPass /app" http://10.0.0.5/', (1, 11)),
        ('Alias "/a" /srv/a"', (1, 12)),
        ('DocumentRoot /srv/www"', (1, 14)),
    ],
)
def test_stray(text: str, place: tuple[int, int]) -> None:
    (finding,) = find("stray-quote", text)
    assert (finding.place.line, finding.place.column) == place
    assert grades([finding]) == [("warning", "high")]


@pytest.mark.parametrize(
    "text",
    [
        '<Directory "/x/static">\n</Directory>',
        "<Directory '/x'>\n</Directory>",
        '<Files ~ "x\\"$">\n</Files>',
        '<FilesMatch x"$>\n</FilesMatch>',
        '<Files "a\\"b\\"">\n</Files>',
        'ProxyPass /a http://10.0.0.5/ env="x"',
        "Alias /a /srv/a",
    ],
)
def test_silent(text: str) -> None:
    assert find("stray-quote", text) == []
