"""What commit messages say of other revisions: that they merge, revert, follow up or repair them.

httpd's merges to 2.4.x are announced in more than a hundred ways: "Merge r1, r2 from trunk:", "Backport of r1.",
"Merges r1\\nr2-r4", "svn merge -c 1,2 ^/httpd/httpd/trunk .", with slips of the keyboard ("rr1", "turnk"); git has its
trailer "(cherry picked from commit X)".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from hpatch.backport.history import proposals
from hpatch.records import NamedTuple

Relation = Literal["revert", "fix", "follow-up", "mention"]
"""What a later message says of a revision, the most telling first."""
RELATIONS: tuple[Relation, ...] = ("revert", "fix", "follow-up", "mention")

SPAN = 2000
"""How far a range of revisions may reach: all projects of a Subversion server count together."""

_MARK = r"(?<![a-z0-9])(?:r{1,2}|ir|i|#)?[ ]?(?:rev(?:ision)?\.?[ ]?)?"
_REFERENCE = re.compile(
    rf"(?:{_MARK}|(?<=[^\W\d_]:)|(?<=/r))(?<![\d.])(?P<low>(?<=r)\d{{4,5}}|\d{{6,8}})"
    r"(?:[ ]?(?:-|\u2013|:|\.\.|\b(?:through|thru|to)\b)[ ]?r{0,2}(?P<high>\d{5,8}))?(?!\w|\.\d)"
    r"|(?<![\w./-])(?P<commit>[0-9a-f]{7,64})(?![\w-])",
    re.IGNORECASE,
)
_KEYWORD = re.compile(
    r"(?:merg(?:e[sd]?|ing)|back-?[ ]?port(?:s|ed|ing)?|cherry[- ]?pick(?:s|ed|ing)?)(?![a-z])"
    r"|^commit (?=[0-9a-f]{40} upstream)",
    re.IGNORECASE | re.MULTILINE,
)
_FILLER = re.compile(
    r"[ \t]*(?:(?i:pull(?: request)?|PR|MR)[ ]?[#!]?\d{1,5}(?![\w.])"
    r"|[A-Za-z^~_*'\"/.-][\w^~_*'\"/.-]*|https?://[^\s,]*/|2\.\d(?:\.[\dx]+)?|[:,;()\[+&=-]|\n(?![ \t]*\n))"
)
_GAP = re.compile(r"[ \t(\[#:,=]*")
_STOP = re.compile(r"[.!?]$|(?:by|for|not|with|into|request|proposal|conflicts?|mergeinfo|info)$", re.IGNORECASE)
_WORDS = 8
"""How many words may stand between "merge" and the first revision."""
_BETWEEN = re.compile(
    r"(?:[\s,;:&/+()\[\]|*-]|\b(?:and|plus|also|then|from|trunk|with|rev|revisions?)\b|\u2013)*", re.IGNORECASE
)
_IN_TRUNK = re.compile(
    r"(?:^|\()[ \t]*(?:was )?(?P<ones>r?\d{6,8}(?:(?:,[ ]?|,?[ ]and[ ]|[ ]?\+[ ]?)r?\d{6,8})*)[ ](?:in|on)[ ]trunk\b",
    re.MULTILINE,
)
"""What a branch's own revision is on trunk: "Fix a typo (r1701349 in trunk)"."""
_NOT = re.compile(r"\bnot(?: \w+){0,2} $", re.IGNORECASE)
"""Before "merged": it is not."""
_LATER = re.compile(r"\b(?:until|unless|once|when|if) (?:(?:r?\d{5,8}|and|or|[,+& ])+)?$", re.IGNORECASE)
"""Before a revision that is merged then: it is at another time."""
_ITEM = re.compile(r"[ \t]*[-*o+][ \t]+r?(?=\d{5,8}\b)")
_BACKWARDS = re.compile(r"[ ]*(?:has|have|was|were|been|is|are|[ ,])*\b(?:back-?ported|merged)\b", re.IGNORECASE)

