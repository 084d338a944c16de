"""Later revisions of trunk that name, repair or take back others: a backport without its fix is the worst outcome.

Two signs: a message that names the revision, and a change of the lines that it brought. Measured on merges to 2.4.x of
several revisions: of 412 that were merged with an earlier one, 44 name that, 92 take away a line that it brought; and
of 128 that take away a line of a revision and were there when it was merged, 101 were merged, too.

More belongs to a revision without a word on it (`belongs`). Measured on 280 other merges of 2011 to 2024, 110 of them
of several revisions: how many further revisions a sign brings, of these merged with it, and never on the branch.

- Its author changes its lines within 90 days, in nothing but its files: 32, 25, 1.
- Its author changes a file of it within a week, and both messages name the same function, directive or file: 5, 5, 0.
- Its author says the same of other files within a week, or anyone changes nothing but files that it makes: 15 of 16,
  and 42 of 43, came to the branch.
- Its author changes or names a function that it makes and the branch lacks, or anyone changes that alone
  (`ownership`).
- Anyone fills in a log number that it leaves open: 7, 7, 0. A record names both (an entry for CHANGES): 7, 6, 0.

Not taken as signs, for they are weaker: its author changes its lines and other files, too (12, 8, 2 more); names only
the same module (25, 12, 3 more), or goes on within hours (a file of it and whatever else: of 75 that show no other sign
37 were merged with it; of nothing but its files 13 of 24, and in another sample four never came); others change its
lines (within a week 9, 6, 3). Nor are words (typo, oops, silence a warning) without a number: of 21 within six hours 7
were merged with it. What takes back another revision belongs to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from itertools import islice

from hpatch.backport.check import ownership
from hpatch.backport.check.answer import Antecedent, Followup
from hpatch.backport.check.trial import CommitFiles, attempt, is_number, is_own, verdict
from hpatch.backport.history import messages
from hpatch.backport.history.changes import Change, Objects
from hpatch.backport.history.messages import Relation
from hpatch.backport.history.revisions import Revision, Revisions

_LATER = 40
"""How many later revisions of the same files are read for changes of the same lines."""
_AMID = 3
"""Among how many lines that a revision brought another's change is one of them."""
_SOON = 90
"""For how many days its author's changes to the lines of a revision, and to no other files, are more of it."""
_SERIES = 7
"""For how many days its author's revisions that say the same, or are about the same, are one change with it."""
_LISTED = 12
"""A record that names more revisions is not about a single change."""
_WORDS = 3
"""With fewer words, a message does not tell one change from another ("fix typo")."""
_NAME = re.compile(r"\b(?!mod_|mpm_)(?:[A-Za-z]\w*_\w+|[A-Z][a-z]+[A-Z]\w+)")
"""A function, a directive or a file in a message; no module."""
_WORD = re.compile(r"\w+")
_FILES = re.compile(r"^\* [\w/.,-]+(?: \([^)]*\))?:\s*")
_OPEN = re.compile(rb"APLOGNO\(\s*\)")
_NUMBERED = re.compile(rb"APLOGNO\(\d+\)")
"""The number of a log message, which trunk often gives it in a later revision."""
_TELLING = re.compile(rb"\w.{4,}\w", re.DOTALL)
"""A line that tells more than a bracket does."""

Brought = dict[str, frozenset[bytes]]
"""The lines that a revision brought and that its files did not have before, by path."""


def find(history: Revisions, objects: Objects, chosen: Sequence[Revision]) -> tuple[Followup, ...]:
    """The follow-ups of revisions, the oldest first; for those that name one, or belong to one, also theirs."""
    asked = {one.order for one in chosen}
    given = {path for of in chosen for path in of.paths}
    silent = {of.order: {one.order: one for one in _repairs(history, objects, of)} for of in chosen}
    found: dict[int, Followup] = {}
    _follow(history, chosen, asked, silent, found)  # by words first: what changes a line can follow up another
    for of in chosen:
        made = _made(history, objects, of)
        on = {one.order: one for one in (*_kin(history, objects, of), *_recorded(history, of), *_series(history, of))}
        on.update((order, one) for order, one in silent[of.order].items() if _belongs(one, of, made, given))
        for order in sorted(on):
            if order not in found:
                found[order] = _followup(history, on[order], of, None, asked, silent)._replace(belongs=True)
                _follow(history, (on[order],), asked, silent, found)
        for order, one in silent[of.order].items():
            if order not in found:
                found[order] = _followup(history, one, of, None, asked, silent)
    return tuple(found[order] for order in sorted(found))


