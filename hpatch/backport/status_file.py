"""httpd's STATUS file of a stable branch, read and edited by spans.

Its structure is `grammars/status.lark`; the words of its parts are read here. Nothing is ever written from what was
understood: an edit replaces a span, and all else stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from hpatch import grammar
from hpatch.conf.source import Source
from hpatch.errors import InputError, UsageError

if TYPE_CHECKING:
    from lark import Token

Kind = Literal["showstopper", "accepted", "proposed", "worked", "stalled", "other", "notes"]
PartKind = Literal["title", "trunk", "branch", "signed", "vote", "comment", "text"]

WANTED = 3
"""How many +1 a proposal needs (the project's review-then-commit rule)."""

_HEADINGS: tuple[tuple[str, Kind], ...] = (
    ("PATCHES ACCEPTED", "accepted"),
    ("PATCHES PROPOSED", "proposed"),
    ("PATCHES/ISSUES THAT ARE BEING WORKED", "worked"),
    ("PATCHES/ISSUES THAT ARE STALLED", "stalled"),
    ("OTHER PROPOSALS", "other"),
    ("RELEASE SHOWSTOPPERS", "showstopper"),
)
_REVISION = re.compile(r"\br(\d{4,8})\b|[?&;](?:revision|rev|pathrev)=r?(\d{4,8})\b|svn\.apache\.org/(\d{5,8})\b")
_MERGE = re.compile(r"\bsvn\s+merge\b[^\n#]*")
_CHANGES = re.compile(r"(?:-c|--change)[\s=]*((?:-?r?\d+(?:-r?\d+)?[ \t]*,?[ \t]*)+)(?=\s|\Z|\^|[a-z.])")
_DIGITS = re.compile(r"\d{4,8}")
_NUMBER = re.compile(r"(?<![\w^/.-])r?(\d{4,8})\b")
_URL = re.compile(r"https?://[^\s<>()\"']+")
_PULL = re.compile(r"https?://github\.com/apache/httpd/pull/(\d+)")
_RAW_PULL = re.compile(r"https?://patch-diff\.githubusercontent\.com/raw/apache/httpd/pull/(\d+)")
_WORKS = re.compile(r"\b(?:trunk|patch|it|merges?)\b[^\n]{0,40}?\b(?:works|applies|work|apply|merges)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|doesn't|won't|don't)\b", re.IGNORECASE)
_MODULO = re.compile(r"\bmodulo\s+([^\n]*[^\n\s).])", re.IGNORECASE)
_WEIGHT = re.compile(r"[ \t]*([+-]/?-?(?:\d*\.\d+|\d))[ \t]*:?")
_NAME = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+)*")
_GAP = re.compile(r"[\s,;:&/]*(?:and\b[\s,]*)?")
_AUTHOR = re.compile(r"[ \t]*([\w.-]+)")
_BULLET = re.compile(r"^[ \t]+[.o-][ \t]+(\S[^\n]*?)[ \t\r]*$", re.MULTILINE)


class Span(NamedTuple):
    """`text[start:end]` of the file."""

    start: int
    end: int


class Part(NamedTuple):
    """A part of an entry: its first line and those that continue it, line ends included."""

    kind: PartKind
    span: Span


class Vote(NamedTuple):
    """One person's vote. `weight` is as written (`+1`, `-.8`), `value` its number; `span` covers name and remark."""

    weight: str
    value: float
    name: str
    remark: str
    span: Span


class Comment(NamedTuple):
    """What somebody (or something, such as `Note`) says; `text` in one line."""

    name: str
    text: str
    span: Span


class Branch(NamedTuple):
    """The branch's side of a proposal: how it is to be merged. `text` is the fields' content in one line.

    `merges` are merge commands, `patches` URLs of patches, `pulls` numbers of GitHub pull requests. `works` tells that
    trunk's change is said to go in, `modulo` but for what.
    """

    text: str
    merges: tuple[str, ...]
    patches: tuple[str, ...]
    pulls: tuple[int, ...]
    works: bool
    modulo: str | None


