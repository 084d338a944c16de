"""Worker URLs and parameters, as the grammar reads them."""

from __future__ import annotations

from itertools import product

import pytest

from hpatch.proxy.target import _name, balancer_name, name, parse_parameter, parse_target
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
    "unix:/a|http://H:80/x": "http://h/x",
    "http://h:+80/": "http://h/",
    "http://h:+8080/": "http://h:+8080/",
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
    assert parse_target(text) == parts


@pytest.mark.parametrize(("text", "identity"), NAMES.items())
def test_names(text: str, identity: str) -> None:
    found = name(text)
    assert (found.identity, found.refused) == (identity, "")


SOCKETS = ("", "unix:/run/a.sock|", "unix://h/a|", "unix:a|", "unix:/|", "unix:/" + "a" * 94 + "|", "UNIX:/a|")
HOSTS = ("a.b-c", "H", "u@h", "[::1]", "h$1", "h" * 255, "h" * 256, "")
ENDS = ("", ":", ":80", ":080", ":65536", ":123456", ":8a", "/", "/x", "/a|b", "?q", "/x#f", "/$1", ":80/x", "/x\n")


@pytest.mark.parametrize("scheme", ["http", "h2c", "unix", "HTTP", "1a", ""])
def test_usual_urls_are_read_as_any_text(scheme: str) -> None:
    """What URLs usually have is read in a quicker way."""
    for socket, host, end in product(SOCKETS, HOSTS, ENDS):
        text = f"{socket}{scheme}://{host}{end}"
        assert name(text) == _name(text, False)


@pytest.mark.parametrize("text", ["unix:/a|http://H/x", "http://[::1]:8080/", "${URL}", "http://h:${PORT}/", "${A}://"])
def test_not_refused(text: str) -> None:
    assert name(text).refused == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http:/x", "it has no //host"),
        ("/x", "it has no scheme"),
        ("http:///x", "it has no host"),
        ("http://[]/", "it has no host"),
        ("http://h:1:2/", "its port is not a number"),
        ("http://h:8a/", "its port is not a number"),
        ("http://h:\u0663/", "its port is not a number"),
        ("http://" + "h" * 256, "its host is longer than 255 bytes"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    assert name(text).refused == reason


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("unix:/run/a|http://h/", "/run/a"),
        ("unix:///run/a|http://h/", "/run/a"),
        ("unix://host/run/a|http://h/", "/run/a"),
        ("unix://host|http://h/", ""),
        ("unix:/run/a?b#c|http://h/", "/run/a"),
        ("unix:/run/a#b?c|http://h/", "/run/a"),
        ("http://h/", None),
    ],
)
def test_sockets(text: str, path: str | None) -> None:
    assert name(text).socket == path


@pytest.mark.parametrize(
    ("text", "sought", "length"),
    [
        ("http://H/X", "http://h/X", 8),
        ("HTTP://H:80", "http://h:80", 11),
        ("http://", "", 0),
        ("http:/x", "", 0),
        ("http:", "", 0),
        ("/x", "", 0),
        ("unix:/a|http:", "http://localhost", 16),
        ("unix:/a|http://", "http://localhost", 16),
        ("unix:/a|http:/", "", 0),
        ("unix:/a|http:x", "", 0),
        ("unix:/a|http://H//", "http://h//", 8),
    ],
)
def test_what_is_compared_with_the_names_of_workers(text: str, sought: str, length: int) -> None:
    found = name(text)
    assert (found.sought, found.origin) == (sought, length)


@pytest.mark.parametrize(
    ("text", "matching", "variables"),
    [
        ("http://h/", False, False),
        ("http://h/$1", False, False),
        ("http://h/%{x}", False, False),
        ("http://%{HTTP_HOST}/", False, True),
        ("http://u$1@h/", False, True),
        ("http://h:${PORT}/", False, True),
        ("http://$1:80/x", True, True),
        ("${URL}", False, True),
        ("/x", False, False),
    ],
)
def test_variables(text: str, matching: bool, variables: bool) -> None:
    assert name(text, matching).variables is variables


@pytest.mark.parametrize(
    ("scheme", "port"),
    [
        ("http", 80), ("https", 443), ("ws", 80), ("wss", 443), ("h2c", 80), ("h2", 443),
        ("fcgi", 8000), ("scgi", 4000), ("ajp", 8009), ("ftp", 21),
    ],
)  # fmt: skip
def test_a_name_leaves_out_the_default_port(scheme: str, port: int) -> None:
    for number, shown in ((port - 1, f":{port - 1}"), (port, ""), (port + 1, f":{port + 1}")):
        text = f"{scheme}://h:{number}/"
        assert name(text).identity == f"{scheme}://h{shown}/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("balancer://B", "balancer://b"),
        ("balancer://B/X", "balancer://b"),
        ("balancer://b/x/y", "balancer://b"),
        ("balancer:///x", "balancer://"),
        ("://b", "://b"),
        ("balancer://", None),
        ("balancer:/b", None),
        ("balancer:b", None),
        ("b", None),
        ("", None),
    ],
)
def test_names_of_balancers(text: str, expected: str | None) -> None:
    assert balancer_name(text) == expected


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    assert name(text).refused


def test_reference_in_the_port() -> None:
    found = name("http://h:80$1/x", matching=True)
    assert (found.identity, found.port, found.path, found.variables) == ("http://h$1/x", 80, "$1/x", True)


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("timeout=5", ("timeout", "5")),
        ("a=b=c", ("a", "b=c")),
        ("nocanon", ("nocanon", None)),
        ("=", ("", "")),
        ("x=", ("x", "")),
    ],
)
def test_parameters(word: str, read: tuple[str, str | None]) -> None:
    assert parse_parameter(word) == read


def test_many_at_once() -> None:
    """30,000 targets cost a few tenths of a second; a call of the parser for each would cost ten times that."""
    texts = [f"unix:/run/{n}.sock|http://app{n}.example:8080/path" for n in range(30_000)]
    with seconds(2):
        assert all(name(text).port for text in texts)
