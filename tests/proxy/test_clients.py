"""Where the texts go that are filled into a URL."""

from __future__ import annotations

import pytest

from hpatch.proxy.clients import Syntax, by_client, inserted


@pytest.mark.parametrize(
    ("url", "syntax", "found"),
    [
        ("http://h$1", "rewrite", [("$1", "capture", "host", "h", "")]),
        ("http://h:80$1/x", "match", [("$1", "capture", "port", "h:80", "")]),
        ("http://h/$1?a=%2", "rewrite", [("$1", "capture", "path", "", ""), ("%2", "condition", "query", "a=", "")]),
        ("http://$1.b:8080/", "match", [("$1", "capture", "host", "", ".b:8080")]),
        ("http://u:p@%{HTTP_HOST}", "rewrite", [("%{HTTP_HOST}", "variable", "host", "", "")]),
        ("http://[::1]:$1", "match", [("$1", "capture", "port", "[::1]:", "")]),
        ("unix:/run/$1.sock|fcgi://h", "match", [("$1", "capture", "socket", "/run/", ".sock|fcgi:")]),
        ("${a:%{HTTP_HOST}}/x", "rewrite", [("${a:%{HTTP_HOST}}", "map", "scheme", "", "")]),
        ("$1", "match", [("$1", "capture", "scheme", "", "")]),
        ("/a/$1", "match", [("$1", "capture", "path", "/a/", "")]),
        ("a?b=$1", "rewrite", [("$1", "capture", "query", "b=", "")]),
        ("http://h/%{X}", "match", []),
        (r"http://h/\$1", "rewrite", []),
        ("http://h/%1", "expression", []),
        # where a part ends
        ("/x://$1", "match", [("$1", "capture", "path", "/x://", "")]),
        ("x:$1", "match", [("$1", "capture", "path", "x:", "")]),
        ("a$1://h", "match", [("$1", "capture", "scheme", "a", ":")]),
        ("%1", "rewrite", [("%1", "condition", "scheme", "", "")]),
        ("UNIX:/a|http:$1", "match", [("$1", "capture", "scheme", "http:", "")]),
        ("unix:/a?b@$1|c", "match", [("$1", "capture", "socket", "/a?b@", "|c")]),
        ("http://a://b$1", "match", [("$1", "capture", "path", "/b", "")]),
        ("http://h/a://b$1", "match", [("$1", "capture", "path", "a://b", "")]),
        ("http://h/a|b@c:$1", "match", [("$1", "capture", "path", "a|b@c:", "")]),
        ("http://h?$1", "match", [("$1", "capture", "query", "", "")]),
        ("http://h:80?$1", "match", [("$1", "capture", "query", "", "")]),
        ("http://h/a?b?/$1", "match", [("$1", "capture", "query", "b?/", "")]),
        ("http://h$1?b", "match", [("$1", "capture", "host", "h", "")]),
        ("http://a:b:$1", "match", [("$1", "capture", "port", "a:b:", "")]),
        ("http://[a:$1", "match", [("$1", "capture", "host", "[a:", "")]),
        (r"http://h\/$1", "rewrite", [("$1", "capture", "path", "", "")]),
        (r"http://h\$1$2", "match", [("$2", "capture", "host", "h$1", "")]),
        # several texts
        ("http://$1$2", "match", [("$1", "capture", "host", "", "$2"), ("$2", "capture", "host", "$1", "")]),
        ("http://u$1@h$2", "match", [("$1", "capture", "host", "u", "@h$2"), ("$2", "capture", "host", "h", "")]),
        ("http://u:p$1@h$2", "match", [("$1", "capture", "port", "u:p", "@h$2"), ("$2", "capture", "host", "h", "")]),
        (
            "http://[::$1]:80/$2",
            "match",
            [("$1", "capture", "host", "[::", "]:80"), ("$2", "capture", "path", "", "")],
        ),
        (
            "http://h/%{a}%1",
            "rewrite",
            [("%{a}", "variable", "path", "", "%1"), ("%1", "condition", "path", "%{a}", "")],
        ),
        (
            "${a{b}c}$1",
            "rewrite",
            [("${a{b}c}", "map", "scheme", "", "$1"), ("$1", "capture", "scheme", "${a{b}c}", "")],
        ),
        ("http://h/${a", "rewrite", [("${a", "map", "path", "", "")]),
    ],
)
def test_parts(url: str, syntax: Syntax, found: list[tuple[str, ...]]) -> None:
    assert [(one.text, one.kind, one.part, one.before, one.after) for one in inserted(url, syntax)] == found


def test_what_begins_with_a_slash_ends_the_host() -> None:
    texts = list(inserted("http://h$1$2", "match", lambda one: one.name == "1"))
    assert [(one.part, one.before) for one in texts] == [("path", ""), ("path", "$1")]
    texts = list(inserted("http://$2h$1", "match", lambda one: one.name == "1"))
    assert [(one.part, one.before) for one in texts] == [("host", ""), ("path", "")]
    texts = list(inserted("http://h$1?a$2$1", "match", lambda one: one.name == "1"))
    assert [(one.part, one.before) for one in texts] == [("path", ""), ("query", "a"), ("query", "a$2")]


def test_names() -> None:
    texts = inserted("%{HTTP_HOST}/$1%2${lower:$1}", "rewrite")
    assert [one.name for one in texts] == ["HTTP_HOST", "1", "2", "lower:$1"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("HTTP_X_A", "x-a"),
        ("HTTP:X-A", "x-a"),
        ("req:Host", "host"),
        ("REQ_NOVARY:A_b", "a-b"),
        ("REMOTE_ADDR", ""),
        ("QUERY_STRING", ""),
    ],
)
def test_headers(name: str, header: str) -> None:
    (text,) = inserted(f"http://%{{{name}}}", "rewrite")
    assert text.header == header
    assert by_client(name) is (name != "REMOTE_ADDR")


@pytest.mark.parametrize("url", ["http://$1", "http://${HTTP_X_A}"])
def test_only_a_variable_is_a_header(url: str) -> None:
    (text,) = inserted(url, "rewrite")
    assert text.header == ""
