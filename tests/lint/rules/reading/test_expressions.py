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


def test_every_expression_of_a_directive() -> None:
    text = """
        Header set A "expr=%{A" "expr=B"
        Require all granted
    """
    assert places(RULE, text) == [(2, 20), (2, 31)]


def test_sound() -> None:
    assert find(RULE, "Require expr -z 'a'\nErrorDocument 404 \"50% off\"") == []
