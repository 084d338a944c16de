"""Modules that need a library."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.httpd import optional
from hpatch.build.httpd.optional import LIBRARIES, left_out
from hpatch.build.trees.source import SourceTree
from hpatch.versions import Version

THREE = "# define OPENSSL_VERSION_MAJOR  3\n# define OPENSSL_VERSION_MINOR  0\n# define OPENSSL_VERSION_PATCH  19\n"
ONE = "# define OPENSSL_VERSION_NUMBER  0x1010{}fL\n"


@pytest.fixture
def headers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "include"
    for library in LIBRARIES.values():
        (folder / library.header).parent.mkdir(parents=True, exist_ok=True)
        (folder / library.header).touch()
    monkeypatch.setattr(optional, "FOLDERS", (tmp_path / "nowhere", folder))
    return folder


def tree(tmp_path: Path, version: str, *without: str) -> SourceTree:
    root = tmp_path / "tree"
    for name, library in LIBRARIES.items():
        if name not in without:
            (root / library.source).parent.mkdir(parents=True, exist_ok=True)
            (root / library.source).touch()
    return SourceTree(root, Version.parse(version))


@pytest.mark.parametrize(
    ("said", "version", "why"),
    [
        (THREE, "2.4.51", "httpd 2.4.51 does not compile with OpenSSL 3.0.19; 2.4.52 and later do"),
        (THREE, "2.4.9", "httpd 2.4.9 does not compile with OpenSSL 3.0.19; 2.4.52 and later do"),
        (THREE, "2.4.52", None),
        (ONE.format("123"), "2.4.27", "httpd 2.4.27 does not compile with OpenSSL 1.1.1; 2.4.28 and later do"),
        (ONE.format("123"), "2.4.28", None),
        ("#define OPENSSL_VERSION_NUMBER 0x1000214fL\n", "2.4.9", None),
        ("what is none of OpenSSL's", "2.4.9", None),
    ],
)
def test_mod_ssl_wants_an_openssl_that_it_knows(
    said: str, version: str, why: str | None, headers: Path, tmp_path: Path
) -> None:
    (headers / "openssl/opensslv.h").write_text(said)
    assert left_out(tree(tmp_path, version)).get("ssl") == why


def test_mod_http2_brings_openssl_into_ab(headers: Path, tmp_path: Path) -> None:
    (headers / "openssl/opensslv.h").write_text(THREE)
    assert set(left_out(tree(tmp_path, "2.4.27"))) == {"ssl", "http2"}
    assert set(left_out(tree(tmp_path, "2.4.28"))) == {"ssl"}
    assert left_out(tree(tmp_path, "2.4.52")) == {}
    (headers / "openssl/opensslv.h").unlink()
    assert left_out(tree(tmp_path, "2.4.27")) == {}, "without OpenSSL, ab has none of it"


@pytest.mark.parametrize("name", LIBRARIES)
def test_what_has_no_headers_is_left_out(name: str, headers: Path, tmp_path: Path) -> None:
    (headers / LIBRARIES[name].header).unlink()
    assert left_out(tree(tmp_path, "2.4.68")) == {
        name: f"{LIBRARIES[name].header} is not there; on Debian: apt-get install {LIBRARIES[name].package}"
    }


def test_what_the_tree_does_not_have_is_no_loss(headers: Path, tmp_path: Path) -> None:
    (headers / LIBRARIES["http2"].header).unlink()
    assert left_out(tree(tmp_path, "2.4.9", "http2")) == {}
