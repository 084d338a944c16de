"""What `hpatch backport` would have said of a merge just before it, judged by what was done.

- The verdict is right where a change that is said to go in came out as the committer made it, in every file but those
  that the verdict excepts; and where a change that is said to conflict was adapted by the committer, or does conflict
  for `git merge-file` too.
- The entry is usable as it is where it has the revisions of the merge that the branch lacked, a title of one or several
  areas that is a sentence and not a path, in which every area stands that the merge is about, and where its list of
  exceptions has the files, and only those, in which `svn merge` would not make what the committer made.
- Companions: the first revision is checked alone, then with what was advised, until nothing more is. Those of the
  merge's others that are of one matter with it (they share a file with it, say the same, or name it or one of these)
  should be advised. False is what is advised, was not merged with it, and what the branch got at no other time; an
  entry for CHANGES of its own is not.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.backports.sample import Past, SampledMerge
from hpatch.backport.check.answer import Check
from hpatch.backport.check.check import check
from hpatch.backport.check.trial import CommitFiles
from hpatch.backport.history import messages
from hpatch.backport.history.changes import Change, Objects
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.backport.proposal.proposal import Proposal, Wish, make
from hpatch.backport.proposal.title import area, is_code

LEFT_OUT = re.compile(
    r"CHANGES|STATUS|changes-entries/.*|docs/log-message-tags/next-number|docs/manual/(?:.*\.html(?:\..*)?|.*\.meta)"
)
_TITLE = re.compile(r"[\w./*-]+(?:[ ,/]+(?:and )?[\w.*-]+){0,4}(?: v[\d.]+)?: \S|[A-Z][a-z]+ ")
_PATH = re.compile(r"\w+/\w+/\w|\.[ch]\b")
_TIMES = 5
_LONG = 400
"""Columns that no title needs."""


class Judged(NamedTuple):
    """A merge, judged. `wrong` and `unusable` say why, and are empty where all is right.

    `companions` are the others that are of one matter with the first, `further` the rest; `advised` what is advised.
    """

    merge: SampledMerge
    verdict: str
    wrong: str
    title: str
    unusable: str
    companions: tuple[Revision, ...]
    further: tuple[Revision, ...]
    advised: tuple[Revision, ...]
    false: tuple[Revision, ...]


def judge(past: Past, merge: SampledMerge) -> Judged:
    """Ask and judge."""
    history = past.before(merge.merge.number or 0)
    objects = Objects(history.git)
    chosen = history.find([one.name for one in merge.brought])
    answer = check(history, chosen, objects=objects)
    wrong = _wrong(past, merge, answer)
    proposal = make(history, chosen, Wish())
    if proposal.way in ("patch", "open") and not wrong:
        proposal = make(history, chosen, Wish(place="https://example.org/branch.patch"))
    added = _advised(history, chosen[0], objects)
    companions: tuple[Revision, ...] = ()
    for one in chosen[1:]:
        if _is_of_one_matter(one, (chosen[0], *companions)):
            companions += (one,)
    return Judged(
        merge=merge,
        verdict=answer.verdict,
        wrong=wrong,
        title=proposal.title,
        unusable=wrong or _unusable(past, merge, proposal),
        companions=companions,
        further=tuple(one for one in chosen[1:] if one not in companions),
        advised=added,
        false=tuple(
            one
            for one in added
            if one not in chosen and one.order not in past.ever and not all(map(LEFT_OUT.fullmatch, one.paths))
        ),
    )


def _advised(history: Revisions, first: Revision, objects: Objects) -> tuple[Revision, ...]:
    """What is advised along with a revision, and along with that."""
    asked: tuple[Revision, ...] = (first,)
    for _ in range(_TIMES):
        advice = check(history, asked, objects=objects).advice
        if advice is None or not advice.added:
            break
        asked = tuple(sorted({*asked, *(one.revision for one in advice.added)}, key=lambda one: one.order))
    return tuple(one for one in asked if one != first)


def _wrong(past: Past, merge: SampledMerge, answer: Check) -> str:
    if answer.verdict in ("works", "modulo"):
        after = CommitFiles(past.objects, merge.merge.commit)
        differ = [
            one.path
            for one in answer.files
            if not LEFT_OUT.fullmatch(one.path) and one.path not in answer.modulo and after.read(one.path) != one.after
        ]
        return f"it goes in, but was made otherwise in {', '.join(differ)}" if differ else ""
    if answer.verdict != "patch":
        return f"the verdict is '{answer.verdict}', and it was merged"
    return "" if _adapted(past, merge) or _conflicts(past, answer) else "it goes in as it is"


def _adapted(past: Past, merge: SampledMerge) -> bool:
    """Whether the committer added or removed other lines than trunk's revisions."""
    changes = past.objects.changes((merge.merge, *merge.brought))
    own, trunk = _lines(changes[:1]), _lines(changes[1:])
    return any(own.get(path) != lines for path, lines in trunk.items() if path in own)


