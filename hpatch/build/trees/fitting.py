"""How much of a set a tree has, by the set's own diffs: all of it, nothing, or something between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import groupby
from typing import Literal, TypeAlias

from hpatch.build.trees.source import SourceTree
from hpatch.errors import HpatchError
from hpatch.patch.apply.tree import Tree
from hpatch.patch.diff.lines import Text, split
from hpatch.patch.diff.model import PLACED, Diff, Hunk, Result
from hpatch.patch.diff.read import read
from hpatch.patch.diff.strip import strip
from hpatch.patch.place import resolvers
from hpatch.patch.place.heading import Headings
from hpatch.patch.place.plan import Item, plan
from hpatch.patch.sets.model import PatchSet, applying_order
from hpatch.patch.sources.cache import Checked

Fit = Literal["all", "some", "none"]
"""`all`: each change of code is in the tree; `none`: each one goes in as into a tree that has none of them; `some`:
neither is certain.
"""

_THERE = frozenset({"applied", "resolved"})


def fits(
    tree: SourceTree, files: Tree, source: Checked | None, catalogue: Iterable[PatchSet], one: PatchSet
) -> Fit | None:
    """How much of a set's changes of code a tree's files have, whatever other sets of the catalogue did around them.

    None where that cannot be told, as where its diffs are not at hand: the set does not carry them, and the source
    (None: there is none) does not have them.
    """
    forms = _forms(tree, source, one)
    found: list[Fit | None] = []
    try:
        for form in forms:
            diffs = [strip(diff, files.exists, count) for diff, count in form]
            results = _results(files, diffs)
            fit = _fit(results)
            if fit == "some" and _brought(files, diffs, _others(tree, source, catalogue, one)):
                fit = "all"
            elif fit == "some" and not one.variants and not results & (PLACED - _THERE):
                fit = None  # one revision can have gone over the lines of another
            found.append(fit)
    except (HpatchError, OSError):
        return None
    # The last form needs no other set.
    return "all" if "all" in found else next(reversed(found), None)


_Form: TypeAlias = Sequence[tuple[Diff, int]]
"""Diffs that are a set together, each with the number of leading folders to strip."""


def _forms(tree: SourceTree, source: Checked | None, one: PatchSet) -> list[_Form]:
    """The forms that a set can have in a tree: another one where the tree has other sets, too."""
    try:
        if one.variants:
            suitable = [each for each in one.variants if each.versions.covers(tree.version)]
            return [[(read(each.diff.read_bytes(), one.id), 1)] for each in suitable]
        if source is not None:
            return [[(source.diff(revision), 0) for _, revision in applying_order([one])]]
    except (HpatchError, OSError):
        pass
    return []


def _results(files: Tree, diffs: Sequence[Diff]) -> frozenset[Result]:
    """What becomes of the hunks of code."""
    planned = plan(files, [Item(diff.name, diff) for diff in diffs])
    return frozenset(
        outcome.result
        for step in planned.steps
        for placed in step.files
        if not _optional(placed.path)
        for outcome in placed.outcomes
    )


def _fit(results: frozenset[Result]) -> Fit | None:
    if not results:
        return None
    if results <= PLACED - _THERE:
        return "none"
    return "all" if results <= _THERE else "some"


def _others(tree: SourceTree, source: Checked | None, catalogue: Iterable[PatchSet], one: PatchSet) -> list[Hunk]:
    """The hunks that all other sets of the project have for a tree."""
    return [
        hunk
        for each in catalogue
        if each.project == one.project and each.id != one.id
        for form in _forms(tree, source, each)
        for diff, _ in form
        for file in diff.files
        if not _optional(file.path)
        for hunk in file.hunks
    ]


def _brought(files: Tree, diffs: Sequence[Diff], others: Iterable[Hunk]) -> bool:
    """Whether the files have all runs of lines that diffs bring, and none that they only take away.

    Lines that other sets bring or take away are left out of account on both sides.
    """
    mine: dict[str, list[Hunk]] = {}
    for diff in diffs:
        for file in diff.files:
            if not _optional(file.path):
                mine.setdefault(file.path, []).extend(file.hunks)
    own = {line for hunks in mine.values() for hunk in hunks for sign, line in hunk.lines if sign == "+"}
    foreign = {line for hunk in others for sign, line in hunk.lines if sign == "-" or (sign == "+" and line not in own)}
    looked = False
    for path, hunks in mine.items():
        content = files.read(path)
        if content is None:
            return False
        lines = split(content)
        headings = Headings(path, lines)
        kept = [at for at, line in enumerate(lines) if line not in foreign]
        text = Text([lines[at] for at in kept])
        for number, hunk in enumerate(hunks):
            later = {line for each in hunks[number + 1 :] for sign, line in each.lines if sign == "-"}
            for run, there in _runs(hunk, later, foreign):
                looked = True
                if there is not any(not headings.dead(kept[at]) for at in text.find(run)):
                    return False
    return looked


def _runs(hunk: Hunk, later: Set[bytes], foreign: Set[bytes]) -> Iterator[tuple[list[bytes], bool]]:
    """A hunk's runs of lines that are to be there (True) and of those that are not, as far as they say something.

    Lines that a `later` hunk takes away end a run, `foreign` ones are left out of it.
    """
    for changed, group in groupby(hunk.lines, lambda line: line[0] != " "):
        if not changed:
            continue
        run = [(sign, line) for sign, line in group if line not in foreign]
        added = [line for sign, line in run if sign == "+"]
        gone = [line for sign, line in run if sign == "-"]
        if not added and any(map(_telling, gone)):
            yield gone, False
        for kept, lines in groupby(added, lambda line: line not in later):
            part = list(lines)
            if kept and any(map(_telling, part)):
                yield part, True


def _optional(path: str) -> bool:
    """Whether a file is no code."""
    resolver = resolvers.find(path)
    return resolver is not None and resolver.optional


def _telling(line: bytes) -> bool:
    """Whether a line is more than a brace or a short word such as `break;`."""
    return len(line.strip()) > 8
