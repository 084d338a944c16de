"""What is said of the releases' problems where httpd's version is not known."""

from __future__ import annotations

import re

import pytest

from hpatch.facts.problems import everything
from tests.support.lint.find import find

RULE = "problems-of-releases"


def test_one_finding_counts_what_is_met_and_names_the_latest_ranges() -> None:
    (one,) = find(
        RULE, 'ErrorLog "a"\nProxyPass "/a/" "ajp://a.internal:8009/"\nProxyPass "/b/" "http://b.internal/"\n'
    )
    assert one.place.line in (2, 3)
    assert one.help is not None
    last = max(known.fixed for known in everything() if known.id in one.help and known.fixed is not None)
    assert "CVE-2026-34059 (before 2.4.67)" in one.help
    assert one.help.count("CVE-") == 5
    assert re.search(r"\), and [1-9]\d* more\. ", one.help)
    assert f"before {last}" in one.message
    assert " known vulnerabilities and " in one.message


@pytest.mark.parametrize(
    ("text", "told"),
    [("ProxyHTMLMeta On\n", "a known fault"), ("UserDir http://a.example/\n", "a known vulnerability")],
)
def test_one_problem_is_not_some_of_one(text: str, told: str) -> None:
    (one,) = find(RULE, text)
    assert f" have {told} that this configuration meets" in one.message


def test_a_range_that_begins_late_is_told_so() -> None:
    (one,) = find(
        RULE, "Protocols h2 http/1.1\nSSLVerifyClient require\n<Location />\nSSLVerifyClient require\n</Location>\n"
    )
    assert one.help is not None
    assert "CVE-2019-0215 (since 2.4.37, before 2.4.39)" in one.help


@pytest.mark.parametrize(
    ("text", "version"), [('ProxyPass "/a/" "ajp://a.internal/"\n', "2.4.30"), ('ErrorLog "a"\n', None)]
)
def test_it_is_silent_where_the_version_is_known_or_nothing_is_met(text: str, version: str | None) -> None:
    assert find(RULE, text, version) == []
