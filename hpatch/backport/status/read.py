"""Reading STATUS. Its structure is `grammars/status.lark`; what the words of its parts mean is `status_words`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hpatch import grammar
from hpatch.backport.status import words
from hpatch.backport.status.model import Entry, Kind, Part, PartKind, Span, StatusFile, StatusSection
from hpatch.errors import InputError
from hpatch.text import Source

if TYPE_CHECKING:
    from lark import Token

_HEADINGS: tuple[tuple[str, Kind], ...] = (
    ("PATCHES ACCEPTED", "accepted"),
    ("PATCHES PROPOSED", "proposed"),
    ("PATCHES/ISSUES THAT ARE BEING WORKED", "worked"),
    ("PATCHES/ISSUES THAT ARE STALLED", "stalled"),
    ("OTHER PROPOSALS", "other"),
    ("RELEASE SHOWSTOPPERS", "showstopper"),
)


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
    exempt = [name for section in sections if section.kind == "notes" for name in words.exempt(_text(source, section))]
    return StatusFile(source, Span(0, starts[0]), tuple(sections), tuple(exempt))


def read_entry(text: str) -> Entry:
    """Read one proposal that stands alone. Raises InputError when it is none or more than one."""
    found = read(Source("the proposal", f"PATCHES PROPOSED\n\n{text}"))
    if len(found.entries) != 1 or len(found.sections) != 1:
        raise InputError("the proposal must be exactly one entry ('  *) title' and its fields)")
    (entry,) = found.entries
    return entry


def _text(source: Source, section: StatusSection) -> str:
    return source.text[section.span.start : section.span.end]


def _section(source: Source, children: list[Any], span: Span) -> StatusSection:
    heading, *others = children
    title = str(heading).strip().removesuffix(":")
    kind: Kind = next((kind for start, kind in _HEADINGS if title.startswith(start)), "notes")
    entries = []
    unread = []
    content = heading.end_pos
    loose: list[Token] = []
    for child in others:
        data = getattr(child, "data", None)
        if data == "entry":
            entry = _entry(source, title, kind, child.children)
            content = entry.span.end
            if kind != "notes":
                entries.append(entry)
            elif any(part.kind in ("trunk", "branch") for part in entry.parts):
                unread.append(entry)
        elif data is None:
            loose.append(child)
    if not entries:
        content = max([content, *(token.end_pos for token in loose if token.type != "BLANK")])
    return StatusSection(
        title=title,
        kind=kind,
        span=span,
        heading=Span(heading.start_pos, heading.end_pos),
        entries=tuple(entries),
        content=content,
        unread=tuple(unread),
    )


_KINDS: dict[str, PartKind] = {
    "TRUNK": "trunk",
    "BRANCH": "branch",
    "SIGNED": "signed",
    "VOTE": "vote",
    "COMMENT": "comment",
}
FIELDS: tuple[PartKind, ...] = ("trunk", "branch", "vote", "signed")


def _entry(source: Source, section: str, kind: Kind, tokens: list[Token]) -> Entry:
    while tokens[-1].type == "BLANK":
        tokens = tokens[:-1]
    parts = list(_parts(tokens))
    text = source.text
    content = {part: text[part.span.start : part.span.end] for part in parts}
    fields = [content[part] for part in parts if part.kind in ("trunk", "branch")]
    branch = words.branch([content[part] for part in parts if part.kind == "branch"], fields)
    named = [content[part].partition(":")[2] for part in parts if part.kind == "trunk"]
    trunk = words.revisions(named) or words.merged(branch.merges)
    votes = [vote for part in parts if part.kind == "vote" for vote in words.votes(content[part], part.span.start)]
    comments = [words.comment(content[part], part.span) for part in parts if part.kind == "comment"]
    span = _span(tokens)
    title = words.flat(content[parts[0]].lstrip().removeprefix("*").removeprefix(")"))
    line = source.position(span.start)[0]
    return Entry(
        section=section,
        kind=kind,
        line=line,
        span=span,
        parts=tuple(parts),
        title=title,
        trunk=trunk,
        branch=branch,
        votes=tuple(votes),
        comments=tuple(comments),
    )


def _parts(tokens: list[Token]) -> Iterator[Part]:
    """The title goes on to the first field: a line of it can begin like a comment ("mod_example: more")."""
    kinds = [_KINDS.get(token.type, "text") for token in tokens]
    field = next((at for at, kind in enumerate(kinds) if kind in FIELDS), None)
    ends = ("comment",) if field is None else ()
    limit = len(kinds) if field is None else field
    first = next((at for at in range(1, limit) if _blank(tokens[at]) or kinds[at] in ends), limit)
    yield Part("title", _span(tokens[:first]))
    for token in tokens[first:]:
        yield Part(_KINDS.get(token.type, "text"), _span([token]))


def _span(tokens: Sequence[Any]) -> Span:
    """From the first of lark's tokens to the last."""
    return Span(tokens[0].start_pos, tokens[-1].end_pos)


def _blank(token: Token) -> bool:
    return token.type == "BLANK"
