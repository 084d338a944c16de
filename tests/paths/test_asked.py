"""A request from what a user writes."""

from __future__ import annotations

import pytest

from hpatch.conf.load import load_text
from hpatch.errors import UsageError
from hpatch.paths.asked import asked
from hpatch.paths.model import ClientRequest

BOTH = load_text("Listen 80\nListen 443\n")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/a?b=1#c", ClientRequest(path="/a", query="b=1")),
        ("http://a.test", ClientRequest(path="/", host="a.test")),
        ("HTTPS://a.test?x", ClientRequest(path="/", query="x", host="a.test", port=443, https=True)),
        ("https://a.test:8443/", ClientRequest(path="/", host="a.test", port=8443, https=True)),
        ("http://[::1]:81/", ClientRequest(path="/", host="[::1]", port=81)),
        ("/a b/\u00e4?q=\u00fc", ClientRequest(path="/a%20b/%C3%A4", query="q=%C3%BC")),
        ("/a%2fb%zz", ClientRequest(path="/a%2fb%zz")),
        ("/a\n\x1b", ClientRequest(path="/a%0A%1B")),
        ("//a/../b", ClientRequest(path="//a/../b")),
    ],
)
def test_a_url(url: str, expected: ClientRequest) -> None:
    assert asked(BOTH, url) == expected


def test_options_go_first() -> None:
    assert asked(BOTH, "http://a.test:81/", "b.test").host == "b.test"
    assert asked(BOTH, "http://a.test:81/", port=82).port == 82
    assert asked(BOTH, "/", "b.test:83").port == 83
    assert asked(BOTH, "/", "b.test:83", 84).port == 84
    assert asked(BOTH, "/", https=True).port == 443
    assert asked(load_text("Listen 8080\n"), "/").port == 8080


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("a.test/x", 'write "https://a.test/x"'),
        ("a.test", 'write "https://a.test"'),
        ("x/y", 'write "/x/y"'),
        ("http://u:p@a.test/", "leave the user out"),
        ("http://u@a.test/", "leave the user out"),
        ("ftp://a.test/", "is not a path"),
        ("http://a.test:0/", "no port 0"),
        ("http://a.test:99999/", "no port 99999"),
        ("http://a b/", "not the name of a host"),
        ("", "is not a path"),
        ("?x", "is not a path"),
    ],
)
def test_what_is_no_url(url: str, fix: str) -> None:
    with pytest.raises(UsageError, match=fix):
        asked(BOTH, url)


def test_headers() -> None:
    one = asked(BOTH, "/", headers=("X-Role:  admin ", "x-role: user", "Cookie:", "X:a:b"))
    assert one.headers == (("x-role", "admin"), ("x-role", "user"), ("cookie", ""), ("x", "a:b"))
    found = [one.header(name) for name in ("X-ROLE", "cookie", "x", "referer")]
    assert found == ["admin, user", "", "a:b", None]
    assert asked(BOTH, "http://a.test/", headers=("Host: b.test:81",)).host == "b.test"


@pytest.mark.parametrize(
    ("host", "headers"),
    [("a.test", ("Host: b.test",)), (None, ("Host: a.test", "host: b.test")), ("a.test", ("Host: a.test:80",))],
)
def test_two_names_of_the_host_are_refused(host: str | None, headers: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="two names for the Host header"):
        asked(BOTH, "/", host, headers=headers)


def test_one_name_of_the_host_may_be_given_twice() -> None:
    assert asked(BOTH, "/", "a.test", headers=("Host: A.test",)).host == "a.test"
    assert asked(BOTH, "http://c.test/", "b.test").host == "b.test"


@pytest.mark.parametrize("line", ["X-Role", "X Role: a", ": a", "X-Role : a", "X: a\nY: b", "X: \x1b"])
def test_what_is_no_header(line: str) -> None:
    with pytest.raises(UsageError, match="header"):
        asked(BOTH, "/", headers=(line,))


def test_the_request_line() -> None:
    assert asked(BOTH, "/a b?c", method="POST").first_line == "POST /a%20b?c HTTP/1.1"


def test_other_words_that_cannot_be() -> None:
    with pytest.raises(UsageError, match="write GET"):
        asked(BOTH, "/", method="get")
    with pytest.raises(UsageError, match="not a method"):
        asked(BOTH, "/", method="GET /")
    with pytest.raises(UsageError, match="not the name of a host"):
        asked(BOTH, "/", "a/b")
    with pytest.raises(UsageError, match="--client"):
        asked(BOTH, "/", client="here")
