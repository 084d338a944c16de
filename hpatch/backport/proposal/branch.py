"""A proposal as a branch of the user's repository: on the stable branch, a commit for each revision.

Author and date are the revision's, the committer is the user. The branch appears at once, or not at all.
"""

from __future__ import annotations

import re

from hpatch.backport.check.answer import CheckedFile
from hpatch.backport.check.check import check
from hpatch.backport.check.trial import CommitFiles
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.backport.proposal import changelog
from hpatch.backport.proposal.files import changed, mode_of
from hpatch.backport.proposal.proposal import Proposal
from hpatch.errors import InputError, ToolError, UsageError
from hpatch.patch.sources import commits
from hpatch.patch.sources.commits import FILE, HEADS, CommitFile, NewCommit
from hpatch.patch.sources.git import Git
from hpatch.processes.run import FailedError
from hpatch.records import NamedTuple


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
    if name.startswith("-") or name == "HEAD" or not _says(git, "check-ref-format", f"{HEADS}{name}"):
        raise UsageError(f"--branch: '{name}' cannot be the name of a branch")
    if name in (history.onto.branch, history.trunk.branch):
        raise UsageError(f"--branch: {name} is the name of a branch that is read; give the new one another")
    try:
        unborn = git.run("symbolic-ref", "--quiet", "HEAD").decode("utf-8", "surrogateescape").strip()
    except FailedError:
        unborn = ""
    if unborn == f"{HEADS}{name}" or _says(git, "show-ref", "--verify", "--quiet", f"{HEADS}{name}"):
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
    who = commits.committer(git)
    objects = Objects(git)
    tree = git.run("rev-parse", "--verify", f"{plan.base}^{{tree}}").decode("ascii").strip()
    new = [
        NewCommit(
            author=_author(git, step.revision),
            message=_message(history, step.revision).encode("utf-8", "surrogateescape"),
            files=tuple(_file(one, objects, plan.base, step.revision) for one in step.files),
            tree=tree,
        )
        for step in plan.steps
    ]
    try:
        return commits.write(git, name, plan.base, new, who=who, new=True)
    except ToolError:
        checked(history, name)  # somebody else was faster
        raise


def remove(history: Revisions, name: str, commit: str) -> None:
    """Take away a branch that was made, unless it has changed since."""
    commits.remove(history.git, name, commit)


def _written(step: BranchStep) -> dict[str, tuple[bytes | None, int | None]]:
    return {one.path: (one.after, one.mode) for one in step.files}


def _file(one: CheckedFile, objects: Objects, base: str, revision: Revision) -> CommitFile:
    mode = FILE if one.after is None else mode_of(one, objects.tree(base), objects.tree(revision.commit))
    return CommitFile(one.path, mode, one.after)


def _author(git: Git, revision: Revision) -> bytes:
    """The revision's author and date in git's raw form."""
    form = "--format=%an%x00%ae%x00%at"
    told = git.run("log", "-1", "--no-show-signature", "--encoding=UTF-8", form, revision.commit)
    name, address, date = (re.sub(rb"[<>\n]", b"", part) for part in told.rstrip(b"\n").split(b"\0"))
    return b"%s <%s> %s %s" % (name.strip() or b"unknown", address, date, _zone(revision).encode("ascii"))


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
