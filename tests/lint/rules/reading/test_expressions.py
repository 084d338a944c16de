"""Expressions that httpd refuses."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, grades, places

RULE = "expression-invalid"


def test_a_fault() -> None:
    (finding,) = find(RULE, "<If \"%{HTTP_X_FORWARDED_PROTO} == 'http'\">\n</If>")
    assert (finding.place.line, finding.place.column) == (1, 8)
    assert grades([finding]) == [("error", "high")]
    assert "%{HTTP:X-Forwarded-Proto}" in str(finding.help)


@pytest.mark.parametrize(("version", "confidence"), [(None, "medium"), ("2.4.62", "high")])
def test_confidence(version: str | None, confidence: str) -> None:
    assert grades(find(RULE, 'SetHandler "%{"', version)) == [("error", confidence)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ('AuthFormLoginRequiredLocation "%{"', 4),
        ('AuthFormLoginSuccessLocation "%{"', 4),
        ('AuthFormLogoutLocation "%{"', 4),
        ('Require user "%{"', 8),
        ('Header set A "expr=%{"', 10),
        ('ErrorDocument 404 "%{"', 13),
        ('SetHandler "%{"', 19),
        ('<Location "/a">\nRedirect "%{"\n</Location>', 19),
        ('<Location "/a">\nAlias "%{"\n</Location>', 19),
        ('AuthName "%{"', 55),
        ('AuthType "%{"', 55),
    ],
)
def test_the_first_release_that_reads_an_expression(text: str, first: int) -> None:
    assert len(find(RULE, text, f"2.4.{first}")) == 1
    assert find(RULE, text, f"2.4.{first - 1}") == []


def test_every_expression_of_a_directive() -> None:
    text = """
        Header set A "expr=%{A" "expr=B"
        Require all granted
    """
    assert places(RULE, text) == [(2, 20), (2, 31)]


def test_sound() -> None:
    assert find(RULE, "Require expr -z 'a'\nErrorDocument 404 \"50% off\"") == []
