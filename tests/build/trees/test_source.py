"""Which httpd a source tree is of."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.trees.source import SourceTree, find, open_tree
from hpatch.errors import InputError
from hpatch.versions import Range, Version

HEADER = """\
#ifndef AP_RELEASE_H
#define AP_SERVER_MAJORVERSION_NUMBER 2
 #  define AP_SERVER_MINORVERSION_NUMBER 4
#define AP_SERVER_PATCHLEVEL_NUMBER   {patch}
#define AP_SERVER_DEVBUILD_BOOLEAN    {development}
#define AP_SERVER_MAJORVERSION  APR_STRINGIFY(AP_SERVER_MAJORVERSION_NUMBER)
"""


def make(root: Path, patch: int = 9, development: int = 0) -> Path:
    (root / "include").mkdir(exist_ok=True)
    (root / "include/ap_release.h").write_text(HEADER.format(patch=patch, development=development))
    return root


@pytest.mark.parametrize(("development", "name"), [(0, "httpd 2.4.9"), (1, "httpd 2.4.9-dev")])
def test_the_version(tmp_path: Path, development: int, name: str) -> None:
    tree = open_tree(make(tmp_path, 9, development))
    assert tree == SourceTree(tmp_path, Version(2, 4, 9), bool(development))
    assert tree.name == name


@pytest.mark.parametrize(
    ("patch", "development", "since", "before"),
    [
        (9, 0, False, True),
        (10, 0, True, False),
        (62, 0, True, False),
        (9, 1, False, True),
        (10, 1, None, None),
        (11, 1, True, False),
    ],
)
def test_what_holds_for_its_version(
    tmp_path: Path, patch: int, development: int, since: bool | None, before: bool | None
) -> None:
    tree = open_tree(make(tmp_path, patch, development))
    assert tree.within(Range.parse(">=2.4.10")) is since
    assert tree.within(Range.parse("<2.4.10")) is before


@pytest.mark.parametrize(("text", "name"), [("'2.0.4'", "uwsgi 2.0.4"), ('"2.1-dev-5e4e3aa"', "uwsgi 2.1.0-dev")])
def test_uwsgi(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "uwsgiconfig.py").write_text(f"# uWSGI\nuwsgi_version = {text}\n")
    tree = open_tree(tmp_path)
    assert (tree.project, tree.name) == ("uwsgi", name)


@pytest.mark.parametrize(("text", "version"), [('"1.22.1"', "1.22.1"), ("NGINX_VER", None)])
def test_nginx(tmp_path: Path, text: str, version: str | None) -> None:
    (tmp_path / "src/core").mkdir(parents=True)
    (tmp_path / "src/core/nginx.h").write_text(f"#define nginx_version 1022001\n#define NGINX_VERSION      {text}\n")
    tree = find(tmp_path)
    assert (tree and (tree.project, tree.name)) == (version and ("nginx", f"nginx {version}"))


def test_no_httpd(tmp_path: Path) -> None:
    assert find(tmp_path) is None
    (tmp_path / "include").mkdir()
    (tmp_path / "include/ap_release.h").write_text("#define AP_SERVER_MAJORVERSION_NUMBER 2\n")
    with pytest.raises(InputError, match="not a source tree of httpd"):
        open_tree(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        open_tree(tmp_path / "none")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="Not a directory"):
        open_tree(tmp_path / "file")


def test_no_link_is_followed_out_of_it(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/include").symlink_to(tmp_path / "include")
    with pytest.raises(InputError, match="link"):
        find(tmp_path / "tree")
