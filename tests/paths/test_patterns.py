"""Patterns and paths as httpd compares them."""

from __future__ import annotations

import pytest

from hpatch.paths import uri
from hpatch.paths.access import is_in
from hpatch.paths.patterns import covered, regex, substitute, wildcard


@pytest.mark.parametrize(
    ("path", "written", "length"),
    [
        ("/a/b", "/a", 2), ("/ab", "/a", 0), ("/a", "/a/", 0), ("/a/b", "/a/", 3), ("/a//b", "/a/", 4), ("/a", "/", 1),
        ("//a", "/a", 3), ("/a", "/a", 2), ("/a", "", 0),
    ],
)  # fmt: skip
def test_prefixes_cover_whole_segments(path: str, written: str, length: int) -> None:
    assert covered(path, written) == length


def test_a_dollar_is_the_very_end() -> None:
    found = regex("^/a$")
    assert found is not None
    assert found.search("/a") and not found.search("/a\n")
    inside = regex("[$]x]")
    assert inside is not None and inside.search("$x]")


@pytest.mark.parametrize("pattern", ["^(/[a-z]+)$", "a*b*c*d*", "(a|b)c*", "[(+]+(x)+", "\\(a+\\)+", "(ab)*"])
def test_patterns_that_end(pattern: str) -> None:
    assert regex(pattern) is not None


@pytest.mark.parametrize("pattern", ["(a|aa)+b", "((a+)b)+", "(a*){2,}", "((a|b))*c", ".*.*.*.*.*x"])
def test_patterns_that_may_take_for_ever(pattern: str) -> None:
    assert regex(pattern) is None


@pytest.mark.parametrize("pattern", ["(a+)+$", "(?>a)", "\\Qa", "a${x}", "(", "x" * 3000, "[[:alpha:]]"])
def test_what_hpatch_cannot_tell(pattern: str) -> None:
    assert regex(pattern) is None


def test_references() -> None:
    found = regex("^/(a)(b)?")
    match = found.search("/ax") if found else None
    assert match is not None
    assert substitute("x$1-$2-$9-\\$1-&", match) == "xa---$1-/a"


def test_shell_patterns() -> None:
    one, path = wildcard("/a*/[bc]?"), wildcard("/a*/[bc]?", pathname=True)
    assert one and path
    assert one.match("/a/x/b/") and not path.match("/a/x/b/")
    assert path.match("/ax/cz") and not path.match("/ax/dz")


@pytest.mark.parametrize(
    ("path", "merge", "found"),
    [
        ("/a/./b/../c", True, "/a/c"), ("/a//b", True, "/a/b"), ("/a//b", False, "/a//b"), ("/a/.", True, "/a/"),
        ("/a/b/..", True, "/a/"), ("/%61%2f", True, "/a%2f"), ("/", True, "/"), ("//", True, "/"),
    ],
)  # fmt: skip
def test_normalizing(path: str, merge: bool, found: str) -> None:
    assert uri.normalized(path, merge=merge) == found


@pytest.mark.parametrize(("path", "status"), [("/../a", 400), ("a", 400)])
def test_paths_that_httpd_refuses(path: str, status: int) -> None:
    with pytest.raises(uri.RefusedError) as refused:
        uri.normalized(path)
    assert refused.value.status == status


def test_encoded_slashes() -> None:
    with pytest.raises(uri.RefusedError) as refused:
        uri.decoded("/a%2Fb")
    assert refused.value.status == 404
    assert uri.decoded("/a%2Fb", "on") == "/a/b"
    assert uri.decoded("/a%2Fb%20", "nodecode") == "/a%2Fb "
    with pytest.raises(uri.RefusedError):
        uri.decoded("/a%zz")


@pytest.mark.parametrize(
    ("client", "subnet", "inside"),
    [
        ("10.1.2.3", "10", True), ("10.1.2.3", "10.1", True), ("10.1.2.3", "10.2", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True), ("2001:db8::1", "2001:db8::/32", True), ("10.1.2.3", "x", False),
        ("10.1.2.3", "10.0.0.0/255.0.0.0", True),
    ],
)  # fmt: skip
def test_subnets(client: str, subnet: str, inside: bool) -> None:
    assert is_in(client, subnet) is inside
