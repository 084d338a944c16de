"""A proposal as a branch of the user's repository: on the stable branch, a commit for each revision.

Author and date are the revision's, the committer is the user. Neither the work tree nor the index is read or written:
the commits are made of blobs, trees and git's plumbing, and the branch appears at once, or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hpatch.backport.check.answer import CheckedFile
from hpatch.backport.check.check import check
from hpatch.backport.check.trial import CommitFiles
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.backport.proposal import changelog
from hpatch.backport.proposal.files import changed, mode_of
from hpatch.backport.proposal.proposal import Proposal
from hpatch.errors import InputError, ToolError, UsageError
from hpatch.patch.sources.git import Git
from hpatch.processes.run import FailedError
from hpatch.records import NamedTuple

_HEADS = "refs/heads/"
_OWN = ("-c", "core.hooksPath=/dev/null", "-c", "user.useConfigOnly=true")
"""No hook runs, and git does not guess who the committer is."""


class BranchStep(NamedTuple):
    """What the branch has with a revision and those before it: its files that differ from the stable branch's."""

    revision: Revision
    files: tuple[CheckedFile, ...]


class BranchPlan(NamedTuple):
    """What the commits of a branch are to be, on the stable branch as `base`.

    `unneeded` are revisions that get none: what they change is there with those before them.
    """

    base: str
    steps: tuple[BranchStep, ...]
    unneeded: tuple[Revision, ...]


def checked(history: Revisions, name: str) -> str:
    """The name, where a branch can be made by it. Raises UsageError where it is none, or there is such a branch."""
    git = history.git
    if name.startswith("-") or name == "HEAD" or not _says(git, "check-ref-format", f"{_HEADS}{name}"):
        raise UsageError(f"--branch: '{name}' cannot be the name of a branch")
    if name in (history.onto.branch, history.trunk.branch):
        raise UsageError(f"--branch: {name} is the name of a branch that is read; give the new one another")
    try:
        unborn = git.run("symbolic-ref", "--quiet", "HEAD").decode("utf-8", "surrogateescape").strip()
    except FailedError:
        unborn = ""
    if unborn == f"{_HEADS}{name}" or _says(git, "show-ref", "--verify", "--quiet", f"{_HEADS}{name}"):
        raise UsageError(
            f"--branch: {git.folder} has a branch {name} already; give another name, or delete it with "
            f"'git branch -D {name}'"
        )
    return name


def plan(history: Revisions, proposal: Proposal) -> BranchPlan:
    """What each revision adds, in their order; `proposal.unmade` is empty.

    Raises InputError where one of them does not go in without a later one.
    """
    objects = Objects(history.git)
    branch = CommitFiles(objects, history.onto.commit)
    readme = branch.read("README.CHANGES") or b""
    steps: list[BranchStep] = []
    unneeded = []
    for count, revision in enumerate(proposal.revisions, 1):
        some = proposal.revisions[:count]
        answer = check(history, some, objects=objects, why=False)
        if answer.conflicts:
            raise InputError(f"{revision.name} does not merge without the revisions after it, so it gets no commit")
        brought = changelog.brought(objects, objects.changes(some))
        step = BranchStep(
            revision, changed(answer, branch, changelog.note(brought, (), branch.tree.keys(), readme, proposal.title))
        )
        if _written(step) == (_written(steps[-1]) if steps else {}):
            unneeded.append(revision)
        else:
            steps.append(step)
    return BranchPlan(history.onto.commit, tuple(steps), tuple(unneeded))


def make(history: Revisions, plan: BranchPlan, name: str) -> tuple[str, ...]:
    """Make the branch; its commits, the newest last. Raises ToolError, and UsageError where there is one by now."""
    git = history.git
    objects = Objects(git)
    commits = [plan.base]
    with TemporaryDirectory(prefix="hpatch-") as scratch:
        for step in plan.steps:
            tree = _tree(git, objects, plan.base, step, Path(scratch) / "index")
            commits.append(_commit(git, history, tree, commits[-1], step.revision))
    try:
        git.run(*_OWN, "update-ref", "-m", "hpatch: proposal", f"{_HEADS}{name}", commits[-1], _no(plan.base))
    except FailedError as error:
        checked(history, name)  # somebody else was faster
        raise ToolError(f"{git.folder}: the branch {name} cannot be made: {error}") from error
    return tuple(commits[1:])


