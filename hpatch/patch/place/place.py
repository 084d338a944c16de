"""Placing a file's hunks: where each goes, how sure that is, and why.

In this order: exact at its line; exact elsewhere if that is the only place between its neighbours; merged three-way
when the file as it was before the revision is known; there already; with options, white space aside and with fuzz. Two
equally good places are an answer of their own, never a choice. Of several exact places one is better than the others
when the file before the revision tells so, or when the hunk's neighbours both moved by just as much.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise, takewhile
from typing import NamedTuple

from hpatch.patch.diff.lines import Edit, Text, edited, sound, split
from hpatch.patch.diff.model import PLACED, FilePatch, Hunk, Operation, Outcome, Placed, Result
from hpatch.patch.place import resolvers
from hpatch.patch.place.merge import Merger, changes, start_of


class PlaceOptions(NamedTuple):
    """How hunks may be placed.

    `fuzz`: how many context lines at a hunk's ends may differ, as GNU patch counts them; `ignore_whitespace`: runs of
    blanks are equal, and blanks at a line's end are nothing; `release`: the tree's next release, for files that count;
    `claim`: take the next number of a tree under development, too.
    """

    fuzz: int = 0
    ignore_whitespace: bool = False
    release: resolvers.Release | None = None
    claim: bool = False


DEFAULTS = PlaceOptions()
_PLAIN: frozenset[Result] = frozenset({"exact", "moved", "applied"})


def place(content: bytes, patch: FilePatch, options: PlaceOptions = DEFAULTS, ancestor: bytes | None = None) -> Placed:
    """Place all hunks of `patch` in `content`; `ancestor` is the file as it was before the revision, if known."""
    lines = split(content)
    known = content == ancestor or _is_blob(content, patch.old_id)
    before = None if ancestor is None or known else split(ancestor)
    placer = _Placer(lines, patch.hunks, options, before, known)
    for index in range(len(patch.hunks)):
        placer.place(index)
    resolver = resolvers.find(patch.path)
    if resolver is not None and not resolver.content(placer.outcomes):
        placer.again()
        meant = resolver.resolve(lines, patch.hunks, options.release, options.claim)
        for index, hunk in enumerate(patch.hunks):
            if index in meant:
                placer.resolved(hunk, meant[index])
            else:
                placer.place(index)
                if resolver.optional and placer.outcomes[index].result not in PLACED:
                    placer.leave(index)
    return placer.placed(patch.path, content)


def _is_blob(content: bytes, name: str | None) -> bool:
    """Whether git names the content so; a name too short to tell does not count."""
    if name is None or len(name) < 7:
        return False
    from hashlib import sha1

    blob = b"blob %d\0" % len(content)
    return sha1(blob + content, usedforsecurity=False).hexdigest().startswith(name)


class _Sought(NamedTuple):
    """Lines to look for: a hunk's old or new side, less the `skipped` lines in front that fuzz lets differ.

    `length` is that of the whole side; a side that starts or ends its file can be nowhere else.
    """

    lines: tuple[bytes, ...]
    skipped: int
    length: int
    starts: bool
    ends: bool


def _sought(hunk: Hunk, sign: Operation, fuzz: int = 0) -> _Sought:
    """The old (`-`) or new (`+`) side of a hunk.

    With fuzz it is as GNU patch has it: less context at one end than at the other means the file's start or end.
    Without any, that is so only where nothing but the file's start or end says where the side begins or ends.
    """
    side, start = (hunk.old, hunk.old_start) if sign == "-" else (hunk.new, hunk.new_start)
    front, first = _edge(hunk.lines, sign)
    back, last = _edge(hunk.lines[::-1], sign)
    context = max(front, back)
    if not fuzz:
        return _Sought(side, 0, len(side), not front and not first and start <= 1, not back and not last)
    cut = min(max(fuzz + front - context, 0), front)
    end = min(max(fuzz + back - context, 0), back)
    starts = fuzz + front < context and start <= 1
    return _Sought(side[cut : len(side) - end], cut, len(side), starts, fuzz + back < context)


def _edge(lines: Sequence[tuple[Operation, bytes]], sign: Operation) -> tuple[int, bool]:
    """The context lines at a hunk's end, and whether the run of changes next to them has lines of a side."""
    context = 0
    for operation, _ in lines:
        if operation != " ":
            break
        context += 1
    run = takewhile(lambda line: line[0] != " ", lines[context:])
    return context, any(operation == sign for operation, _ in run)