def _follow(
    history: Revisions,
    start: Iterable[Revision],
    asked: Set[int],
    silent: Mapping[int, Mapping[int, Revision]],
    found: dict[int, Followup],
) -> None:
    """Find those that name one, and so on."""
    open_ = list(start)
    while open_:
        of = open_.pop(0)
        for one, said in _named(history, of):
            if one.order not in found:
                found[one.order] = _followup(history, one, of, said, asked, silent)
                open_ += [] if one.order in asked else [one]


def _followup(
    history: Revisions,
    one: Revision,
    of: Revision,
    said: Relation | None,
    asked: Set[int],
    silent: Mapping[int, Mapping[int, Revision]],
) -> Followup:
    return Followup(
        revision=one,
        of=of,
        said=said,
        repairs=one.order in silent.get(of.order, ()),
        merged=history.is_merged(one),
        asked=one.order in asked,
    )


def _made(history: Revisions, objects: Objects, of: Revision) -> frozenset[str]:
    """The files that a revision makes and the branch does not have."""
    tree = objects.tree(history.onto.commit)
    files = (file for change in objects.readable((of,)) for file in change.files)
    return frozenset(file.path for file in files if file.kind == "create" and file.path not in tree)


def _belongs(one: Revision, of: Revision, made: Set[str], given: Set[str]) -> bool:
    """Whether what changes a revision's lines, without a word on it, is of no use to the branch but with it.

    `made` are the files that it makes there, `given` those that all revisions checked change.
    """
    paths = _lasting(one)
    if not paths or messages.reverted(one.message):
        return False
    own = one.author == of.author and paths <= given and _days(of, one) <= _SOON
    return own or paths <= made


def _kin(history: Revisions, objects: Objects, of: Revision) -> Iterator[Revision]:
    """Those that change functions which it makes, or fill in log numbers which it leaves open."""
    (own,) = objects.readable((of,)) or (None,)
    paths = _lined(of.paths)
    if own is None or not paths:
        return
    functions = ownership.made(objects, own, objects.tree(history.onto.commit))
    open_ = {_OPEN.sub(b"", line) for line in _lines(own, "+") if _OPEN.search(line)}
    names = {name.decode() for name in functions if b"_" in name}
    named = {one.order for one in history.all("trunk") if names and one.order > of.order and _names(one, of, names)}
    near = {one.order: one for one in islice(history.touching(paths, of.order), _LATER)}
    far = {one.order: one for one in history.all("trunk") if one.order in named}
    for change in objects.readable(tuple({**far, **near}.values())) if functions or open_ else ():
        one, places = change.revision, ownership.around(objects, change) if functions else frozenset()
        filled = any(_NUMBERED.sub(b"", line) in open_ for line in _lines(change, "+") if _NUMBERED.search(line))
        alone = bool(places) and places <= functions
        same = one.author == of.author and (one.order in named or not places.isdisjoint(functions))
        record = one.order in named and all(map(is_own, one.paths))
        if (filled or alone or same or record) and _stands(history, one):
            yield one


def _lines(change: Change, operation: str) -> Iterator[bytes]:
    return (line for file in change.files for hunk in file.hunks for sign, line in hunk.lines if sign == operation)


def _names(one: Revision, of: Revision, names: Set[str]) -> bool:
    """Whether a later revision of code of another, or of records alone, has one of these names in its message."""
    about = not _lasting(one).isdisjoint(of.paths) or all(map(is_own, one.paths))
    return about and not names.isdisjoint(_WORD.findall(one.message))


def _stands(history: Revisions, one: Revision) -> bool:
    """Whether a revision takes nothing back, and none takes it back."""
    return not messages.reverted(one.message) and all(said != "revert" for _, said in history.mentions(one))


def _recorded(history: Revisions, of: Revision) -> Iterator[Revision]:
    """Those that a later record names along with it: both are one entry of CHANGES."""
    for record, said in history.mentions(of):
        if said == "revert" or not all(map(is_own, record.paths)):
            continue
        named = {one.order: one for each in messages.references(record.message) for one in history.meant(each)}
        for one in named.values() if len(named) <= _LISTED else ():
            if of.order < one.order < record.order and history.side(one) == "trunk" and _stands(history, one):
                yield one


def _series(history: Revisions, of: Revision) -> Iterator[Revision]:
    """Those by which its author goes on within days."""
    if not _lasting(of):
        return
    for one in history.all("trunk"):
        if one.order <= of.order:
            return
        if one.author == of.author and _days(of, one) <= _SERIES and _goes_on(one, of):
            yield one


