"""Revisions from a real Subversion repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.errors import ToolError, UsageError
from hpatch.patch.diff.write import write
from hpatch.patch.sources.cache import Cache, Checked, checked
from hpatch.patch.sources.model import NotKnownError, Origin
from hpatch.patch.sources.svn import Svn
from tests.support.patch.repositories import AFTER, BEFORE, DIFF, Make, as_checked


def run(*arguments: object, cwd: Path | None = None) -> None:
    subprocess.run([str(one) for one in arguments], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A repository: r1 makes the folders, r2 a branch, r3 and r4 change the branch and trunk, r5 is the revision."""
    top = tmp_path_factory.mktemp("svn")
    run("svnadmin", "create", top / "repository")
    url = f"{top.as_uri()}/repository/httpd"
    run("svn", "mkdir", "-m", "r1", "--parents", f"{url}/trunk/modules", f"{url}/branches")
    run("svn", "copy", "-m", "r2", f"{url}/trunk", f"{url}/branches/2.4.x")
    run("svn", "checkout", url, top / "work")
    for line in ("branches/2.4.x", "trunk"):
        work = top / "work" / line
        (work / "modules" / "a.c").write_bytes(BEFORE)
        (work / "bin").write_bytes(b"#!/bin/sh\n")
        run("svn", "add", "modules/a.c", "bin", cwd=work)
        run("svn", "propset", "svn:executable", "*", "bin", cwd=work)
        run("svn", "propset", "svn:keywords", "Rev", "modules/a.c", cwd=work)
        run("svn", "commit", "-m", "r3, r4", cwd=work)
        run("svn", "update", cwd=work)
    work = top / "work" / "trunk"
    (work / "modules" / "a.c").write_bytes(AFTER)
    run("svn", "propset", "svn:mergeinfo", "/httpd/branches/2.4.x:3", ".", cwd=work)
    run("svn", "commit", "-m", "r5", cwd=work)
    return url


pytestmark = pytest.mark.svn


@pytest.mark.parametrize("end", ["", "/", "/trunk", "/trunk/"])
def test_a_revision(url: str, revision: Make, end: str) -> None:
    diff = Svn(url + end).diff(revision())
    assert b"svn:mergeinfo" in diff
    assert checked(diff, revision(), "svn") == as_checked(DIFF)


def test_a_revision_of_a_branch_with_an_executable_file(url: str, revision: Make) -> None:
    told = write(as_checked(Svn(url).diff(revision(number=3, line="2.4.x"))), prefix=True)
    assert b"diff --git a/bin b/bin\nnew file mode 100755\n--- /dev/null\n+++ b/bin\n" in told
    assert b"diff --git a/modules/a.c b/modules/a.c\nnew file mode 100644\n" in told


@pytest.mark.parametrize("changes", [{"number": 99}, {"line": "2.2.x"}, {"number": None, "commit": "ab" * 20}])
def test_a_revision_that_is_not_there(url: str, revision: Make, changes: dict[str, object]) -> None:
    with pytest.raises(NotKnownError):
        Svn(url).diff(revision(**changes))


def test_a_revision_that_changed_another_line_is_no_diff(url: str, revision: Make) -> None:
    assert Svn(url).diff(revision(number=3)) == b""


def test_the_file_before(url: str, revision: Make) -> None:
    assert Svn(url).before(revision(), "modules/a.c") == BEFORE
    assert Svn(url).before(revision(), "modules/b.c") is None
    assert Svn(url).before(revision(number=4), "modules/a.c") is None


def test_who_brought_lines(url: str, revision: Make) -> None:
    found = Svn(url).origins(revision(number=6), "modules/a.c", [9, 10, 99])
    assert found == (Origin(None, 4, "trunk", (9,)), Origin(None, 5, "trunk", (10,)))


def test_through_the_cache(url: str, cache: Path, revision: Make) -> None:
    cache.mkdir(parents=True)
    Checked(Svn(url), Cache(cache)).diff(revision())
    assert Checked(None, Cache(cache)).diff(revision()) == as_checked(DIFF)


def test_a_server_that_does_not_answer(tmp_path: Path, revision: Make) -> None:
    with pytest.raises(ToolError, match="svn: "):
        Svn(f"{tmp_path.as_uri()}/nothing").diff(revision())


def test_a_users_settings_do_not_count(
    url: str, revision: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".subversion").mkdir()
    (tmp_path / ".subversion" / "config").write_text("[helpers]\ndiff-cmd = /bin/false\ndiff-extensions = -U9\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert as_checked(Svn(url).diff(revision())) == as_checked(DIFF)


@pytest.mark.parametrize("url", ["/tmp/repository", "--help", "ftp://h/x", "svn+rsh://h/x", "file:// x", ""])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(UsageError, match="is not the URL of a Subversion repository"):
        Svn(url)
