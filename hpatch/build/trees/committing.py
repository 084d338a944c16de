"""Patches as commits on a branch of a repository, as `git am` makes them; its work tree and its index stay as they are.

Git's fast-import writes all commits at once, and the branch last. It runs no hook and no filter.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from hpatch.build.trees.applying import Given, Prepared, Request, prepare_from
from hpatch.errors import InputError, ToolError, UsageError
from hpatch.patch.apply.stack import Content, FileEdit
from hpatch.patch.apply.tree import Tree
from hpatch.patch.diff.names import quote
from hpatch.patch.series.header import authorship, message
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources.cache import Checked
from hpatch.patch.sources.git import Git
from hpatch.processes.run import FailedError
from hpatch.records import NamedTuple

_HEADS = "refs/heads/"
_OWN = ("-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false")
_COMMITTER = ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE")
_FOLDER, _FILE, _PROGRAM = b"040000", b"100644", b"100755"


class TargetBranch(NamedTuple):
    """A branch that gets commits on top of `base`; `new`: it is not there yet."""

    git: Git
    name: str
    base: str
    new: bool


class PatchCommit(NamedTuple):
    """A patch and the commit that has it."""

    patch: str
    commit: str


class CommitTree(Tree):
    """The files of a commit."""

    def __init__(self, git: Git, commit: str) -> None:
        self.root = Path(git.folder)
        self._git = git
        self._files: dict[str, tuple[bytes, str]] = {}
        self._folders: set[str] = set()
        for row in git.run("ls-tree", "-r", "-t", "-z", "--full-tree", commit).split(b"\0")[:-1]:
            about, _, path = row.partition(b"\t")
            mode, _, name = about.split(b" ")
            text = path.decode("utf-8", "surrogateescape")
            if mode == _FOLDER:
                self._folders.add(text)
            else:
                self._files[text] = (mode, name.decode("ascii"))

    def read(self, path: str) -> bytes | None:
        """A file's content, None where there is none. Raises InputError for a link, a submodule or a folder."""
        self._check(path)
        found = self._found(path)
        return None if found is None else self._git.run("cat-file", "blob", found[1])

    def mode(self, path: str) -> int | None:
        """A file's permission bits, None where there is none."""
        self._check(path)
        found = self._found(path)
        return None if found is None else 0o755 if found[0] == _PROGRAM else 0o644

    def exists(self, path: str) -> bool:
        """Whether there is anything at a path."""
        self._check(path)
        return path in self._files or path in self._folders

    def _found(self, path: str) -> tuple[bytes, str] | None:
        if path in self._folders:
            raise InputError(f"{path}: is not a regular file")
        above = path
        while "/" in above:
            above = above.rpartition("/")[0]
            if above in self._files:
                raise InputError(f"{path}: '{above}' is a link or not a folder; hpatch does not write through it")
        found = self._files.get(path)
        if found is not None and found[0] not in (_FILE, _PROGRAM):
            raise InputError(f"{path}: is a symbolic link or a submodule; hpatch does not write through it")
        return found


def branch(root: Path, name: str) -> TargetBranch:
    """The branch to commit to: one that is there, or a new one at HEAD.

    Raises UsageError for a name that is none, a branch that is checked out and a repository without commits, InputError
    for a folder that is no repository.
    """
    git = Git(str(root))
    try:
        git.run("check-ref-format", "--branch", name)
    except FailedError:
        raise UsageError(f"--into-git: '{name}' is not a name for a branch") from None
    ref = f"{_HEADS}{name}"
    worktrees = git.run("worktree", "list", "--porcelain").decode("utf-8", "surrogateescape").splitlines()
    if f"branch {ref}" in worktrees:
        raise UsageError(f"--into-git: the branch {name} is checked out; name another, or a new one")
    for start in (ref, "HEAD"):
        try:
            commit = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{start}^{{commit}}")
        except FailedError:
            continue
        return TargetBranch(git=git, name=name, base=commit.decode("ascii").strip(), new=start == "HEAD")
    raise UsageError(f"--into-git: {root} has no commits yet; commit the source first")


def prepare(target: TargetBranch, root: Path, request: Request, catalog: Catalog, source: Checked) -> Prepared:
    """Work out what diffs make of the files of a branch. Raises UsageError for sets and revisions, and InputError."""
    if request.ids or request.revisions:
        raise UsageError("--into-git is for diffs and series; export a set as mails first (hpatch set export)")
    return prepare_from(CommitTree(target.git, target.base), root, request, catalog, source)


def commit(target: TargetBranch, prepared: Prepared, diffs: Sequence[Given]) -> list[PatchCommit]:
    """Make a commit of each step and move the branch. Raises ToolError if the branch has changed by now."""
    if not prepared.steps:
        return []
    git = target.git
    own = {name: value for name in _COMMITTER if (value := os.environ.get(name))}
    try:
        committer = git.run("var", "GIT_COMMITTER_IDENT", env=own).strip()
    except FailedError as error:
        raise ToolError(f"git does not know who commits: {error}; set user.name and user.email") from None
    texts = {one.name: one.text for one in diffs}
    stream: list[bytes] = []
    for number, step in enumerate(prepared.steps):
        text = texts.get(step.name, b"")
        stream.append(b"commit %s%s\n" % (_HEADS.encode(), _bytes(target.name)))
        stream.append(b"author %s\ncommitter %s\n" % (authorship(text, committer), committer))
        stream.append(_data(message(text, step.name)))
        if not number:
            stream.append(b"from %s\n" % target.base.encode("ascii"))
        for edit in step.edits:
            stream.append(_change(edit))
        stream.append(b"\n")
    try:
        git.run(*_OWN, "fast-import", "--quiet", "--done", "--date-format=raw", stdin=b"".join((*stream, b"done\n")))
    except FailedError as error:
        raise ToolError(f"{git.folder}: {target.name}: git fast-import: {error}; the branch was not changed") from None
    ref = f"{target.base}..{_HEADS}{target.name}"
    made = git.run("rev-list", "--reverse", "--first-parent", ref, "--").decode("ascii").split()
    return [PatchCommit(step.name, name) for step, name in zip(prepared.steps, made, strict=False)]


def moved(target: TargetBranch) -> bool:
    """Whether the branch has got its commits."""
    try:
        now = target.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{_HEADS}{target.name}")
    except FailedError:
        return False
    return target.new or now.decode("ascii").strip() != target.base


def _change(edit: FileEdit) -> bytes:
    path = quote(_bytes(edit.path))
    if edit.after is None:
        return b"D %s\n" % path
    return b"M %s inline %s\n" % (_mode(edit.after), path) + _data(edit.after.data)


def _mode(content: Content) -> bytes:
    return _PROGRAM if content.mode & 0o100 else _FILE


def _data(data: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(data), data)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