_PARTIAL = re.compile(
    r"\b(?:partial\w*|parts?|remaining|incomplete|except|without|only)\b|\bmost of(?=\)? r?\d)", re.IGNORECASE
)
_WHOLE = re.compile(r"\b(?:of|from|r\d{5,})", re.IGNORECASE)
_REVERTS = re.compile(
    r"\b(?:revert(?:s|ed|ing)?|back(?:s|ed|ing)?[ -]out|undo(?:es|ing)?|roll(?:s|ed)?[ -]?back)\b", re.I
)
_UNDONE = re.compile(
    r"[^\n]{0,40}?(?<!not )\b(?:undo|undone|revert(?:ed|ing)?|backed out|rolled back)\b", re.IGNORECASE
)
_FIXES = re.compile(
    r"\b(?:fix(?:es|ed|ing|up)?|repair\w*|correct\w*|regress\w*|broken|broke|breaks?|introduced|bugs?|typos?|oops|wrong\w*"
    r"|unbreak|restor\w+|crash\w*|leaks?|since|forgot\w*|missing|missed|silence\w*|warnings?|caused|mistake\w*|bogus)\b",
    re.I,
)
_FOLLOWS = re.compile(
    r"\b(?:follow\w*(?:[ -]?(?:up|on)s?)?|complet\w+|finish\w*|amend\w*|addition\w*|addendum|adjust\w*|improve\w*"
    r"|tweak\w*|clean\w*|update\w*|adapt\w*|after|continu\w+|more|also|on top of|extend\w*|similar\w*|likewise"
    r"|axe|simplif\w+)\b",
    re.I,
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n[ \t]*(?=[*o-] )")


class Reference(NamedTuple):
    """A revision in a message: `low` to `high` are numbers (the same for a single one), or a git commit's digits."""

    low: int | None
    high: int | None
    commit: str | None
    start: int
    end: int

    def means(self, number: int | None, commit: str) -> bool:
        """Whether it is this revision, or a range that has it."""
        if self.commit is not None:
            return commit.startswith(self.commit)
        return number is not None and self.low is not None and self.high is not None and self.low <= number <= self.high


def references(message: str) -> Iterator[Reference]:
    """All that may be revisions in a message. A number that is none is found not to be one in the repository."""
    for found in _REFERENCE.finditer(message):
        one = _reference(found)
        if one is not None:
            yield one


def _reference(found: re.Match[str]) -> Reference | None:
    """None for hexadecimal digits that are a word or a number."""
    if found["commit"] is not None:
        if found["commit"].isalpha() or found["commit"].isdigit():
            return None
        return Reference(None, None, found["commit"].lower(), *found.span())
    low = high = int(found["low"])
    if found["high"] is not None and low < (end := int(found["high"])) <= low + SPAN:
        high = end
    return Reference(low, high, None, *found.span())


def merged(message: str) -> tuple[Reference, ...]:
    """The revisions that a message on a branch says it brings there from trunk."""
    found: dict[int, Reference] = {}
    whole = message.strip()
    for keyword in _KEYWORD.finditer(message):
        at = None if _before(_NOT, message, keyword.start()) else _start(message, keyword.end())
        if at is not None:
            others = () if at in found else _items(message, at)
            found.update((one.start, one) for one in (*_list(message, at), *others))
    for one in references(message):
        backwards = _BACKWARDS.match(message, one.end) and not _before(_LATER, message, one.start)
        if one.start not in found and (backwards or message[one.start : one.end] == whole):
            found[one.start] = one
    for same in _IN_TRUNK.finditer(message):
        found.update((one.start, one) for one in _list(message, same.start("ones")) if one.end <= same.end("ones"))
    entry = proposals.pasted(message)
    found.update((one.start, one) for one in references(message) if one.low in entry and one.low == one.high)
    return tuple(found[at] for at in sorted(found))


def _start(message: str, at: int) -> int | None:
    """Where the first revision stands that belongs to a word before it; None where there is none."""
    words = 0
    while words <= _WORDS:
        gap = _GAP.match(message, at)
        assert gap is not None
        for start in (at, gap.end()):
            found = _REFERENCE.match(message, start)
            if found is not None and _reference(found) is not None:
                return start
        filler = _FILLER.match(message, at)
        if filler is None or filler.end() == at:
            return None
        word = filler[0].strip()
        if _STOP.search(word) and not word.startswith(("2.", "/", "^")):
            return None
        words += bool(word and word[0].isalpha())
        at = filler.end()
    return None


def _list(message: str, at: int) -> Iterator[Reference]:
    while (found := _REFERENCE.match(message, at)) is not None:
        one = _reference(found)
        if one is None:
            return
        yield one
        between = _BETWEEN.match(message, found.end())
        assert between is not None
        if "\n\n" in between[0]:
            return
        at = between.end()


def _before(pattern: re.Pattern[str], message: str, at: int) -> bool:
    """Whether such words end right before a place."""
    return pattern.search(message[max(at - 60, 0) : at]) is not None


def _items(message: str, at: int) -> Iterator[Reference]:
    """The first revision of each line of a list, from the one at a place up to a line of another form."""
    start = message.rfind("\n", 0, at) + 1
    while (item := _ITEM.match(message, start)) is not None:
        found = _REFERENCE.match(message, item.end()) or _REFERENCE.match(message, item.end() - 1)
        one = None if found is None else _reference(found)
        if one is not None:
            yield one
        start = message.find("\n", start) + 1
        if not start:
            return


def is_partial(message: str) -> bool:
    """Whether a message on a branch says that what it merges is not all of it."""
    for sentence in message.strip().partition("\n\n")[0].split("."):
        found = _PARTIAL.search(sentence)
        if found is not None and _WHOLE.search(sentence, found.end()):
            return True
    return False


def relation(message: str, number: int | None, commit: str) -> Relation | None:
    """What a message says of a revision; None where it does not name it."""
    said = [_said(message, one) for one in references(message) if one.means(number, commit)]
    return min(said, key=RELATIONS.index, default=None)


def _said(message: str, one: Reference) -> Relation:
    """The words around a reference, in its own paragraph; the nearer before it decide first."""
    before = _PARAGRAPH.split(message[max(0, one.start - 120) : one.start])[-1]
    after = _PARAGRAPH.split(message[one.end : one.end + 160])[0]
    near = before[-40:]
    if _REVERTS.search(before) or _UNDONE.match(after):
        return "revert"
    if re.search(r"follow|on top of", near, re.IGNORECASE) and not _FIXES.search(near):
        return "fix" if _FIXES.search(after) else "follow-up"
    if _FIXES.search(before) or _FIXES.search(after[:80]):
        return "fix"
    if _FOLLOWS.search(before) or not before.strip():
        return "follow-up"
    return "mention"


def reverted(message: str) -> tuple[Reference, ...]:
    """The revisions that a message says it takes back."""
    if _REVERTS.search(message) is None:
        return ()
    return tuple(one for one in references(message) if _said(message, one) == "revert")
