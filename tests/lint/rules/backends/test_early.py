"""Backends that answer before they have read the whole body."""

from __future__ import annotations

import pytest

from hpatch.lint.rules.backends.early import early_response_lost
from tests.support.lint.find import find


@pytest.mark.parametrize(("scheme", "logged"), [("uwsgi", "AH10098"), ("scgi", "AH00858")])
def test_each_scheme_is_told_once(scheme: str, logged: str) -> None:
    text = f"ProxyPass /a/ {scheme}://127.0.0.1:4000/\nProxyPass /b/ {scheme}://127.0.0.1:4001/\n"
    (finding,) = find(early_response_lost, text)
    assert (finding.place.line, finding.severity) == (1, "info")
    assert logged in finding.message
    assert f"{scheme}-early-response" in (finding.help or "")


@pytest.mark.parametrize("scheme", ["fcgi", "http", "ajp"])
def test_other_schemes_are_left_alone(scheme: str) -> None:
    assert find(early_response_lost, f"ProxyPass /a/ {scheme}://127.0.0.1:4000/\n") == []
