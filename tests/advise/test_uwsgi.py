"""A vendor's uWSGI by its version."""

from __future__ import annotations

import pytest

from hpatch.advise.uwsgi import build


@pytest.mark.parametrize("version", ["2.0.21", "2.0.25.1", "2.1-dev-f74553db"])
def test_as_published(version: str) -> None:
    assert build(version) is None


@pytest.mark.parametrize("version", ["2.0.14-debian", "2.0.14-2.3", "2.0.14-2+deb9u1"])
def test_debians(version: str) -> None:
    found = build(version)
    assert found is not None
    assert found.name == f"Debian's uWSGI {version}"
    assert {answer.verdict for answer in found.answers.values()} == {"unknown"}
    assert "CVE-2018-7490" in found.answers
    assert "uwsgi-fcgi-parser" not in found.answers, "2.0.14 does not have it"
    assert found.answers["CVE-2018-7490"].reference == "https://security-tracker.debian.org/tracker/CVE-2018-7490"
    assert found.answers["issue 1412"].reference == ""
    assert found.answers["issue 1412"].because == (
        "uWSGI 2.0.14 as published has it; nothing tells whether Debian has mended it."
    )