def _goes_on(one: Revision, of: Revision) -> bool:
    """Whether its author's later revision says the same, or is about the same."""
    paths = _lasting(one)
    if not paths or messages.reverted(one.message):
        return False
    said = _matter(of)
    if len(said.split()) >= _WORDS and _matter(one) == said:
        return True
    return not paths.isdisjoint(of.paths) and not set(_NAME.findall(one.message)).isdisjoint(_NAME.findall(of.message))


def _matter(one: Revision) -> str:
    """What a message says first, without the files that it may begin with."""
    return _FILES.sub("", one.subject).lower().rstrip(".")


def _lasting(one: Revision) -> set[str]:
    """The files of a revision that are more than records and pages."""
    return {path for path in _lined(one.paths) if not path.startswith("docs/")}


def _days(of: Revision, one: Revision) -> float:
    """How many days lie between two revisions."""
    first, second = (datetime.fromisoformat(each.date) for each in (of, one))
    return abs((second - first).total_seconds()) / 86400


def antecedents(history: Revisions, objects: Objects, chosen: Sequence[Revision]) -> tuple[Antecedent, ...]:
    """The earlier revisions that these say they follow up, repair or take back; the oldest first.

    The branch has one that is merged, and one whose change is there, whatever its messages say.
    """
    asked = {one.order for one in chosen}
    found: dict[int, Antecedent] = {}
    for by in chosen:
        for reference in messages.references(by.message):
            for one in history.meant(reference):
                if one.order >= by.order or history.side(one) != "trunk" or _code(one.paths).isdisjoint(by.paths):
                    continue
                said = messages.relation(by.message, one.number, one.commit)
                if said is not None and said != "mention" and one.order not in found:
                    merged = history.is_merged(one) or _is_there(history, objects, one)
                    found[one.order] = Antecedent(
                        revision=one, by=by, said=said, merged=merged, asked=one.order in asked
                    )
    return tuple(found[order] for order in sorted(found))


def _is_there(history: Revisions, objects: Objects, one: Revision) -> bool:
    """Whether nothing is left to change of a revision.

    Of a later one that proves nothing: where the branch lacks what it repairs, there may be nothing to repair.
    """
    changes = objects.readable((one,))
    return bool(changes) and verdict(attempt(objects, CommitFiles(objects, history.onto.commit), changes)) == "there"


def _named(history: Revisions, of: Revision) -> Iterator[tuple[Revision, Relation]]:
    """Those that name a revision. A mere mention counts where both touch the same file, or where only records change:
    it is the revision's entry in CHANGES.
    """
    for one, said in history.mentions(of):
        if said != "mention" or not _lined(one.paths).isdisjoint(of.paths) or all(map(is_own, one.paths)):
            yield one, said


def _repairs(history: Revisions, objects: Objects, of: Revision) -> Iterator[Revision]:
    """Those that change lines which a revision brought."""
    paths = _lined(of.paths)
    if not paths:
        return
    own = objects.readable((of,))
    if not own:
        return
    brought = _brought(objects, own[0])
    for change in objects.readable(tuple(islice(history.touching(paths, of.order), _LATER))):
        if _is_repair(change, brought):
            yield change.revision


def _code(paths: Iterable[str]) -> set[str]:
    return {path for path in paths if not is_own(path)}


def _lined(paths: Iterable[str]) -> set[str]:
    """Those in which a changed line tells something: not that two revisions count up."""
    return {path for path in _code(paths) if not is_number(path)}


def _brought(objects: Objects, change: Change) -> Brought:
    ids = {one.path: one.old_id for one in change.files if one.old_id is not None and one.old_id.strip("0")}
    objects.want(ids.values())
    brought = {}
    for patch in change.files:
        if _lined((patch.path,)):
            before = set(objects.blob(ids[patch.path]).split(b"\n")) if patch.path in ids else set()
            added = (line for hunk in patch.hunks for operation, line in hunk.lines if operation == "+")
            brought[patch.path] = frozenset(
                line for line in added if _TELLING.search(line) and line.rstrip(b"\n") not in before
            )
    return brought


def _is_repair(change: Change, brought: Brought) -> bool:
    for patch in change.files:
        lines = brought.get(patch.path, frozenset())
        amid = set()
        for hunk in patch.hunks if lines else ():
            for operation, line in hunk.lines:
                if operation == "-" and line in lines:
                    return True
                if operation == " " and line in lines:
                    amid.add(line)
        if len(amid) >= _AMID:
            return True
    return False