class Needs(NamedTuple):
    """What an entry lacks: how many +1, and whose vetoes stand against it."""

    votes: int
    vetoes: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether it may be merged."""
        return not self.votes and not self.vetoes


class Entry(NamedTuple):
    """A proposal. `title` is in one line, `trunk` are revisions in their order, without repeats."""

    section: str
    kind: Kind
    line: int
    span: Span
    parts: tuple[Part, ...]
    title: str
    trunk: tuple[int, ...]
    branch: Branch
    votes: tuple[Vote, ...]
    comments: tuple[Comment, ...]

    @property
    def needs(self) -> Needs:
        """Three people's +1 and nobody's -1. Half votes count neither way; a name counts once."""
        vetoes = tuple(dict.fromkeys(vote.name for vote in self.votes if vote.value <= -1))
        agreed = {vote.name for vote in self.votes if vote.value >= 1}.difference(vetoes)
        return Needs(max(0, WANTED - len(agreed)), vetoes)


class Section(NamedTuple):
    """A section: `title` is its heading without the colon, `span` runs from the heading to the next one."""

    title: str
    kind: Kind
    span: Span
    heading: Span
    entries: tuple[Entry, ...]
    content: int
    """The offset after its last line that is part of the list: an entry's or, without any, the first paragraph's."""


class Edit(NamedTuple):
    """Replace `text[start:end]` by `text`."""

    start: int
    end: int
    text: str


class StatusFile(NamedTuple):
    """A STATUS file that was read. `exempt` are the areas that need no review, as its notes name them."""

    source: Source
    preface: Span
    sections: tuple[Section, ...]
    exempt: tuple[str, ...]

    @property
    def text(self) -> str:
        """The file, put together from the preface and the sections."""
        whole = self.source.text
        spans = (self.preface, *(section.span for section in self.sections))
        return "".join(whole[span.start : span.end] for span in spans)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All proposals in their order."""
        return tuple(entry for section in self.sections for entry in section.entries)

    def section(self, kind: Kind) -> Section:
        """The first section of a kind. Raises InputError."""
        for section in self.sections:
            if section.kind == kind:
                return section
        raise InputError(f"{self.source.name}: has no section of {kind} patches")


def read(source: Source) -> StatusFile:
    """Read a file. Never fails: what is not understood stays text."""
    tree: Any = grammar.parser("status", "status").parse(source.text)
    end = len(source.text)
    nodes = [child for child in tree.children if getattr(child, "data", "") == "section"]
    starts = [node.children[0].start_pos for node in nodes] + [end]
    sections = [
        _section(source, node.children, Span(start, after))
        for node, start, after in zip(nodes, starts, starts[1:], strict=False)
    ]
    exempt = [name for section in sections if section.kind == "notes" for name in _exempt(source, section)]
    return StatusFile(source, Span(0, starts[0]), tuple(sections), tuple(exempt))


def read_entry(text: str) -> Entry:
    """Read one proposal that stands alone. Raises InputError when it is none or more than one."""
    found = read(Source("the proposal", f"PATCHES PROPOSED\n\n{text}"))
    if len(found.entries) != 1 or len(found.sections) != 1:
        raise InputError("the proposal: is not exactly one entry ('  *) title' and its fields)")
    return found.entries[0]


def _section(source: Source, children: list[Any], span: Span) -> Section:
    heading = children[0]
    title = str(heading).strip().removesuffix(":")
    kind: Kind = next((kind for start, kind in _HEADINGS if title.startswith(start)), "notes")
    entries = []
    content = heading.end_pos
    loose: list[Token] = []
    for child in children[1:]:
        data = getattr(child, "data", None)
        if data == "entry":
            entry = _entry(source, title, kind, child.children)
            content = entry.span.end
            if kind != "notes":
                entries.append(entry)
        elif data is None:
            loose.append(child)
    if not entries:
        content = max([content, *(token.end_pos for token in loose if token.type != "BLANK")])
    return Section(title, kind, span, Span(heading.start_pos, heading.end_pos), tuple(entries), content)


_KINDS: dict[str, PartKind] = {
    "TRUNK": "trunk",
    "BRANCH": "branch",
    "SIGNED": "signed",
    "VOTE": "vote",
    "COMMENT": "comment",
}
_FIELDS = ("trunk", "branch", "vote", "signed")


