"""Sections that no request meets."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, grades

DENIES = "{}\nRequire all denied\n</{}>\n"


@pytest.mark.parametrize(
    ("section", "column", "why"),
    [
        ('<Location "private">', 11, "begin with a slash"),
        ('<Location "http://a.example/private">', 11, "is a URL"),
        ('<Location "/private$">', 11, "regular expression"),
        ('<Location "/a%20b">', 11, '"%20"'),
        ('<Location "/a?id=1">', 11, "query"),
        ('<Location "//a">', 11, "slashes"),
        ('<Files "private/x">', 8, "is a path"),
        ('<Directory "^/srv/.*/private">', 12, "regular expression"),
    ],
)
def test_it_is_open(section: str, column: int, why: str) -> None:
    (finding,) = find("section-unmatched", DENIES.format(section, section[1:].split(maxsplit=1)[0]))
    assert (finding.place.line, finding.place.column) == (1, column)
    assert why in finding.message
    assert finding.severity == "error"


def test_who_restricts_nothing_has_a_warning() -> None:
    found = find("section-unmatched", "<Location private>\nProxyPreserveHost On\n</Location>\n")
    assert grades(found) == [("warning", "high")]


@pytest.mark.parametrize(
    "section",
    [
        '<Location "/${NAME}">',
        '<Location "${NAME}">',
        '<Location "*">',
        '<Location "/a%2Fb">',
        '<Location "/a?">',
        '<Location "/100%">',
        '<Files "~$*">',
        "<Files x>",
    ],
)
def test_near_misses(section: str) -> None:
    text = DENIES.format(section, section[1:].split(maxsplit=1)[0])
    found = find("section-unmatched", text)
    assert not found


def test_a_forward_proxy_compares_urls() -> None:
    text = DENIES.format('<Location "http://a.example/x">', "Location")
    assert not find("section-unmatched", "ProxyRequests On\n" + text)


def test_a_path_stays_encoded_for_a_mapping_that_asks_for_it() -> None:
    section = DENIES.format('<Location "/a%20b">', "Location")
    passes = 'ProxyPass "/a%20b" "http://10.0.0.5/"'
    assert not find("section-unmatched", f"{passes} mapping=encoded\n{section}")
    assert find("section-unmatched", f"{passes}\n{section}")
