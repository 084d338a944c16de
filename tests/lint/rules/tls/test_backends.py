"""TLS to backends: names, and lines that may stand in a file that cannot be read."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

PASS = "SSLProxyEngine On\nProxyPreserveHost On\nProxyPass / https://app.internal/\n"


@pytest.mark.parametrize(
    ("names", "reported"),
    [
        ("ServerName www.example", True),
        ("ServerName www.example\nServerAlias app.internal", False),
        ("ServerName www.example\nServerAlias *.INTERNAL", False),
        ("ServerName www.example\nServerAlias *.other", True),
    ],
)
def test_a_target_with_a_name_of_the_host(names: str, reported: bool) -> None:
    text = f"<VirtualHost *:80>\n{names}\n{PASS}</VirtualHost>\n"
    assert bool(find("preservehost-peername", text)) is reported


def test_a_file_that_cannot_be_read_may_have_the_line() -> None:
    text = "Listen 80\nProxyPass / https://app.internal/\n"
    assert [one.severity for one in find("sslproxy-engine", text)] == ["error"]
    assert [one.severity for one in find("sslproxy-engine", f"{text}Include conf/missing.conf\n")] == ["info"]