def remove(history: Revisions, name: str, commit: str) -> None:
    """Take away a branch that was made, unless it has changed since."""
    history.git.run(*_OWN, "update-ref", "-d", f"{_HEADS}{name}", commit)


def _no(name: str) -> str:
    """What stands for no object in a repository with names of this length."""
    return "0" * len(name)


def _written(step: BranchStep) -> dict[str, tuple[bytes | None, int | None]]:
    return {one.path: (one.after, one.mode) for one in step.files}


def _tree(git: Git, objects: Objects, base: str, step: BranchStep, index: Path) -> str:
    """The tree of a step: the base's with the files that differ, by way of an index that nobody else has."""
    own = {"GIT_INDEX_FILE": str(index)}
    git.run(*_OWN, "read-tree", base, env=own)
    rows = b"".join(_rows(git, objects, base, step))
    git.run(*_OWN, "update-index", "-z", "--add", "--index-info", stdin=rows, env=own)
    return git.run(*_OWN, "write-tree", "--missing-ok", env=own).decode("ascii").strip()


def _rows(git: Git, objects: Objects, base: str, step: BranchStep) -> Iterator[bytes]:
    for one in step.files:
        path = one.path.encode("utf-8", "surrogateescape")
        if one.after is None:
            yield b"0 %s\t%s\0" % (_no(base).encode("ascii"), path)
        else:
            name = git.run(*_OWN, "hash-object", "-w", "--stdin", stdin=one.after).decode("ascii").strip()
            mode = mode_of(one, objects.tree(base), objects.tree(step.revision.commit))
            yield b"%o %s\t%s\0" % (mode, name.encode("ascii"), path)


def _commit(git: Git, history: Revisions, tree: str, parent: str, revision: Revision) -> str:
    told = git.run(
        "log", "-1", "--no-show-signature", "--encoding=UTF-8", "--format=%an%x00%ae%x00%at", revision.commit
    )
    name, address, date = told.decode("utf-8", "surrogateescape").rstrip("\n").split("\0")
    author = {
        "GIT_AUTHOR_NAME": name or "unknown",
        "GIT_AUTHOR_EMAIL": address,
        "GIT_AUTHOR_DATE": f"@{date} {_zone(revision)}",
    }
    committer = {key: value for key, value in os.environ.items() if key.startswith("GIT_COMMITTER_")}
    message = _message(history, revision).encode("utf-8", "surrogateescape")
    try:
        made = git.run(*_OWN, "commit-tree", "-p", parent, tree, stdin=message, env={**author, **committer})
    except FailedError as error:
        if "user.email" in error.said or "auto-detection" in error.said:
            raise ToolError(
                "git does not know who you are; run 'git config --global user.name NAME' and 'git config --global "
                "user.email ADDRESS'"
            ) from None
        raise
    return made.decode("ascii").strip()


def _zone(revision: Revision) -> str:
    """The author's time zone as git writes it (`+0200`)."""
    sign = revision.date[-6:]
    return sign.replace(":", "") if sign[:1] in ("+", "-") else "+0000"


def _message(history: Revisions, revision: Revision) -> str:
    """The revision's message with its origin, as merges of httpd and picks of git name it."""
    message = revision.message.strip()
    if revision.number is None:
        return f"{message}\n\n(cherry picked from commit {revision.commit})\n"
    return f"Merge {revision.name} from {history.trunk.branch}:\n\n{message}\n"


def _says(git: Git, *arguments: str) -> bool:
    """Whether git says yes."""
    try:
        git.run(*arguments)
    except FailedError:
        return False
    return True
