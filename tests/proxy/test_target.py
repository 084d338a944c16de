"""Worker URLs and parameters, as the grammar reads them."""

from __future__ import annotations

import pytest

from hpatch.proxy.target import name, parse_parameters, parse_targets
from tests.support.cost import seconds

URLS = {
    "http://Host": (None, "http", "", "Host", None, ""),
    "HTTP://h:8080/a/b?c#d": (None, "http", "", "h", "8080", "/a/b?c#d"),
    "http://h?q": (None, "http", "", "h", None, "?q"),
    "http://u:p@h@i:80/x@y": (None, "http", "u:p@h", "i", "80", "/x@y"),
    "http://[::1]:8080/": (None, "http", "", "[::1]", "8080", "/"),
    "http://h$1/": (None, "http", "", "h$1", None, "/"),
    "http://h:80$1/": (None, "http", "", "h", "80$1", "/"),
    "http://%{HTTP:Host}/x": (None, "http", "", "%{HTTP:Host}", None, "/x"),
    "fcgi://${APP}:9000": (None, "fcgi", "", "${APP}", "9000", ""),
    "unix:/run/a.sock|fcgi://app/": ("/run/a.sock", "fcgi", "", "app", None, "/"),
    "UNIX:/a|http:": ("/a", "http", "", None, None, ""),
    "unix:/a": (None, "unix", "", None, None, "/a"),
    "balancer://b/x": (None, "balancer", "", "b", None, "/x"),
    "http:/x": (None, "http", "", None, None, "/x"),
    "http://": (None, "http", "", "", None, ""),
    "1http://h": (None, "", "", None, None, "1http://h"),
    "/x": (None, "", "", None, None, "/x"),
    "": (None, "", "", None, None, ""),
}
NAMES = {
    "http://H:80/X": "http://h/X",
    "http://h:00080/": "http://h/",
    "http://h:/": "http://h/",
    "https://h:80/": "https://h:80/",
    "fcgi://h:8000/": "fcgi://h/",
    "uwsgi://h:3031/": "uwsgi://h:3031/",
    "http://u@h:8080": "http://u@h:8080",
    "unix:/a|http:": "http://localhost",
    "unix:/a|http:///x": "http://localhost/x",
}
REFUSED = [
    "http://h:8a/",
    "http://h:$1/",
    "http://h:1:2/",
    "http:///x",
    "http:/x",
    "h:80",
    "/x",
    "",
    "http://" + "h" * 256,
]


@pytest.mark.parametrize(("text", "parts"), URLS.items())
def test_parts(text: str, parts: tuple[str | None, ...]) -> None:
    assert tuple(parse_targets([text])[text])[1:-1] == parts


def test_exclusion() -> None:
    assert parse_targets(["!", "!x"])["!"].exclusion
    assert not parse_targets(["!", "!x"])["!x"].exclusion


@pytest.mark.parametrize(("text", "identity"), NAMES.items())
def test_names(text: str, identity: str) -> None:
    found = name(parse_targets([text])[text])
    assert (found.identity, found.refused) == (identity, "")


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    assert name(parse_targets([text])[text]).refused


def test_reference_in_the_port() -> None:
    found = name(parse_targets(["http://h:80$1/x"])["http://h:80$1/x"], matching=True)
    assert (found.identity, found.port, found.path, found.variables) == ("http://h$1/x", 80, "$1/x", True)


def test_parameters() -> None:
    words = parse_parameters(["timeout=5", "a=b=c", "nocanon", "=", "x="])
    assert words == {
        "timeout=5": ("timeout", "5"),
        "a=b=c": ("a", "b=c"),
        "nocanon": ("nocanon", None),
        "=": ("", ""),
        "x=": ("x", ""),
    }


def test_many_at_once() -> None:
    """30,000 targets cost a few tenths of a second; a call of the parser for each would cost ten times that."""
    texts = [f"unix:/run/{n}.sock|http://app{n}.example:8080/path" for n in range(30_000)]
    with seconds(2):
        assert len(parse_targets(texts)) == 30_000
