"""Revisions from real git repositories."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from hpatch import log
from hpatch.errors import InputError, ToolError
from hpatch.patch.diff.blob import blob_id
from hpatch.patch.diff.read import read
from hpatch.patch.sources.cache import checked
from hpatch.patch.sources.git import Git
from hpatch.patch.sources.model import NotKnownError, Origin
from tests.support.patch.repositories import AFTER, BEFORE, DIFF, Make, Repository, as_checked

pytestmark = pytest.mark.git


@pytest.fixture
def mirror(repository: Repository) -> Repository:
    """Revision 3 makes a file, 5 changes it; a branch has 4 and 6."""
    repository.commit(3, {"modules/a.c": BEFORE, "README": b"read\n"})
    repository.git("checkout", "--quiet", "-b", "2.4.x")
    repository.commit(4, {"README": b"branch\n"}, "2.4.x")
    repository.commit(6, {"modules/a.c": AFTER}, "2.4.x")
    repository.git("checkout", "--quiet", "trunk")
    repository.commit(5, {"modules/a.c": AFTER})
    return repository


def test_what_verbose_shows(mirror: Repository, revision: Make) -> None:
    """The command that a user would give, without the settings that every one of them has."""
    told: list[str] = []
    log.to(told.append)
    try:
        Git(str(mirror.folder)).diff(revision(number=None, commit=mirror.git("rev-parse", "trunk").decode().strip()))
    finally:
        log.to(None)
    assert told
    assert all(
        line.startswith(f"run git -C {shlex.quote(str(mirror.folder))} ") and " -c " not in line for line in told
    )


def test_a_revision_by_its_git_svn_id(mirror: Repository, cache: Path, revision: Make) -> None:
    git = Git(str(mirror.folder), cache)
    assert checked(git.diff(revision()), revision(), "git") == as_checked(DIFF)
    assert checked(git.diff(revision(number=6, line="2.4.x")), revision(), "git") == as_checked(DIFF)


def test_a_revision_by_its_commit(mirror: Repository, revision: Make) -> None:
    commit = mirror.commit(None, {"modules/a.c": BEFORE})
    git = Git(str(mirror.folder))
    assert b"-line ten\n+line 10\n" in git.diff(revision(number=None, commit=commit))


def test_a_commit_that_is_not_there_is_looked_up_by_number(mirror: Repository, revision: Make) -> None:
    assert b"+line ten" in Git(str(mirror.folder)).diff(revision(commit="ab" * 20))


def test_the_file_before(mirror: Repository, revision: Make) -> None:
    git = Git(str(mirror.folder))
    assert git.before(revision(), "modules/a.c") == BEFORE
    assert git.before(revision(), "modules/b.c") is None
    assert git.before(revision(number=3), "modules/a.c") is None


def test_a_first_commit_and_deleted_files(mirror: Repository, revision: Make) -> None:
    git = Git(str(mirror.folder))
    assert b"new file mode 100644" in git.diff(revision(number=3))
    mirror.commit(7, {"README": None})
    assert b"deleted file mode 100644" in Git(str(mirror.folder)).diff(revision(number=7))


def test_binary_files_that_a_revision_adds_or_removes_are_in_its_diff(mirror: Repository, revision: Make) -> None:
    old, new = b"\x89PNG\r\n\x1a\n\0\1\2", b"\0\r\n\xff\n\n\0"
    mirror.commit(7, {"a.png": old})
    mirror.commit(8, {"a.png": None, "b.png": new})
    mirror.commit(9, {"b.png": old})
    git = Git(str(mirror.folder))
    added = read(git.diff(revision(number=7)), "r7").files
    assert [b"".join(line for _, line in hunk.lines) for file in added for hunk in file.hunks] == [old]
    removed, other = read(git.diff(revision(number=8)), "r8").files
    assert [b"".join(line for _, line in hunk.lines) for hunk in removed.hunks] == [old]
    assert [b"".join(line for _, line in hunk.lines) for hunk in other.hunks] == [new]
    with pytest.raises(InputError, match="a binary change, which hpatch cannot apply"):
        read(git.diff(revision(number=9)), "r9")


@pytest.mark.parametrize(("number", "line"), [(5, "2.4.x"), (6, "trunk"), (99, "trunk")])
def test_a_revision_that_is_not_there(mirror: Repository, revision: Make, number: int, line: str) -> None:
    with pytest.raises(NotKnownError, match=f"r{number} of {line} is not in this repository"):
        Git(str(mirror.folder)).diff(revision(number=number, line=line))


def test_a_shallow_clone_says_so(mirror: Repository, tmp_path: Path, revision: Make) -> None:
    mirror.commit(7, {"README": b"x\n"})
    mirror.git("clone", "--quiet", "--depth=1", f"file://{mirror.folder}", str(tmp_path / "clone"))
    with pytest.raises(NotKnownError, match="the clone is shallow"):
        Git(str(tmp_path / "clone")).diff(revision())


def test_a_shallow_clone_knows_neither_who_brought_old_lines_nor_keeps_its_index(
    mirror: Repository, tmp_path: Path, cache: Path
) -> None:
    mirror.commit(7, {"README": b"x\n"})
    clone = tmp_path / "shallow"
    mirror.git("clone", "--quiet", "--depth=1", mirror.folder.as_uri(), str(clone))
    shallow = Git(str(clone), cache)
    tip = shallow.tip("HEAD")
    assert shallow.ends == {tip}
    path = shallow.run("ls-files").decode().splitlines()[0]
    assert shallow.blame(tip, path, [1]) == {}
    assert Git(str(mirror.folder)).blame(tip, path, [1]) != {}
    assert shallow.find(5) is None
    mirror.git("-C", str(clone), "fetch", "--quiet", "--unshallow")
    assert Git(str(clone), cache).find(5) is not None
    assert Git(str(clone)).ends == frozenset()


def test_a_bare_mirror_a_clone_and_a_work_tree(mirror: Repository, tmp_path: Path, revision: Make) -> None:
    mirror.git("clone", "--quiet", "--mirror", ".", str(tmp_path / "bare.git"))
    mirror.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    mirror.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "work"))
    for name in ("bare.git", "clone", "work"):
        git = Git(str(tmp_path / name))
        assert b"+line ten" in git.diff(revision())
        assert git.find(6, "2.4.x") is not None


def test_who_brought_lines(mirror: Repository, revision: Make) -> None:
    mirror.commit(8, {"modules/a.c": AFTER.replace(b"line 2\n", b"line two\n")})
    found = Git(str(mirror.folder)).origins(revision(number=8), "modules/a.c", [2, 9, 10, 11])
    assert found is not None
    assert [(one.number, one.line, one.at) for one in found] == [(3, "trunk", (2, 9, 11)), (5, "trunk", (10,))]
    assert Git(str(mirror.folder)).origins(revision(number=8), "modules/a.c", []) == ()


def test_who_brought_lines_without_a_number(mirror: Repository, revision: Make) -> None:
    commit = mirror.commit(None, {"modules/a.c": BEFORE})
    mirror.commit(8, {"modules/a.c": AFTER})
    found = Git(str(mirror.folder)).origins(revision(number=8), "modules/a.c", [10])
    assert found == (Origin(commit, None, None, (10,)),)


# The index


def reads(git: Git) -> int:
    """How often opening the index makes git read history."""
    count = 0
    run = git.run

    def counted(*arguments: str, stdin: bytes = b"") -> bytes:
        nonlocal count
        count += arguments[0] == "log"
        return run(*arguments, stdin=stdin)

    git.run = counted  # type: ignore[method-assign]
    assert git.index
    return count


def test_the_index_is_kept(mirror: Repository, cache: Path) -> None:
    cache.mkdir(parents=True)
    assert reads(Git(str(mirror.folder), cache)) == 1
    again = Git(str(mirror.folder), cache)
    assert reads(again) == 0
    assert again.find(5) == mirror.git("rev-parse", "trunk").decode().strip()


def test_the_index_follows_the_repository(mirror: Repository, cache: Path) -> None:
    cache.mkdir(parents=True)
    assert Git(str(mirror.folder), cache).find(7) is None
    commit = mirror.commit(7, {"README": b"x\n"})
    git = Git(str(mirror.folder), cache)
    assert git.find(7) == commit
    assert git.find(5) is not None


def test_history_that_was_rewritten(mirror: Repository, cache: Path, revision: Make) -> None:
    cache.mkdir(parents=True)
    old = Git(str(mirror.folder), cache).find(5)
    mirror.git("reset", "--quiet", "--hard", "HEAD^")
    mirror.commit(None, {"README": b"y\n"})
    new = mirror.commit(5, {"modules/a.c": AFTER})
    mirror.git("reflog", "expire", "--expire=now", "--all")
    mirror.git("gc", "--quiet", "--prune=now")
    git = Git(str(mirror.folder), cache)
    assert git.find(5) == new != old
    assert b"+line ten" in git.diff(revision())


@pytest.mark.parametrize("content", [b"", b"not a database, and longer than its header is" * 30])
def test_an_index_that_is_damaged_is_made_anew(mirror: Repository, cache: Path, content: bytes) -> None:
    cache.mkdir(parents=True)
    assert Git(str(mirror.folder), cache).find(5)
    (file,) = cache.iterdir()
    file.write_bytes(content)
    assert Git(str(mirror.folder), cache).find(5)


def test_an_index_that_cannot_be_kept(mirror: Repository, tmp_path: Path) -> None:
    assert Git(str(mirror.folder), tmp_path / "missing" / "folder").find(5)


def test_the_last_git_svn_id_counts(repository: Repository) -> None:
    repository.commit(1, {"a": b""})
    text = "Merge\n\ngit-svn-id: https://s/x/trunk@2 u\n\ngit-svn-id: https://s/x/branches/2.4.x@9 u\n"
    repository.git("commit", "--quiet", "--allow-empty", "--message", text)
    git = Git(str(repository.folder))
    assert git.find(2) is None
    assert git.find(9, "2.4.x") is not None


# Strange repositories


def test_what_is_no_repository(tmp_path: Path, mirror: Repository) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    for folder in (tmp_path, mirror.folder / "modules", tmp_path / "missing", file):
        with pytest.raises(InputError, match=str(folder)):
            Git(str(folder))


def test_nothing_that_a_repository_names_is_run(
    mirror: Repository, tmp_path: Path, revision: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    program.chmod(0o755)
    for name in (
        "diff.external diff.x.command diff.x.textconv core.fsmonitor core.pager pager.diff core.sshCommand"
        " core.alternateRefsCommand gpg.program filter.x.smudge filter.x.clean"
    ).split():
        mirror.git("config", name, str(program))
    mirror.git("config", "core.attributesFile", str(tmp_path / "attributes"))
    mirror.git("config", "log.showSignature", "true")
    (tmp_path / "attributes").write_text("* diff=x filter=x\n")
    (mirror.folder / ".git" / "info" / "attributes").write_text("* diff=x filter=x\n")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(program))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    git = Git(str(mirror.folder))
    assert b"+line ten" in git.diff(revision())
    assert git.before(revision(), "modules/a.c") == BEFORE
    assert git.origins(revision(), "modules/a.c", [1])
    assert not (tmp_path / "ran").exists()


def test_settings_do_not_change_a_diff(mirror: Repository, revision: Make) -> None:
    for name, value in {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.context": "9",
        "diff.algorithm": "patience",
        "diff.indentHeuristic": "false",
        "diff.interHunkContext": "9",
        "diff.suppressBlankEmpty": "true",
        "diff.renames": "copies",
        "diff.wsErrorHighlight": "all",
        "color.ui": "always",
        "core.quotePath": "false",
    }.items():
        mirror.git("config", name, value)
    assert as_checked(Git(str(mirror.folder)).diff(revision())) == as_checked(DIFF)


def test_a_missing_program(mirror: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolError, match="git is not installed"):
        Git(str(mirror.folder))


def test_files_by_their_names(mirror: Repository) -> None:
    git = Git(str(mirror.folder))
    name = blob_id(BEFORE)
    tree = mirror.git("rev-parse", "HEAD^{tree}").decode().strip()
    assert git.files([name[:8], name, tree, "ab" * 20, name[:4], "--help"]) == {name[:8]: BEFORE, name: BEFORE}
    assert git.files(["ab" * 20]) == git.files([]) == {}
