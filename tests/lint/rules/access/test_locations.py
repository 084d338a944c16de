"""Restricted paths in other words than those of the manual."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

USER = "Require valid-user\n"


def _section(opening: str, lines: str) -> str:
    return f"<{opening}>\n{lines}</{opening.split(maxsplit=1)[0]}>\n"


@pytest.mark.parametrize(
    ("rule", "text", "reported"),
    [
        ("location-slash-only", "RewriteEngine On\nRewriteRule ^/a http://10.0.0.5/a [P]\n", False),
        ("location-slash-only", "ProxyPass /a http://10.0.0.5/a\n" + _section('Location "/a/"', USER), True),
        (
            "location-slash-only",
            "ProxyPassMatch ^/a http://10.0.0.5\n" + _section('LocationMatch "^/a/.*$"', USER),
            True,
        ),
        ("location-slash-only", "ProxyPass /a http://10.0.0.5/a\n" + _section('LocationMatch "^/a(/|$)"', USER), False),
        (
            "nested-require-replaces",
            _section('Directory "/var/www/api"', "Require method POST\n") + _section('Directory "/var/www"', USER),
            True,
        ),
        (
            "nested-require-replaces",
            _section('Location "/a"', USER) + _section("LocationMatch ^/a/api", "Require method POST\n"),
            True,
        ),
        (
            "nested-require-replaces",
            _section('Location "/a/api"', "Require method POST\n") + _section('Location "/a"', USER),
            False,
        ),
        (
            "nested-require-replaces",
            _section('Location "/a"', USER)
            + _section('Location "/a/b"', "Require all granted\n")
            + _section('Location "/a/b/c"', "Require method GET\n"),
            False,
        ),
        ("location-one-level", _section("Location /a*", USER), True),
        ("location-one-level", _section("Location /a/*", USER), True),
        ("location-one-level", _section("Location /a*", USER) + _section("Location /a", USER), False),
        ("location-one-level", _section("Location /a/*/b", USER), False),
        ("location-one-level", _section("Location /*/a*", USER), False),
        ("location-one-level", _section("Location /a*", "Require all granted\n"), False),
        ("location-one-level", _section("Location ~ /a*", USER), False),
        ("limit-methods", _section("Proxy *", _section("Limit GET POST", "Order deny,allow\nDeny from all\n")), True),
        ("limit-methods", _section('Location "/a"', _section("Limit GET", "Require all granted\n")), False),
        ("limit-methods", _section('Location "/a"', _section("Limit GET", USER) + "Deny from all\n"), False),
    ],
)
def test_in_other_words(rule: str, text: str, reported: bool) -> None:
    assert bool(find(rule, text)) is reported


@pytest.mark.parametrize(("bare", "reported"), [(USER, False), ("Require all granted\n", True)])
def test_among_many_sections(bare: str, reported: bool) -> None:
    """A server with many sections is looked up in another way."""
    others = "".join(_section(f'Location "/x{number}"', USER) for number in range(20))
    sections = others + _section('Location "/a/"', USER) + _section('Location "/a"', bare)
    assert bool(find("location-slash-only", "ProxyPass /a http://10.0.0.5/a\n" + sections)) is reported
