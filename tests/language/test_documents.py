"""URIs and paths."""

from __future__ import annotations

import pytest

from hpatch.language.documents import Documents, path_of, uri_of


@pytest.mark.parametrize(
    "path", ["/etc/a b.conf", "/etc/ü#?%25.conf", b"/etc/\xff.conf".decode("utf-8", "surrogateescape")]
)
def test_a_path_comes_back(path: str) -> None:
    assert path_of(uri_of(path)) == path
    assert uri_of(path).isascii()


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "file://host/x", "file:relative", "file:///a%00b", "http://[", ""]
)
def test_what_is_no_file_has_no_path(uri: str) -> None:
    assert path_of(uri) is None


def test_other_spellings_of_a_uri() -> None:
    assert path_of("FILE://localhost/etc/../etc/%61.conf") == "/etc/a.conf"


def test_a_document_that_was_never_opened_stays_unknown() -> None:
    documents = Documents()
    documents.change("file:///a", 2, "x")
    documents.close("file:///a")
    assert documents.all() == ()
    assert documents.get("file:///a") is None


def test_half_a_character_is_replaced() -> None:
    documents = Documents()
    documents.open("file:///a", "apache", 1, "a\ud83db\U0001f600\udcff")
    assert documents.all()[0].text == "a\ufffdb\U0001f600\ufffd"
    documents.change("file:///a", 2, "\udc80")
    assert documents.all()[0].text == "\ufffd"
