"""The words of an entry's parts: revisions, the branch's side, votes, comments; and the areas exempt from review."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hpatch.backport.status.model import Branch, Comment, Span, Vote

_REVISION = re.compile(r"\br(\d{4,8})\b|[?&;](?:revision|rev|pathrev)=r?(\d{4,8})\b|svn\.apache\.org/(\d{5,8})\b")
_MERGE = re.compile(r"\bsvn\s+merge\b[^\n#]*")
_CHANGES = re.compile(r"(?:-c|--change)[\s=]*((?:-?r?\d+(?:-r?\d+)?[ \t]*,?[ \t]*)+)(?=\s|\Z|\^|[a-z.])")
_DIGITS = re.compile(r"\d{4,8}")
_NUMBER = re.compile(r"(?<![\w^/.-])r?(\d{4,8})\b")
_URL = re.compile(r"https?://[^\s<>()\"']+")
_PULL = re.compile(r"https?://github\.com/apache/httpd/pull/(\d+)")
_RAW_PULL = re.compile(r"https?://patch-diff\.githubusercontent\.com/raw/apache/httpd/pull/(\d+)")
_FILE = re.compile(r"\.(?:patch|diff|txt)(?:\?|\Z)")
_WORKS = re.compile(r"\b(?:trunk|patch|it|merges?)\b[^\n]{0,40}?\b(?:works|applies|work|apply|merges)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|doesn't|won't|don't)\b", re.IGNORECASE)
_MODULO = re.compile(r"\b(?:modulo|other than|except(?: for)?)\s+([^\n]*[^\n\s).])", re.IGNORECASE)
WEIGHT = re.compile(r"[ \t]*([+-]/?-?(?:\d*\.\d+|\d))[ \t]*:?")
NAME = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+)*")
_REMARK = re.compile(r"\([^()]*\)|\[[^]]*\]")
_COMMAS = re.compile(r"[,;&/]|\band\b")
_GAP = re.compile(r"[\s,;:&/]*(?:and\b[\s,]*)?")
_CONDITION = re.compile(r"[ \t]*(?:from|with|for|on|if|in|to|once|as)\b(?:[^\n:]*:)?", re.IGNORECASE)
"""What can stand between a weight and the names ("+1 with r1900000: ann"); without a colon there are none: it is a
sentence that begins like a vote ("+1 from me, too")."""
_AUTHOR = re.compile(r"[ \t]*([\w.-]+)")
_BULLET = re.compile(r"^[ \t]+[.o-][ \t]+(\S[^\n]*?)[ \t\r]*$", re.MULTILINE)


def flat(text: str) -> str:
    return " ".join(text.split())


def _unique(numbers: Iterable[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(map(int, numbers)))


def revisions(fields: Iterable[str]) -> tuple[int, ...]:
    """Revisions by their URLs or their `r`; only where there are none of these, bare numbers."""
    text = "\n".join(fields)
    found = {match.start(): next(filter(None, match.groups())) for match in _REVISION.finditer(text)}
    for merge in _MERGE.finditer(text):
        found.update((merge.start() + at, number) for at, number in _changes(merge[0]))
    return _unique([found[at] for at in sorted(found)] or _NUMBER.findall(_URL.sub("", text)))


def merged(merges: Iterable[str]) -> tuple[int, ...]:
    return _unique(number for merge in merges for _, number in _changes(merge))


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where the numbers are that are revisions by their URL or their `r`."""
    for match in _REVISION.finditer(text):
        yield match.span(match.lastindex or 0)


def commands(text: str) -> Iterator[int]:
    """Where each merge command's list of revisions ends."""
    for merge in _MERGE.finditer(text):
        ends = [merge.start() + at + len(number) for at, number in _changes(merge[0])]
        yield from ends[-1:]


def without_commands(text: str) -> str:
    """A text of the same length, with blanks for its merge commands."""
    return _MERGE.sub(lambda merge: " " * len(merge[0]), text)


def _changes(merge: str) -> Iterator[tuple[int, str]]:
    """The revisions that a merge command names, each with its offset."""
    for match in _CHANGES.finditer(merge):
        yield from ((number.start(), number[0]) for number in _DIGITS.finditer(merge, *match.span(1)))


