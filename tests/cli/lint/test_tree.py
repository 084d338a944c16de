"""`hpatch lint --tree`: the httpd that a source tree would become."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.patch.diff.read import read
from hpatch.versions import Version
from tests.support.build.fcgi_module import MODULE, diff_for, sets
from tests.support.cli.call import call
from tests.support.cli.tree import make, snapshot

Capture = pytest.CaptureFixture[str]
CONFIGURATION = """\
ProxyPass "/s/" "unix:/run/s.sock|scgi://s/"
ProxyPass "/f/" "unix:/run/uwsgi.sock|fcgi://uwsgi/"
"""
MARKS = {"modules/proxy/mod_proxy_scgi.c": "def_port\n", "modules/proxy/proxy_util.c": '"scgi"\n'}
"""Those of scgi-unix, whose diff is not at hand."""


def after(id: str) -> dict[str, str]:
    """What the diff of a set leaves, by file."""
    (one,) = sets(id)
    (patch,) = read(diff_for(one, Version(2, 4, 9)).read_bytes(), id).files
    return {MODULE: b"".join(line for hunk in patch.hunks for line in hunk.new).decode()}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "a.conf").write_text(CONFIGURATION)
    return make(tmp_path)


def rules(capsys: Capture, tree: Path, *arguments: str) -> set[str]:
    done = call(capsys, "lint", "--tree", tree, "--select", "WK035,BE003,KP", *arguments, tree.parent / "a.conf")
    assert done.err == ""
    return {line.partition("[")[2][:5] for line in done.out.splitlines() if "]" in line and line[0] in "ewi"}


def test_a_tree_tells_its_version_and_what_its_code_shows(tree: Path, capsys: Capture) -> None:
    before = snapshot(tree)
    assert rules(capsys, tree) == {"WK035", "BE003", "KP001", "KP002"}
    assert snapshot(tree) == before
    for silent, files in (("WK035", MARKS), ("BE003", after("fcgi-stdin-eof"))):
        for path, text in files.items():
            (tree / path).write_text(text)
        assert silent not in rules(capsys, tree)
    assert rules(capsys, tree) == {"KP001", "KP002"}


def test_the_message_names_the_tree_and_not_a_release(tree: Path, capsys: Capture) -> None:
    done = call(capsys, "lint", "--tree", tree, "--select", "KP", tree.parent / "a.conf")
    assert "httpd 2.4.9 has CVE-" in done.out
    assert "as published has" not in done.out.partition("help:")[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--httpd-version", "2.4.9"), "--tree excludes --httpd-version and --package"),
        (("--package", "apache2 2.4.57-2"), "--tree excludes --httpd-version and --package"),
        (("--advisories", "osv"), "--tree excludes --advisories"),
    ],
)
def test_one_httpd_at_a_time(tree: Path, capsys: Capture, arguments: tuple[str, ...], said: str) -> None:
    done = call(capsys, "lint", "--tree", tree, *arguments, tree.parent / "a.conf")
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_folder_that_is_no_source(tree: Path, capsys: Capture) -> None:
    done = call(capsys, "lint", "--tree", tree.parent, tree.parent / "a.conf")
    assert (done.code, done.out) == (3, "")
    assert "not a source tree of httpd" in done.err
