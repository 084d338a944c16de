"""Conditions of ap_expr, and what of them is not known."""

from __future__ import annotations

import pytest

from hpatch.paths.conditions import holds

VALUES = {"REQUEST_URI": "/a/x.html", "QUERY_STRING": "", "REQUEST_METHOD": "GET", "SERVER_PORT": "8080"}


class Request:
    """A request from 192.0.2.7; the file /x is there."""

    client: str | None = "192.0.2.7"

    def variable(self, name: str) -> str | None:
        """A variable."""
        return VALUES.get(name.upper())

    def function(self, name: str, argument: str) -> str | None:
        """The Host header alone."""
        return "a.test" if (name.lower(), argument) == ("req", "Host") else None

    def is_file(self, kind: str, path: str) -> bool | None:
        """One file."""
        return path == "/x" if kind == "f" else None


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "! false",
        "not false",
        "true || false && false",
        "(true || true) && true",
        "%{REQUEST_URI} =~ m#^/a/#",
        "%{REQUEST_URI} =~ /^.A/i",
        "%{REQUEST_URI} !~ /^b/",
        "%{REQUEST_URI} =~ m#^/(.)/# && $1 == 'a'",
        "%{REQUEST_URI} =~ m#^/(.)/# && %{REQUEST_URI} =~ /x/ && '$0' == '/a/'",
        "false && %{REQUEST_URI} =~ /(x)/ || $1 == ''",
        "%{REQUEST_METHOD} in {'POST', 'GET'}",
        "%{REQUEST_METHOD} == 'G' . 'ET'",
        "'%{REQUEST_METHOD}:%{SERVER_PORT}' == 'GET:8080'",
        "%{SERVER_PORT} -gt 80 && %{SERVER_PORT} -le 8080 && 0080 -eq 80",
        "%{REQUEST_URI} < '/b' && '10' < '9' && 'a' != 'b' && 'b' >= 'b'",
        "%{REQUEST_URI} -strmatch '/a/*' && ! %{REQUEST_URI} -fnmatch '/*' && 'AB' -strcmatch 'a*'",
        "-R '192.0.2.0/24' && '192.0.2.1' -ipmatch '192.0.2.0/24'",
        "-z %{QUERY_STRING} && -n %{REQUEST_URI} && -T 'on' && ! -T 'Off' && ! -T '0'",
        "tolower('AB') == 'ab' && toupper(%{REQUEST_METHOD}) == 'GET'",
        "%{req:Host} == 'a.test' && req('Host') == 'a.test'",
        "-f '/x' && ! -f '/y'",
        "%{TIME} == 1 || true",
        "! (%{TIME} == 1 && false)",
        "%{REQUEST_URI} in {%{TIME}, '/a/x.html'}",
    ],
)
def test_what_holds(text: str) -> None:
    assert holds(text, Request()) is True
    assert holds(f"! ({text})", Request()) is False


@pytest.mark.parametrize(
    "text",
    [
        "%{TIME} == 1",
        "%{TIME} == 1 || false",
        "%{TIME} == 1 && true",
        "%{req:Cookie} =~ /x/",
        "'a%{TIME}' == 'a'",
        "%{REQUEST_METHOD} in {%{TIME}, 'POST'}",
        "%{TIME} =~ /(1)/ || $1 == ''",
        "(%{TIME} == 1 || %{REQUEST_URI} =~ /(x)/) && $1 == 'y'",
        "-s '/x'",
        "-U '/x'",
        "'a' =~ /(?>a)/",
        "'a' -other 'b'",
        "md5('x') == 'y'",
        "%{REQUEST_METHOD} in PeerExtList('1.2.3')",
        "%{REQUEST_URI}",
        "true true",
        "(true",
        "'a' ==",
        "",
    ],
)
def test_what_is_not_known(text: str) -> None:
    assert holds(text, Request()) is None


def test_an_address_that_is_not_known() -> None:
    request = Request()
    request.client = None
    assert holds("-R '192.0.2.0/24'", request) is None


def test_a_deep_condition_ends() -> None:
    assert holds("(" * 100_000 + "true" + ")" * 100_000, Request()) is None