def branch(own: list[str], fields: list[str]) -> Branch:
    """Merge commands stand under the trunk's label too where a proposal has no other; so do pull requests."""
    text = "\n".join(field.partition(":")[2] for field in own)
    whole = "\n".join(fields)
    merges = tuple(flat(match) for match in _MERGE.findall(whole))
    pulls = _PULL.findall(whole) + _RAW_PULL.findall(whole)
    urls = [url.rstrip(".,;") for url in _URL.findall(text)]
    patches = [url for url in urls if not _PULL.match(url) and (_FILE.search(url) or not _REVISION.search(url))]
    works = any(_WORKS.search(line) and not _NOT.search(line) for line in text.split("\n"))
    modulo = _MODULO.search(text)
    return Branch(
        text=flat(text),
        merges=merges,
        patches=tuple(dict.fromkeys(patches)),
        pulls=_unique(pulls),
        works=works,
        modulo=flat(modulo[1]) if modulo else None,
    )


def is_name(text: str) -> bool:
    """Whether a committer can be called so. 'and' joins two of them."""
    return NAME.fullmatch(text) is not None and text != "and"


def votes(text: str, base: int) -> Iterator[Vote]:
    """The votes of a line: names with commas, a remark in brackets behind a name, or free text to the end."""
    weight = WEIGHT.match(text)
    if weight is None:
        return
    value = weighs(weight[1])
    at, end = weight.end(), len(text.rstrip())
    condition = None if weight[0].endswith(":") else _CONDITION.match(text, at)
    if condition is not None:
        at = condition.end() if condition[0].endswith(":") else end
    while at < end:
        at = _gap(text, at)
        if text[at : at + 1] in ("(", "["):
            at = _closed(text, at, end)  # a remark on all that follows, or on nobody
            continue
        name = NAME.match(text, at, end)
        if name is None:
            return
        stop = name.end()
        at = _beside(text, stop)
        if text[at : at + 1] in ("(", "["):
            stop = _closed(text, at, end)
            at = _beside(text, stop)
        if at < end and not _another(text, at, end, value):
            stop = at = end
        remark = flat(text[name.end() : stop]).lstrip(":,").strip()
        if remark[:1] in ("(", "[") and remark[-1:] in (")", "]"):
            remark = remark[1:-1]
        yield Vote(
            weight=weight[1], value=value, name=name[0], remark=remark, span=Span(base + name.start(), base + stop)
        )


def weighs(weight: str) -> float:
    """What a weight counts (`-.8`, `+/-0`)."""
    return float(weight.replace("/-", ""))


def _gap(text: str, at: int) -> int:
    match = _GAP.match(text, at)
    return match.end() if match else at


def _beside(text: str, at: int) -> int:
    """Past the blanks of a line."""
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    return at


def _another(text: str, at: int, end: int, value: float) -> bool:
    """Whether a further name can follow here: behind a comma or a second remark in brackets, or below in a line that
    has nothing but names.

    Behind a vote against, a comma mostly starts the reason ("-1: name, it breaks"): there, only names may follow.
    """
    if text[at] in "\r\n":
        return _names(text[at:end].lstrip().partition("\n")[0])
    if value < 0 and not _names(text[at:end].partition("\n")[0]):
        return False
    return text[at] in ",;&/([" or text.startswith("and ", at)


def _names(line: str) -> bool:
    """Whether a line has nothing but names, remarks in brackets behind them."""
    words = [word.strip() for word in _COMMAS.split(_REMARK.sub("", line))]
    return all(NAME.fullmatch(word) for word in words if word)


def _closed(text: str, at: int, end: int) -> int:
    depth = 0
    for index in range(at, end):
        depth += (text[index] in "([") - (text[index] in ")]")
        if depth == 0:
            return index + 1
    return end


def comment(text: str, span: Span) -> Comment:
    name = _AUTHOR.match(text)
    return Comment(name[1] if name else "", flat(text.partition(":")[2]), span)


def exempt(text: str) -> Iterator[str]:
    """The areas in the list below the note that names the exceptions from review-then-commit."""
    start = re.search(r"^[ \t]*\*[^\n]*\bexceptions?\b[^\n]*\bRTC\b[^\n]*\n", text, re.MULTILINE)
    if start is not None:
        stop = re.compile(r"^[ \t]*(?:\*|\r?$)", re.MULTILINE).search(text, start.end())
        yield from (match[1] for match in _BULLET.finditer(text, start.end(), stop.start() if stop else len(text)))
