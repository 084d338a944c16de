"""The patching wing on real source: HPATCH_HTTPD_GIT and HPATCH_UWSGI_GIT name git repositories of the projects."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

REPOSITORY = os.environ.get("HPATCH_HTTPD_GIT", "")
UWSGI = os.environ.get("HPATCH_UWSGI_GIT", "")
httpd_git = pytest.mark.httpd_git
uwsgi_git = pytest.mark.uwsgi_git

HPATCH = (sys.executable, "-c", "from hpatch.cli.main import main; main()")
SETS = (
    *("scgi-docs", "fcgi-connect-crash", "fcgi-memset", "fcgi-iobuffersize"),
    *("fcgi-diagnostics", "fcgi-body-cpu", "proxy-util-cleanup", "scgi-unix"),
)
MADE_HERE = ("fcgi-stdin-eof", "fcgi-stdin-coalesce")
NEEDED = "fcgi-filter-headers"
"""Comes along."""
FCGI = "modules/proxy/mod_proxy_fcgi.c"
MERGED = "178155b80363eb32e79a0bc350bc1d92624b1f9e"
"""2.4.x at r1605639."""
Tree = dict[str, tuple[bytes, int]]


class Answer(NamedTuple):
    """What a run gave."""

    code: int
    out: str
    err: str


def git(*arguments: str, repository: str = REPOSITORY) -> bytes:
    return subprocess.run(("git", "-C", repository, *arguments), capture_output=True, check=True).stdout


def unpack(tag: str, folder: Path, *paths: str, repository: str = REPOSITORY) -> Path:
    folder.mkdir(parents=True)
    archive = git("archive", tag, *paths, repository=repository)
    subprocess.run(("tar", "-x", "-C", folder), input=archive, check=True)
    return folder


def read(root: Path) -> Tree:
    """All files, and their permissions; symbolic links aside."""
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's cache, filled from the repository as far as the tests got."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tag 2.4.9."""
    return unpack("2.4.9", tmp_path_factory.mktemp("tags") / "2.4.9")