def _entry(source: Source, section: str, kind: Kind, tokens: list[Token]) -> Entry:
    while tokens[-1].type == "BLANK":
        tokens = tokens[:-1]
    parts = list(_parts(tokens))
    text = source.text
    content = {part: text[part.span.start : part.span.end] for part in parts}
    fields = [content[part] for part in parts if part.kind in ("trunk", "branch")]
    branch = _branch([content[part] for part in parts if part.kind == "branch"], fields)
    named = [content[part].partition(":")[2] for part in parts if part.kind == "trunk"]
    trunk = _revisions(named) or _merged(branch.merges)
    votes = [vote for part in parts if part.kind == "vote" for vote in _votes(content[part], part.span.start)]
    comments = [_comment(content[part], part.span) for part in parts if part.kind == "comment"]
    span = Span(tokens[0].start_pos or 0, tokens[-1].end_pos or 0)
    title = _flat(content[parts[0]].lstrip().removeprefix("*").removeprefix(")"))
    line = source.position(span.start)[0]
    return Entry(section, kind, line, span, tuple(parts), title, trunk, branch, tuple(votes), tuple(comments))


def _parts(tokens: list[Token]) -> Iterator[Part]:
    """The title goes on to the first field: a line of it can begin like a comment ("mod_example: more")."""
    kinds = [_KINDS.get(token.type, "text") for token in tokens]
    field = next((at for at, kind in enumerate(kinds) if kind in _FIELDS), None)
    ends = ("comment",) if field is None else ()
    limit = len(kinds) if field is None else field
    first = next((at for at in range(1, limit) if _blank(tokens[at]) or kinds[at] in ends), limit)
    yield Part("title", Span(tokens[0].start_pos or 0, tokens[first - 1].end_pos or 0))
    for kind, token in zip(kinds[first:], tokens[first:], strict=True):
        yield Part(kind, Span(token.start_pos or 0, token.end_pos or 0))


