"""The catalogue next to real history: HPATCH_HTTPD_GIT names a mirror of httpd's, HPATCH_UWSGI_GIT of uWSGI's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from hpatch.patch.diff.model import FilePatch
from hpatch.patch.place.place import place
from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import PatchSet
from hpatch.patch.sources.cache import Cache, Checked, checked
from hpatch.patch.sources.fetch import Fetched, fetch
from hpatch.patch.sources.git import Git
from hpatch.patch.sources.suppliers import suppliers
from hpatch.patch.sources.svn import Svn

MIRRORS = {"httpd": os.environ.get("HPATCH_HTTPD_GIT", ""), "uwsgi": os.environ.get("HPATCH_UWSGI_GIT", "")}
SETS = load().sets
CHANGES = [change for one in SETS if one.project == "httpd" for change in (*one.revisions, *one.merges)]
httpd = pytest.mark.httpd_git

pytestmark = pytest.mark.git


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for all tests here."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(one, id=one.id, marks=getattr(pytest.mark, f"{one.project}_git"))
        for one in SETS
        if one.project in MIRRORS
    ],
)
def test_every_revision_is_found_and_is_the_one(one: PatchSet, folder: Path, tmp_path: Path) -> None:
    revisions = (*one.revisions, *one.merges)
    by_number = [revision._replace(commit=None) for revision in revisions if revision.number is not None]
    source = Git(MIRRORS[one.project], folder)
    for name, wanted in {"commits": revisions, "numbers": by_number}.items():
        cache = Cache(tmp_path / name)
        cache.path.mkdir()
        for found in fetch(wanted, Checked(source, cache)):
            assert isinstance(found, Fetched), found.error
            assert found.files == found.wanted
    for revision in revisions:
        commit = revision.commit
        assert commit is not None
        told = subprocess.run(
            ["git", "-C", source.folder, "rev-list", "--parents", "-1", commit], check=True, capture_output=True
        )
        assert told.stdout.decode().split() == [commit, revision.parent]


@httpd
@pytest.mark.svn
def test_subversions_diffs_are_accepted_too(folder: Path, tmp_path: Path) -> None:
    """Each revision is committed to a Subversion repository, and its diff there is the catalogue's change."""
    source = Git(MIRRORS["httpd"], folder)
    top = tmp_path / "repository"
    subprocess.run(["svnadmin", "create", top], check=True)

    def put(name: str, files: dict[str, bytes], paths: Iterable[str]) -> int:
        """Commit files; the number of the revision. The folders of `paths` are made first."""
        arguments: list[str] = []
        for number, (path, content) in enumerate(files.items()):
            (tmp_path / str(number)).write_bytes(content)
            arguments += ["put", str(tmp_path / str(number)), f"{name}/trunk/{path}"]
        folders = {str(above) for path in paths for above in Path(f"{name}/trunk/{path}").parents} - {"."}
        known = (
            subprocess.run(["svn", "list", f"file://{top}/{name}"], check=False, capture_output=True).returncode == 0
        )
        made = [] if known else [word for one in sorted(folders) for word in ("mkdir", one)]
        command = ["svnmucc", "--message", "x", "--root-url", f"file://{top}", *made, *arguments]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return int(told.split()[0].removeprefix("r"))

    for revision in {one.name: one for one in CHANGES}.values():
        commit = revision.commit
        before = {path: text for path in revision.files if (text := source.before(revision, path)) is not None}
        put(revision.name, before, revision.files)
        after = {path: source.run("cat-file", "blob", f"{commit}:{path}") for path in revision.files}
        number = put(revision.name, after, revision.files)
        diff = Svn(f"file://{top}/{revision.name}").diff(revision._replace(number=number, line="trunk"))
        for found in (checked(diff, revision, "Subversion"), checked(source.diff(revision), revision, "git")):
            assert {file.path: _made(file, before) for file in found.files} == after


def _made(file: FilePatch, before: Mapping[str, bytes]) -> bytes | None:
    """What a file's patch makes of it; hunks may be split in other ways."""
    if file.kind == "create":
        return b"".join(line for hunk in file.hunks for line in hunk.new)
    return place(before[file.path], file).after


@httpd
def test_what_stands_in_the_way_is_known(folder: Path) -> None:
    """r1592032 expects lines that r1585824 brought."""
    (revision,) = (one for one in CHANGES if one.number == 1592032)
    source = Git(MIRRORS["httpd"], folder)
    found = suppliers(source, load(), revision, "modules/proxy/mod_proxy_fcgi.c", range(609, 616))
    assert found[0].name == "r1585824"
    assert found[0].sets == ("fcgi-filter-headers",)