@pytest.fixture
def tree(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the tag 2.4.9, to be changed."""
    return Path(shutil.copytree(pristine, tmp_path / "httpd-2.4.9", symlinks=True))


def hpatch(root: Path, cache: Path, *arguments: object) -> Answer:
    done = subprocess.run(
        [*HPATCH, *map(str, arguments)],
        cwd=root,
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "HPATCH_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def states(root: Path, cache: Path, tree: Path, *ids: str) -> dict[str, str]:
    """Of these sets; without any, of those of httpd above."""
    ids = ids or (*SETS, NEEDED, *MADE_HERE)
    answer = json.loads(hpatch(root, cache, "status", *ids, "--tree", tree, "--format", "json").out)
    return {one["id"]: one["state"] for one in answer["sets"]}


def all_are(state: str) -> dict[str, str]:
    """Upstream's sets in one state; those made here are in no release."""
    return dict.fromkeys((*SETS, NEEDED), state) | dict.fromkeys(MADE_HERE, "missing")


@httpd_git
def test_all_sets_and_back(root: Path, cache: Path, tree: Path) -> None:
    before = read(tree)
    times = {path: (tree / path).stat().st_mtime_ns for path in before}
    assert states(root, cache, tree) == all_are("missing")

    code, out, err = hpatch(root, cache, "apply", *SETS, "--tree", tree, "--git", REPOSITORY, "--format", "json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["state"] == "applied"
    assert [one["id"] for one in answer["sets"] if one["needed_by"]] == [NEEDED]
    numbers = [int(step["name"].removeprefix("r")) for step in answer["steps"]]
    assert numbers == sorted(numbers)
    results = {
        (step["name"], file["path"]): {hunk["result"] for hunk in file["hunks"]}
        for step in answer["steps"]
        for file in step["files"]
    }
    assert results["r1592511", "modules/proxy/proxy_util.c"] == {"merged"}
    assert not any("fuzz" in found for found in results.values())
    assert (tree / FCGI).read_bytes() == git("show", f"{MERGED}:{FCGI}")
    assert states(root, cache, tree) == all_are("present")

    after = read(tree)
    changed = {path for path in before if after[path] != before[path]}
    assert changed == {file["path"] for step in answer["steps"] for file in step["files"]}
    assert all((tree / path).stat().st_mtime_ns == times[path] for path in before if path not in changed)

    again = hpatch(root, cache, "apply", *SETS, "--tree", tree)
    assert (again.code, "Nothing to do" in again.out) == (0, True)
    assert read(tree) == after

    code, out, err = hpatch(root, cache, "revert", "--all", "--tree", tree)
    assert (code, err) == (0, "")
    assert read(tree) == before
    assert not (tree / ".hpatch").exists()
    assert states(root, cache, tree) == all_are("missing")


@httpd_git
def test_one_after_the_other_and_back_in_another_order(root: Path, cache: Path, tree: Path) -> None:
    before = read(tree)
    expected = all_are("missing")
    for one in (NEEDED, *SETS):
        assert hpatch(root, cache, "apply", one, "--tree", tree, "--git", REPOSITORY).code == 0
        expected[one] = "present"
        if one == "fcgi-iobuffersize":  # these need each other
            expected["fcgi-diagnostics"] = expected["fcgi-body-cpu"] = "present"
        assert states(root, cache, tree) == expected
    assert (tree / FCGI).read_bytes() == git("show", f"{MERGED}:{FCGI}")
    blocked = hpatch(root, cache, "revert", NEEDED, "--tree", tree)
    assert (blocked.code, "fcgi-diagnostics needs fcgi-filter-headers" in blocked.out) == (1, True)
    together = ("fcgi-memset", "fcgi-iobuffersize", "fcgi-diagnostics", "fcgi-body-cpu", NEEDED)
    for ids in (("scgi-docs",), ("fcgi-connect-crash",), together, ("scgi-unix",), ("proxy-util-cleanup",)):
        code, _, err = hpatch(root, cache, "revert", *ids, "--tree", tree)
        assert (code, err) == (0, "")
        expected.update(dict.fromkeys(ids, "missing"))
        assert states(root, cache, tree) == expected
    assert read(tree) == before


@httpd_git
def test_offline_from_the_cache(root: Path, cache: Path, tree: Path, tmp_path: Path) -> None:
    assert hpatch(root, cache, "set", "fetch", *SETS, "--git", REPOSITORY).code == 0
    code, _, err = hpatch(root, cache, "apply", *SETS, "--tree", tree)
    assert (code, err) == (0, "")
    assert (tree / FCGI).read_bytes() == git("show", f"{MERGED}:{FCGI}")
    shutil.rmtree(tree / ".hpatch")
    code, _, err = hpatch(root, tmp_path / "empty", "apply", "scgi-unix", "--tree", tree, "--any-version")
    assert (code, err) == (0, "")  # the code shows that it is there


@httpd_git
def test_without_a_source(root: Path, tree: Path, tmp_path: Path) -> None:
    before = read(tree)
    code, _, err = hpatch(root, tmp_path, "apply", "scgi-unix", "--tree", tree)
    assert (code, "r1592529 is not in the cache; name a source: --git DIR" in err) == (3, True)
    assert read(tree) == before


@httpd_git
@pytest.mark.parametrize(("tag", "state"), [("2.4.10", "present"), ("2.4.62", "present")])
def test_status_of_later_versions(root: Path, cache: Path, tmp_path: Path, tag: str, state: str) -> None:
    tree = unpack(tag, tmp_path / tag)
    before = read(tree)
    assert states(root, cache, tree) == all_are(state)
    code, out, _ = hpatch(root, cache, "apply", *SETS, "--tree", tree, "--git", REPOSITORY)
    assert (code, "Nothing to do" in out) == (0, True)
    assert read(tree) == before


@httpd_git
def test_status_of_an_earlier_version(root: Path, cache: Path, tmp_path: Path) -> None:
    """2.4.7 has no fault that fcgi-connect-crash cures, and mod_proxy_scgi knows no sockets to connect to."""
    tree = unpack("2.4.7", tmp_path / "2.4.7")
    found = states(root, cache, tree)
    assert {id for id, state in found.items() if state != "missing"} == {"fcgi-connect-crash", "scgi-unix"}
    assert found["fcgi-connect-crash"] == found["scgi-unix"] == "not-for-this-version"


@httpd_git
@pytest.mark.parametrize("first", [SETS, ()])
def test_the_workaround_goes_on_top_of_all(root: Path, cache: Path, tree: Path, first: Sequence[str]) -> None:
    """With fcgi-body-cpu, there or coming along, 2.4.9 has the code of 2.4.10."""
    before = read(tree)
    if first:
        assert hpatch(root, cache, "apply", *first, "--tree", tree, "--git", REPOSITORY).code == 0
    made_here = ("fcgi-stdin-coalesce",)
    sets = made_here if first else (*made_here, *SETS)
    code, out, _ = hpatch(root, cache, "apply", *sets, "--tree", tree, "--git", REPOSITORY, "--format", "json")
    answer = json.loads(out)
    assert (code, answer["state"]) == (0, "applied")
    for step in answer["steps"][-2:]:
        assert {hunk["result"] for file in step["files"] for hunk in file["hunks"]} <= {"exact", "moved"}
    assert set(states(root, cache, tree).values()) == {"present"}
    assert hpatch(root, cache, "revert", "--all", "--tree", tree).code == 0
    assert read(tree) == before


@httpd_git
@pytest.mark.parametrize("how", ["known", "fuzz"])
@pytest.mark.parametrize("patch", range(10))
def test_r1603122_alone_is_refused(root: Path, cache: Path, tmp_path: Path, patch: int, how: str) -> None:
    """It fits with fuzz 2 to all these tags, without the code that it belongs to."""
    tree = unpack(f"2.4.{patch}", tmp_path / "tree", "include", "modules/proxy")
    before = read(tree)
    if how == "known":
        answer = hpatch(root, cache, "apply", "r1603122", "--tree", tree, "--git", REPOSITORY)
    else:
        diff = tmp_path / "r1603122.diff"
        diff.write_bytes(git("show", "aa5ca9770eab624b06d6402c219d990135c2b84d"))
        answer = hpatch(root, cache, "apply", diff, "--tree", tree, "--fuzz", 2)
    assert (answer.code, answer.err) == (1, "")
    assert "Nothing was changed." in answer.out
    assert read(tree) == before


@httpd_git
def test_what_stands_in_the_way_is_named(root: Path, cache: Path, tree: Path) -> None:
    code, out, _ = hpatch(root, cache, "apply", "r1592037", "--tree", tree, "--git", REPOSITORY, "-f", "json")
    answer: dict[str, Any] = json.loads(out)
    assert (code, answer["state"]) == (1, "refused")
    named = {one["revision"]: one["sets"] for blocker in answer["blockers"] for one in blocker["brought_by"]}
    assert named["r1592032"] == ["fcgi-diagnostics"]


@httpd_git
@pytest.mark.quilt
@pytest.mark.parametrize("form", ["quilt", "git", "diff"])
def test_export(root: Path, cache: Path, tree: Path, tmp_path: Path, form: str) -> None:
    """What quilt, git am and patch make of the export is what hpatch makes."""
    folder = tmp_path / "out"
    code, _, err = hpatch(
        root, cache, "set", "export", *SETS, "--tree", tree, "--as", form, "-o", folder, "--git", REPOSITORY
    )
    assert (code, err) == (0, "")
    applied = Path(shutil.copytree(tree, tmp_path / "applied", symlinks=True))
    assert hpatch(root, cache, "apply", *SETS, "--tree", applied).code == 0
    # The export is the same, whether hpatch has applied the sets or not.
    again = tmp_path / "again"
    assert hpatch(root, cache, "set", "export", *SETS, "--tree", applied, "--as", form, "-o", again).code == 0
    assert read(again) == read(folder)
    if form == "quilt":
        environment = {**os.environ, "QUILT_PATCHES": str(folder), "QUILT_PC": ".pc"}
        quilt = ("quilt", "--quiltrc", "-")
        subprocess.run((*quilt, "push", "-a", "--fuzz=0"), cwd=tree, env=environment, check=True, capture_output=True)
    elif form == "git":
        name = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false")
        for command in (("init", "-q"), ("add", "-A", "-f"), (*name, "commit", "-q", "-m", "2.4.9")):
            subprocess.run(("git", *command), cwd=tree, check=True, capture_output=True)
        mails = sorted(folder.iterdir())
        subprocess.run(("git", *name, "am", "-q", *mails), cwd=tree, check=True, capture_output=True)
    else:
        (file,) = folder.iterdir()
        with file.open("rb") as stream:
            subprocess.run(("patch", "-p1", "--fuzz=0", "-s"), cwd=tree, stdin=stream, check=True)
    # git keeps one permission, to be run; quilt and patch keep all.
    mask = 0o100 if form == "git" else 0o777
    ours = {path: (data, mode & mask) for path, (data, mode) in read(applied).items() if path[:8] != ".hpatch/"}
    theirs = {
        path: (data, mode & mask) for path, (data, mode) in read(tree).items() if path[:4] not in (".git", ".pc/")
    }
    assert theirs == ours


@uwsgi_git
def test_uwsgi(root: Path, tmp_path: Path) -> None:
    """Its revisions have no numbers; proto/fastcgi.c becomes that of the commit."""
    tree = unpack("2.0.4", tmp_path / "uwsgi-2.0.4", repository=UWSGI)
    before = read(tree)
    assert states(root, tmp_path, tree, "uwsgi-stdin-eof") == {"uwsgi-stdin-eof": "missing"}
    code, _, err = hpatch(root, tmp_path, "apply", "uwsgi-stdin-eof", "--tree", tree, "--git", UWSGI)
    assert (code, err) == (0, "")
    commit = "68d5b2de3b18af2fc38758da40e14b6e023a1a68"
    assert (tree / "proto/fastcgi.c").read_bytes() == git("show", f"{commit}:proto/fastcgi.c", repository=UWSGI)
    assert states(root, tmp_path, tree, "uwsgi-stdin-eof") == {"uwsgi-stdin-eof": "present"}
    assert hpatch(root, tmp_path, "revert", "--all", "--tree", tree).code == 0
    assert read(tree) == before
    refused = hpatch(root, tmp_path, "apply", "scgi-unix", "--tree", tree, "--any-version")
    assert (refused.code, "for httpd, and this is uwsgi" in refused.out) == (1, True)
