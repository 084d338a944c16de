"""URIs and paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.language.documents import Documents, path_of, uri_of


@pytest.mark.parametrize(
    "path", ["/etc/a b.conf", "/etc/ü#?%25.conf", b"/etc/\xff.conf".decode("utf-8", "surrogateescape")]
)
def test_a_path_comes_back(path: str) -> None:
    assert path_of(uri_of(path)) == path
    assert uri_of(path).isascii()


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "git:/a.conf", "file://host/x", "file:relative", "file:///a%00b", "http://[", ""]
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


def test_a_new_text_counts_as_a_file_that_there_is_not(tmp_path: Path) -> None:
    documents = Documents()
    (tmp_path / "untitled%3AUntitled-1").write_text("of another program\n")
    for uri in ("untitled:Untitled-1", "file://", "vscode-scm:git/0", f"untitled:{tmp_path}/new.conf"):
        documents.open(uri, "apache", 1, "", str(tmp_path))
    names = [one.path and one.path.removeprefix(f"{tmp_path}/") for one in documents.all()]
    assert names == ["untitled%3AUntitled-1~", "file%3A%2F%2F", None, "new.conf"]
    documents.open("untitled:Untitled-1", "apache", 1, "")
    assert documents.all()[0].path == "/untitled%3AUntitled-1"