class _Placer:
    def __init__(
        self,
        lines: Sequence[bytes],
        hunks: Sequence[Hunk],
        options: PlaceOptions,
        ancestor: Sequence[bytes] | None,
        known: bool,
    ) -> None:
        self.lines = lines
        self.hunks = hunks
        self.options = options
        self.known = known
        self.before = None if ancestor is None else Text(ancestor)
        self.text = Text(lines)
        self.bare: Text | None = None
        self.outcomes: list[Outcome] = []
        self.edits: list[list[Edit]] = []
        self.done = 0
        """The first line that the next hunk may have."""
        self.shift: int | None = 0
        """How far the file's lines below the last hunk are from where they were; None where that failed."""
        self.found: list[list[int]] | None = None

    def again(self) -> None:
        """Start anew."""
        self.outcomes, self.edits, self.done, self.shift = [], [], 0, 0

    def placed(self, path: str, content: bytes) -> Placed:
        if all(outcome.result in PLACED for outcome in self.outcomes):
            self._refuse_unsound()
        if any(outcome.result not in PLACED for outcome in self.outcomes):
            return Placed(path, content, None, tuple(self.outcomes), ok=False)
        after = b"".join(edited(self.lines, (edit for edits in self.edits for edit in edits)))
        return Placed(path, content, after, tuple(self.outcomes), ok=True)

    def resolved(self, hunk: Hunk, meant: resolvers.Resolved) -> None:
        """Take a resolver's word for what a hunk means here."""
        if meant.empty == "conflict" and not meant.edits:
            self._conflict(hunk, meant.reason)
            return
        line = meant.edits[0].start + 1 if meant.edits else None
        self._note(Outcome(hunk, "resolved" if meant.edits else meant.empty, line, reason=meant.reason), *meant.edits)

    def leave(self, index: int) -> None:
        """Let a hunk be that does not go in and need not."""
        failed = self.outcomes[index]
        self.outcomes[index] = Outcome(
            failed.hunk, "resolved", None, reason=f"left out, it is no code: {failed.reason}"
        )

    def place(self, index: int) -> None:
        hunk = self.hunks[index]
        if not hunk.old:
            self._bare_insertion(hunk)
            return
        fits = [at for at in self._found()[index] if at >= self.done and at + len(hunk.old) <= self._limit(index)]
        at = self._choice(index, fits)
        if at is not None and (at == start_of(hunk) or not self._find(self._new(hunk))):
            self._put(hunk, at)
            return
        if at is None and len(fits) > 1:
            self._ambiguous(hunk, fits, "its lines fit at several places equally well")
            return
        conflict = self._merge(hunk)
        if conflict is None:
            return
        if at is not None:
            there = self._find(self._new(hunk))
            self._ambiguous(hunk, [at, *there], "its lines fit at the first, and are at the other as it leaves them")
        elif not self._applied(index) and not self._loose(index):
            self._conflict(hunk, self._why(index, fits) or conflict)

    def _why(self, index: int, fits: Sequence[int]) -> str | None:
        """Why a hunk failed although its lines are there."""
        anywhere = self.text.find(self.hunks[index].old)
        if fits:
            return f"its lines are at line {fits[0] + 1} only, but its place before the revision is another"
        if self._found()[index]:
            return f"its lines are at line {self._found()[index][0] + 1}, out of order with the other hunks"
        if anywhere:
            return f"its lines are at line {anywhere[0] + 1}, but it adds to the start or end of its file"
        return None

    # Exact

    def _found(self) -> list[list[int]]:
        """For each hunk all places that have its lines."""
        if self.found is None:
            self.found = []
            for hunk in self.hunks:
                at = start_of(hunk)
                sought = self._old(hunk)
                there = self.text.fits(hunk.old, at) and self._right(sought, at)
                places = [at] if there and self.known else self._find(sought)
                self.found.append(sorted({at, *places}) if there else places)
        return self.found

    def _limit(self, index: int) -> int:
        """The line where the next hunk is that has one place only."""
        found = self._found()
        below = (found[self._single[at]][0] for at in range(bisect(self._single, index), len(self._single)))
        return next((place for place in below if place >= self.done), len(self.lines))

    @cached_property
    def _single(self) -> list[int]:
        """The hunks that have one place only."""
        return [index for index, places in enumerate(self._found()) if len(places) == 1]

    def _choice(self, index: int, fits: Sequence[int]) -> int | None:
        """The exact place that is better than all others, if there is one.

        The only place now is not enough where the file before the revision is known and had the lines at several:
        perhaps the tree has changed the right one.
        """
        hunk = self.hunks[index]
        if self.before is not None:
            if len(fits) == 1 and self._is_sure(hunk, self.before):
                return fits[0]
            at = self._merger.counterpart(hunk) if fits else None
            return at if at in fits else None
        if len(fits) <= 1 or self.shift is None:
            return fits[0] if len(fits) == 1 else None
        below = bisect(self._single, index)
        below_shift = 0
        if below < len(self._single):
            later = self._single[below]
            below_shift = self._found()[later][0] - start_of(self.hunks[later])
        at = start_of(hunk) + self.shift
        return at if self.shift == below_shift and at in fits else None

    def _is_sure(self, hunk: Hunk, before: Text) -> bool:
        """Whether a hunk's lines were at one place before, as now, and one of them by itself was; or at none."""
        places = before.find(hunk.old)
        if len(places) != 1:
            return not places
        telling = sorted(set(hunk.old), key=len, reverse=True)
        return any(len(before.find((line,))) == len(self.text.find((line,))) == 1 for line in telling)

    def _bare_insertion(self, hunk: Hunk) -> None:
        """Lines to add without a line around them: their number alone says where."""
        at = start_of(hunk)
        if not self.lines or (self.known and self.done <= at <= len(self.lines)):
            self._put(hunk, min(at, len(self.lines)))
            return
        conflict = self._merge(hunk)
        if conflict is None:
            return
        there = self._find(self._new(hunk))
        if len(there) == 1:
            self._note(Outcome(hunk, "applied", there[0] + 1, reason="the lines are there already"))
        else:
            self._conflict(hunk, "it has no line around what it adds, so its place cannot be told")

    # Three-way

    @cached_property
    def _merger(self) -> Merger:
        assert self.before is not None
        return Merger(self.before.lines, self.lines)

    def _merge(self, hunk: Hunk) -> str | None:
        """Merge a hunk, or say what is in the way."""
        if self.before is None:
            return "its lines are not there"
        merged = self._merger.merge(hunk)
        if merged.conflict:
            return merged.conflict
        if not merged.edits:
            self._note(Outcome(hunk, "applied", merged.line, reason="the lines are there already"))
            return None
        if merged.edits[0].start < self.done:
            return "its place is before that of the hunk above it"
        first = merged.edits[0].start
        self._note(
            Outcome(hunk, "merged", first + 1, reason="three-way, by the file before the revision"), *merged.edits
        )
        self._ended(hunk, merged.edits[-1].end)
        return None

    # There already

    def _applied(self, index: int) -> bool:
        """Settle a hunk whose lines are there as it leaves them, unless they were before the revision."""
        hunk = self.hunks[index]
        if self.before is not None and self.before.find(hunk.new):
            return False
        there: list[int] = []
        for bare in (False, True) if self.options.ignore_whitespace else (False,):
            places = there or self._find(self._new(hunk), bare=bare)
            there = [at for at in places if at >= self.done and at + len(hunk.new) <= self._limit(index)]
        if not hunk.new and not self.lines:
            there = [0]
        if len(there) > 1:
            at = max(hunk.new_start - 1, 0)
            if at not in there:
                self._ambiguous(hunk, there, "its lines are there already, at several places")
                return True
            there = [at]
        if not there:
            return False
        exact = self.text.fits(hunk.new, there[0])
        reason = "the lines are there already" + ("" if exact else ", white space aside")
        self._note(Outcome(hunk, "applied", there[0] + 1, reason=reason))
        self._ended(hunk, there[0] + len(hunk.new))
        return True

    # Fuzz and white space

    def _loose(self, index: int) -> bool:
        """Place a hunk as loosely as the options allow, the least loosely first."""
        hunk = self.hunks[index]
        deepest = min(self.options.fuzz, max(self._context(hunk)))
        for fuzz in range(deepest + 1):
            for bare in (False, True) if self.options.ignore_whitespace else (False,):
                if not fuzz and not bare:
                    continue
                places = self._find(_sought(hunk, "-", fuzz), bare=bare)
                fits = [at for at in places if at >= self.done and at + len(hunk.old) <= self._limit(index)]
                if len(fits) > 1:
                    self._ambiguous(hunk, fits, "loosely, its lines fit at several places equally well")
                    return True
                if fits:
                    self._put_loosely(hunk, fits[0], fuzz, bare)
                    return True
        return False

    def _put_loosely(self, hunk: Hunk, at: int, fuzz: int, bare: bool) -> None:
        shift = at - start_of(hunk)
        edits = []
        for start, end, new in changes(hunk):
            there = self.lines[at : at + len(hunk.old)]
            edits.append(Edit(start + shift, end + shift, _with_ends(new, there) if bare else new))
        reason = f"{fuzz} of its outer lines may differ" if fuzz else "white space aside"
        if fuzz and bare:
            reason += ", and white space"
        result: Result = "fuzz" if fuzz else "whitespace"
        self._note(Outcome(hunk, result, at + 1, offset=shift, fuzz=fuzz, reason=reason), *edits)
        self._ended(hunk, at + len(hunk.old))

    # Shared

    def _old(self, hunk: Hunk) -> _Sought:
        return _sought(hunk, "-")

    def _new(self, hunk: Hunk) -> _Sought:
        return _sought(hunk, "+")

    def _context(self, hunk: Hunk) -> tuple[int, int]:
        changed = [at for at, (operation, _) in enumerate(hunk.lines) if operation != " "]
        return (changed[0], len(hunk.lines) - 1 - changed[-1]) if changed else (0, 0)

    def _find(self, sought: _Sought, *, bare: bool = False) -> list[int]:
        wanted = sought.lines
        text = self.text
        if bare:
            if self.bare is None:
                self.bare = Text([_bare(line) for line in self.lines])
            text, wanted = self.bare, tuple(_bare(line) for line in wanted)
        return [at - sought.skipped for at in text.find(wanted) if self._right(sought, at - sought.skipped)]

    def _right(self, sought: _Sought, at: int) -> bool:
        """Whether what starts or ends its file would do so here."""
        if at < 0 or (sought.starts and at != 0):
            return False
        return not sought.ends or at + sought.length == len(self.lines)

    def _put(self, hunk: Hunk, at: int) -> None:
        offset = at - start_of(hunk)
        result: Result = "moved" if offset else "exact"
        reason = f"{abs(offset)} lines {'below' if offset > 0 else 'above'} its own, the only place" if offset else ""
        self._note(Outcome(hunk, result, at + 1, offset=offset, reason=reason), Edit(at, at + len(hunk.old), hunk.new))
        self._ended(hunk, at + len(hunk.old))

    def _ended(self, hunk: Hunk, at: int) -> None:
        """A hunk's lines end before line `at` of the tree."""
        self.done = at
        self.shift = at - start_of(hunk) - len(hunk.old)

    def _note(self, outcome: Outcome, *edits: Edit) -> None:
        self.outcomes.append(outcome)
        self.edits.append(list(edits))

    def _ambiguous(self, hunk: Hunk, places: Sequence[int], reason: str) -> None:
        self.shift = None
        candidates = tuple(at + 1 for at in places)
        self._note(Outcome(hunk, "ambiguous", None, reason=reason, candidates=candidates, expected=hunk.old))

    def _conflict(self, hunk: Hunk, reason: str) -> None:
        self.shift = None
        start, end = self._nearest(hunk)
        found = tuple(self.lines[start:end])
        self._note(Outcome(hunk, "conflict", start + 1, reason=reason, expected=hunk.old, found=found))

    def _nearest(self, hunk: Hunk) -> tuple[int, int]:
        """The tree's lines to show beside those that a hunk expects."""
        count = len(hunk.old)
        if self.before is not None and self._merger.knows(hunk):
            start, end = self._merger.around(hunk)
            if end - start <= 3 * count + 20:
                return start, end
        nominal = start_of(hunk)
        votes = Counter(
            number - at
            for at, line in enumerate(hunk.old)
            if line.strip() and len(self.text.numbers.get(line, ())) <= 20
            for number in self.text.numbers.get(line, ())
        )
        best = min(votes, key=lambda start: (-votes[start], abs(start - nominal)), default=nominal)
        start = min(max(best, 0), len(self.lines))
        return start, min(start + count, len(self.lines))

    def _refuse_unsound(self) -> None:
        """Only a file's last line may be without its end, and no two hunks may change the same line."""
        together = [edit for edits in self.edits for edit in edits]
        if not together:
            return
        ordered = sorted(together, key=lambda edit: edit.start)
        overlap = any(one.end > two.start for one, two in pairwise(ordered))
        if not overlap and sound(self.lines, together):
            return
        reason = "its lines were changed by another hunk" if overlap else "a line without its end would not be the last"
        for index in range(len(self.hunks)):
            before = [edit for edits in self.edits[: index + 1] for edit in edits]
            if index == len(self.hunks) - 1 or (not overlap and not sound(self.lines, before)):
                hunk = self.hunks[index]
                del self.outcomes[index + 1 :], self.edits[index + 1 :]
                self.outcomes.pop()
                self.edits.pop()
                self._conflict(hunk, reason)
                for later in self.hunks[index + 1 :]:
                    self._conflict(later, "a hunk above it failed")
                return


_BLANKS = re.compile(rb"[ \t]+")


def _bare(line: bytes) -> bytes:
    """A line as GNU patch's -l compares it."""
    return _BLANKS.sub(b" ", line.rstrip()) + b"\n"


def _with_ends(new: tuple[bytes, ...], there: Sequence[bytes]) -> tuple[bytes, ...]:
    """New lines with the line ends of those that they go between."""
    returns = [line.endswith(b"\r\n") for line in there]
    if all(returns):
        return tuple(re.sub(rb"\r?\n\Z", b"\r\n", line) for line in new)
    if not any(returns):
        return tuple(re.sub(rb"\r\n\Z", b"\n", line) for line in new)
    return new
