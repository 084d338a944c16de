"""Sections that httpd refuses, one finding each."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ("Listen 80\n<VirtualHost *:80\n</VirtualHost>", 2, "section-refused"),
        ("<Limit>\n</Limit>", 1, "directive-context"),
        ("<Location /x>\n<Limit>\n</Limit>\n</Location>", 2, "section-refused"),
        ("<RequireAll>\n</RequireAll>", 1, "directive-context"),
        ("<Location /a b>\n<Proxy x\n</Proxy>\n</Location>", 2, "directive-context"),
    ],
)
def test_one_fault_one_finding(text: str, line: int, name: str) -> None:
    found = {rule: [one.place.line for one in find(rule, text)] for rule in ("directive-context", "section-refused")}
    assert {rule: lines for rule, lines in found.items() if lines} == {name: [line]}
