"""Patches as commits on a branch of a repository, as `git am` makes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hpatch.build.trees.applying import Given, Prepared, Request, prepare_from
from hpatch.errors import InputError, UsageError
from hpatch.patch.apply.stack import FileEdit
from hpatch.patch.apply.tree import Tree
from hpatch.patch.series.header import authorship, message
from hpatch.patch.sets.model import Catalog
from hpatch.patch.sources import commits
from hpatch.patch.sources.cache import Checked
from hpatch.patch.sources.commits import FILE, HEADS, PROGRAM, CommitFile, NewCommit
from hpatch.patch.sources.git import Git
from hpatch.processes.run import FailedError
from hpatch.records import NamedTuple

_FOLDER, _FILE, _PROGRAM = b"040000", b"%o" % FILE, b"%o" % PROGRAM


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
    worktrees = git.run("worktree", "list", "--porcelain").decode("utf-8", "surrogateescape").splitlines()
    if f"branch {HEADS}{name}" in worktrees:
        raise UsageError(f"--into-git: the branch {name} is checked out; name another, or a new one")
    there = commits.tip(git, name)
    if there is not None:
        return TargetBranch(git=git, name=name, base=there, new=False)
    try:
        head = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}")
    except FailedError:
        raise UsageError(f"--into-git: {root} has no commits yet; commit the source first") from None
    return TargetBranch(git=git, name=name, base=head.decode("ascii").strip(), new=True)


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
    who = commits.committer(git)
    texts = {one.name: one.text for one in diffs}
    new = [
        NewCommit(
            author=authorship(texts.get(step.name, b""), who),
            message=message(texts.get(step.name, b""), step.name),
            files=tuple(map(_file, step.edits)),
        )
        for step in prepared.steps
    ]
    made = commits.write(git, target.name, target.base, new, who=who, new=target.new)
    return [PatchCommit(step.name, name) for step, name in zip(prepared.steps, made, strict=True)]


def moved(target: TargetBranch) -> bool:
    """Whether the branch has got its commits."""
    return commits.tip(target.git, target.name) not in (None, None if target.new else target.base)


def _file(edit: FileEdit) -> CommitFile:
    if edit.after is None:
        return CommitFile(edit.path, FILE, None)
    return CommitFile(edit.path, PROGRAM if edit.after.mode & 0o100 else FILE, edit.after.data)