def _blank(token: Token) -> bool:
    return token.type == "BLANK"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _unique(numbers: Iterable[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(map(int, numbers)))


def _revisions(fields: Iterable[str]) -> tuple[int, ...]:
    """Revisions by their URLs or their `r`; only where there are none of these, bare numbers."""
    text = "\n".join(fields)
    found = {match.start(): next(filter(None, match.groups())) for match in _REVISION.finditer(text)}
    for merge in _MERGE.finditer(text):
        found.update((merge.start() + at, number) for at, number in _changes(merge[0]))
    return _unique([found[at] for at in sorted(found)] or _NUMBER.findall(_URL.sub("", text)))


def _merged(merges: Iterable[str]) -> tuple[int, ...]:
    return _unique(number for merge in merges for _, number in _changes(merge))


def _changes(merge: str) -> Iterator[tuple[int, str]]:
    """The revisions that a merge command names, each with its offset."""
    for match in _CHANGES.finditer(merge):
        yield from ((number.start(), number[0]) for number in _DIGITS.finditer(merge, *match.span(1)))


def _branch(own: list[str], fields: list[str]) -> Branch:
    """Merge commands stand under the trunk's label too where a proposal has no other; so do pull requests."""
    text = "\n".join(field.partition(":")[2] for field in own)
    whole = "\n".join(fields)
    merges = tuple(_flat(match) for match in _MERGE.findall(whole))
    pulls = _PULL.findall(whole) + _RAW_PULL.findall(whole)
    urls = [url.rstrip(".,;") for url in _URL.findall(text)]
    patches = [url for url in urls if not _REVISION.search(url) and not _PULL.match(url)]
    works = any(_WORKS.search(line) and not _NOT.search(line) for line in text.split("\n"))
    modulo = _MODULO.search(text)
    return Branch(
        _flat(text),
        merges,
        tuple(dict.fromkeys(patches)),
        _unique(pulls),
        works,
        _flat(modulo[1]) if modulo else None,
    )


def _votes(text: str, base: int) -> Iterator[Vote]:
    """The votes of a line: names with commas, a remark in brackets behind a name, or free text to the end."""
    weight = _WEIGHT.match(text)
    if weight is None:
        return
    value = _value(weight[1])
    at, end = weight.end(), len(text.rstrip())
    while at < end:
        at = _gap(text, at)
        if text[at : at + 1] in ("(", "["):
            at = _closed(text, at, end)  # a remark on all that follows, or on nobody
            continue
        name = _NAME.match(text, at, end)
        if name is None:
            return
        stop = name.end()
        at = stop
        while text[at : at + 1] in (" ", "\t"):
            at += 1
        if text[at : at + 1] in ("(", "["):
            stop = at = _closed(text, at, end)
        elif at < end and not _another(text, at, end):
            stop = at = end
        remark = _flat(text[name.end() : stop]).removeprefix(":").strip()
        if remark[:1] in ("(", "[") and remark[-1:] in (")", "]"):
            remark = remark[1:-1]
        yield Vote(weight[1], value, name[0], remark, Span(base + name.start(), base + stop))


def _value(weight: str) -> float:
    return float(weight.replace("/-", ""))


def _gap(text: str, at: int) -> int:
    match = _GAP.match(text, at)
    return match.end() if match else at


def _another(text: str, at: int, end: int) -> bool:
    """Whether a further name can follow here: behind a comma, or below in a line that has nothing but names."""
    if text[at] in "\r\n":
        line = text[at:end].lstrip().partition("\n")[0]
        return all(_NAME.fullmatch(word.strip()) for word in line.split(",") if word.strip())
    return text[at] in ",;&/" or text.startswith("and ", at)


def _closed(text: str, at: int, end: int) -> int:
    depth = 0
    for index in range(at, end):
        depth += (text[index] in "([") - (text[index] in ")]")
        if depth == 0:
            return index + 1
    return end


def _comment(text: str, span: Span) -> Comment:
    name = _AUTHOR.match(text)
    return Comment(name[1] if name else "", _flat(text.partition(":")[2]), span)


def _exempt(source: Source, section: Section) -> Iterator[str]:
    """The list below the note that names the exceptions from review-then-commit."""
    text = source.text[section.span.start : section.span.end]
    start = re.search(r"^[ \t]*\*[^\n]*\bexceptions?\b[^\n]*\bRTC\b[^\n]*\n", text, re.MULTILINE)
    if start is not None:
        stop = re.compile(r"^[ \t]*(?:\*|\r?$)", re.MULTILINE).search(text, start.end())
        yield from (match[1] for match in _BULLET.finditer(text, start.end(), stop.start() if stop else len(text)))


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits that do not overlap; their offsets are all in the text as it was."""
    pieces, at = [], 0
    for edit in sorted(edits):
        if edit.start < at:
            raise UsageError("two edits of the same words")
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])


def inverse(text: str, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits that make the text again of what `apply` makes of it."""
    found, shift = [], 0
    for edit in sorted(edits):
        start = edit.start + shift
        found.append(Edit(start, start + len(edit.text), text[edit.start : edit.end]))
        shift += len(edit.text) - (edit.end - edit.start)
    return tuple(found)


def propose(status: StatusFile, proposal: str) -> tuple[Edit, ...]:
    """Add an entry at the end of the proposed ones. Raises InputError when it is none, or there is no such section."""
    read_entry(proposal)
    return (_append(status, status.section("proposed"), proposal),)


def move(status: StatusFile, entry: Entry, kind: Kind) -> tuple[Edit, ...]:
    """Move an entry as it is to the end of another section: `accepted` once it has its votes."""
    target = status.section(kind)
    if entry in target.entries:
        return ()
    return (*remove(status, entry), _append(status, target, status.source.text[entry.span.start : entry.span.end]))


def remove(status: StatusFile, entry: Entry) -> tuple[Edit, ...]:
    """Delete an entry and the blank line above it."""
    text = status.source.text
    start, end = entry.span
    start = _line_before(text, start, lambda line: not line.strip())
    if end == len(text) and not text.endswith("\n"):
        start = start - len(_newline(text)) if start else 0
    return (Edit(start, end, ""),)


def vote(status: StatusFile, entry: Entry, name: str, weight: str, remark: str = "") -> tuple[Edit, ...]:
    """Give a vote, instead of the one that the name has there. Raises UsageError for what is no weight or no name."""
    if not _WEIGHT.fullmatch(weight) or ":" in weight or not _NAME.fullmatch(name) or name == "and":
        raise UsageError(f"'{weight}: {name}' is no vote: it is like '+1: name'")
    if any(char in remark for char in "()[]\r\n"):
        raise UsageError("a remark on a vote is one line without brackets")
    said = f"{name} ({remark})" if remark else name
    old = [one for one in entry.votes if one.name == name]
    if len(old) == 1 and old[0].weight == weight:
        return () if old[0].remark == remark else (Edit(*old[0].span, said),)
    return (*(withdraw(status, entry, name) if old else ()), _cast(status, entry, weight, said, name))


def withdraw(status: StatusFile, entry: Entry, name: str) -> tuple[Edit, ...]:
    """Take back a name's votes; a line that has no other goes. Raises UsageError when there is none."""
    text = status.source.text
    edits = []
    for part in entry.parts:
        there = [one for one in entry.votes if part.span.start <= one.span.start < part.span.end]
        gone = [one for one in there if one.name == name]
        if gone and len(gone) == len(there):
            edits.append(Edit(*part.span, ""))
            continue
        for one in gone:
            at = there.index(one)
            if at:
                edits.append(Edit(there[at - 1].span.end, one.span.end, ""))
            else:
                edits.append(Edit(one.span.start, there[1].span.start, ""))
    if not edits:
        raise UsageError(f"{status.source.name}:{entry.line}: {name} has no vote there")
    return tuple(_joined(edits, text))


def _joined(edits: list[Edit], text: str) -> Iterator[Edit]:
    """Deletions that touch or overlap, as one."""
    start, end = edits[0].start, edits[0].end
    for edit in sorted(edits)[1:]:
        if edit.start > end:
            yield Edit(start, end, "")
            start = edit.start
        end = max(end, edit.end)
    yield Edit(start, end, "")


def _cast(status: StatusFile, entry: Entry, weight: str, said: str, name: str) -> Edit:
    text = status.source.text
    newline = _newline(text)
    lines = [part for part in entry.parts if part.kind == "vote"]
    for part in lines:
        content = text[part.span.start : part.span.end]
        written = _WEIGHT.match(content)
        there = [one for one in entry.votes if part.span.start <= one.span.start < part.span.end]
        if written is None or written[1] != weight or any(one.name == name for one in there):
            continue
        if not there and ":" in written[0] and not content[written.end() :].strip():
            at = part.span.start + written.end()
            return Edit(at, at, f" {said}")
        tail = content[there[-1].span.end - part.span.start :] if there else None
        last = text[there[-1].span.start : there[-1].span.end] if there else ""
        if tail is None or tail.strip() not in ("", ",") or not (_NAME.fullmatch(last) or last.endswith((")", "]"))):
            continue
        at = there[-1].span.end
        comma = at + tail.find(",")
        return Edit(comma, comma + 1, f", {said}") if comma >= at else Edit(at, at, f", {said}")
    fields = [part for part in entry.parts if part.kind in ("vote", "trunk", "branch", "signed", "title")]
    after = (lines or fields)[-1]
    indent = _indent(text, lines[-1] if lines else fields[-1] if len(fields) > 1 else None)
    line = f"{indent}{weight}: {said}"
    if text[: after.span.end].endswith("\n"):
        return Edit(after.span.end, after.span.end, line + newline)
    return Edit(after.span.end, after.span.end, newline + line)


def _indent(text: str, part: Part | None) -> str:
    if part is None:
        return "     "
    line = text[part.span.start : part.span.end]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _append(status: StatusFile, section: Section, entry: str) -> Edit:
    text = status.source.text
    newline = _newline(text)
    body = newline.join(entry.rstrip("\r\n").replace("\r\n", "\n").split("\n"))
    at = section.content
    if text[:at].endswith("\n"):
        return Edit(at, at, newline + body + newline)
    return Edit(at, at, newline * 2 + body)


def _line_before(text: str, at: int, wanted: Callable[[str], bool]) -> int:
    """Where the line above `at` starts if it is as wanted, else `at`."""
    if at == 0:
        return at
    start = text.rfind("\n", 0, at - 1) + 1
    return start if wanted(text[start:at]) else at


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