def _lines(changes: Iterable[Change]) -> dict[str, list[tuple[str, bytes]]]:
    found: dict[str, list[tuple[str, bytes]]] = {}
    for change in changes:
        for file in change.files:
            if not LEFT_OUT.fullmatch(file.path):
                rows = found.setdefault(file.path, [])
                for operation, line in (row for hunk in file.hunks for row in hunk.lines if row[0] != " "):
                    other = ("-" if operation == "+" else "+", line)
                    if other in rows:
                        rows.remove(other)
                    else:
                        rows.append((operation, line))
    return {path: sorted(rows) for path, rows in found.items()}


def _conflicts(past: Past, answer: Check) -> bool:
    """Whether `git merge-file` stops where hpatch does."""
    objects = Objects(past.now.git)
    branch = CommitFiles(objects, answer.onto.commit)
    failed = {one.path for one in answer.conflicts}
    state = {path: branch.read(path) for path in failed}
    for change in objects.changes(answer.revisions):
        for file in change.files:
            ours = state.get(file.path)
            if file.path not in failed or ours is None or file.old_id is None or file.new_id is None:
                continue
            merged = _merged(ours, objects.blob(file.old_id), objects.blob(file.new_id))
            if merged is None:
                return True
            state[file.path] = merged
    return False


def _merged(ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
    with TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for name, content in zip(names, (ours, base, theirs), strict=True):
            name.write_bytes(content)
        done = subprocess.run(["git", "merge-file", "-p", *names], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _unusable(past: Past, merge: SampledMerge, proposal: Proposal) -> str:
    lacked = {one.number for one in merge.brought} - {one.number for one in proposal.check.merged}
    named = {one.number for one in proposal.revisions}
    if named != lacked:
        return f"it names {named}, and not {lacked}"
    title = proposal.title
    if (
        not _TITLE.match(title)
        or _PATH.search(title)
        or len(title) > _LONG
        or title.endswith("e.g.")
        or not title.rstrip('`")').endswith((".", "!", "?"))
    ):
        return "its title is not a sentence on an area"
    absent = [name for name in _areas(merge.brought) if name.removeprefix("mod_").removeprefix("mpm_") not in title]
    if absent and len(absent) < len(_areas(merge.brought)):
        return f"its title does not name {', '.join(absent)}"
    return ""


def _areas(revisions: Sequence[Revision]) -> list[str]:
    """The areas of revisions that follow none of the others up, where they have one each."""
    own = [one for at, one in enumerate(revisions) if at == 0 or not _is_of_one_matter(one, revisions[:at])]
    return [name for one in own if (name := area([path for path in one.paths if is_code(path)])) is not None]


def _is_of_one_matter(one: Revision, chosen: Sequence[Revision]) -> bool:
    first = chosen[0]
    earlier = (each for each in chosen if each.order < one.order)
    if any(messages.relation(one.message, each.number, each.commit) for each in earlier):
        return True
    if one.author == first.author and _said(one) == _said(first):
        return True
    return any(path in first.paths for path in one.paths if not LEFT_OUT.fullmatch(path))


def _said(one: Revision) -> str:
    return re.sub(r"^\* \S+:", "", one.subject).strip(" .").lower()
