"""Tags of a repository, and their files on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.errors import ToolError, UsageError
from hpatch.lab.across.model import TreeVersion
from hpatch.lab.across.versions import export, versions
from hpatch.patch.sources.git import Git
from tests.support.lab.versions import repository, tag

pytestmark = pytest.mark.git


def test_tags_by_name_and_all_releases_in_their_order(tmp_path: Path) -> None:
    made = repository(tmp_path / "git")
    tag(made, "2.4.9-rc1", {})
    tag(made, "2.2.34", {})
    git = Git(str(made.folder))
    assert [one.tag for one in versions(git, "all")] == ["2.4.8", "2.4.9", "2.4.10"]
    assert [one.tag for one in versions(git, "2.2.34,2.4.9,2.2.34")] == ["2.2.34", "2.4.9"]


def test_a_tag_stands_for_its_commit_also_as_git_svn_keeps_it(tmp_path: Path) -> None:
    made = repository(tmp_path / "git")
    commit = made.git("rev-parse", "2.4.9").decode().strip()
    made.git("tag", "-a", "-m", "words", "2.4.11", commit)
    made.git("update-ref", "refs/remotes/tags/2.4.12", commit)
    made.git("update-ref", "refs/remotes/tags/2.4.8", commit)
    found = {one.tag: one.commit for one in versions(Git(str(made.folder)), "all")}
    assert found["2.4.11"] == found["2.4.12"] == found["2.4.9"] == commit
    assert found["2.4.8"] != commit


def test_releases_of_uwsgi_come_as_packages_where_the_repository_lacks_them(tmp_path: Path) -> None:
    made = repository(tmp_path / "git")
    for name in ("2.0.13.1", "2.0.9", "2.0", "2.0-rc1", "1.9.21"):
        tag(made, name, {})
    git = Git(str(made.folder))
    assert [one.tag for one in versions(git, "all", "uwsgi")] == ["2.0.9", "2.0.13.1"]
    assert [one.commit == "" for one in versions(git, "2.0.9,2.0.31", "uwsgi")] == [False, True]
    assert versions(None, "2.0.31", "uwsgi") == (TreeVersion("2.0.31", ""),)
    for text in ("2.0.x", "latest", "2.4.9"):
        with pytest.raises(UsageError, match="is not a release of uwsgi, such as 2"):
            versions(None, text, "uwsgi")


@pytest.mark.parametrize(
    ("text", "said"),
    [("2.4.99", "has no tag '2.4.99'"), ("2.4.8x", "did you mean '2.4.8'?"), (",", "tags with commas"), ("", "tags")],
)
def test_what_is_no_tag(tmp_path: Path, text: str, said: str) -> None:
    git = Git(str(repository(tmp_path / "git").folder))
    with pytest.raises(UsageError) as raised:
        versions(git, text)
    assert said in str(raised.value)


def test_a_tree_is_written_as_it_is(tmp_path: Path) -> None:
    made = repository(tmp_path / "git")
    tag(made, "new", {"configure": "#!/bin/sh\n", "a/b": "c\n"})
    export(Git(str(made.folder)), "new", tmp_path / "out")
    assert sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*")) == [
        "a",
        "a/b",
        "configure",
    ]
    assert (tmp_path / "out/a/b").read_text() == "c\n"
    assert (tmp_path / "out/configure").stat().st_mode & 0o100


@pytest.mark.parametrize("target", ["../../outside", "/etc/passwd"])
def test_a_link_out_of_the_tree_is_refused(tmp_path: Path, target: str) -> None:
    made = repository(tmp_path / "git")
    (made.folder / "link").symlink_to(target)
    made.git("add", "--all")
    made.git("commit", "--quiet", "-m", "link")
    with pytest.raises(ToolError, match="cannot be unpacked"):
        export(Git(str(made.folder)), "HEAD", tmp_path / "out")
    assert not (tmp_path / "out" / "link").exists()
