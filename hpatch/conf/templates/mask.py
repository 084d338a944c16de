"""Make a template readable: take its code out, and leave what is configuration where it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from hpatch.conf.templates import blocks, presence, trims
from hpatch.conf.templates.blocks import Stretch
from hpatch.conf.templates.model import Template
from hpatch.conf.templates.placeholders import SHORTEST, Placeholders, has_placeholder
from hpatch.conf.templates.tokens import CodePiece, tokens
from hpatch.conf.tree import TemplateFile
from hpatch.records import NamedTuple
from hpatch.text import Source

_WEAK = frozenset(("@NAME@", "%%NAME%%"))
"""Languages whose pieces may also stand in a configuration that is not a template."""

_ANY_TEXT = re.compile(
    r"\s*(?:Substitute|Rewrite\w+|Sec\w+|Header|RequestHeader|SetEnvIf\w*|BrowserMatch\w*|\w*Log\w*|ErrorDocument|\w+Match"
    r"|ProxyHTML\w*|Auth\w*)\b",
    re.I,
)
"""Directives whose arguments may be any text, a weak piece too."""

_NOT_LINE_FEED = re.compile(r"[^\n]+")


class _Group(NamedTuple):
    """Lines that are read together, `text[start:end]`: continued ones, and those that a piece of code spans."""

    start: int
    end: int
    tokens: list[CodePiece]
    joined: bool = False
    """Whether the template makes one line of several, which is not known before."""


class _Parts(NamedTuple):
    """What the control pieces of a group of lines are: the ends of arms, and spans within a line that make up a word.

    `spans` is None if the line is different in each arm.
    """

    structure: list[CodePiece]
    spans: list[Stretch] | None


def template(source: Source, placeholders: Placeholders) -> Template | None:
    """A file as a template; None for a file that is not one."""
    text = source.text
    found = list(tokens(text, dollar=presence.is_substituted(source.name)))
    named = presence.is_named(source.name)
    if not (named and (found or "${" in text)) and not _has_evidence(text, found):
        return None
    structure: list[CodePiece] = []
    pieces: list[str] = []
    at = 0
    for group in _groups(text, found):
        parts = _parts(text, group)
        structure += parts.structure
        pieces += text[at : group.start], _masked(text, group, parts, placeholders)
        at = group.end
    masked = "".join((*pieces, text[at:]))
    read = blocks.read(masked, structure, source)
    masked = _without(masked, read.dropped)
    lines, unjudged = _count(
        _without(text, (Stretch(*token[:2]) for token in found if token.kind == "comment")), masked
    )
    code = next((token for token in found if token.kind == "control"), None)
    first = found[0].start if found else text.index("${")
    languages = Counter(token.language for token in found).most_common()
    file = TemplateFile(
        languages=tuple(name for name, _ in languages) or ("${NAME}",),
        lines=lines,
        unjudged=unjudged,
        first=source.place(first, found[0].end if found else first + 2),
        code=None if code is None else source.place(code.start, code.end),
        named=named,
    )
    return Template(source=Source(source.name, masked, source.above), arms=read.arms, balanced=read.balanced, file=file)


def _has_evidence(text: str, found: list[CodePiece]) -> bool:
    """Whether a piece is surely code, in a file whose name does not tell."""
    for token in found:
        before = text[text.rfind("\n", 0, token.start) + 1 : token.start]
        if token.kind != "control" and before.lstrip().startswith("#"):
            continue
        if token.language not in _WEAK or _ANY_TEXT.match(before) is None:
            return True
    return False


def _groups(text: str, found: list[CodePiece]) -> list[_Group]:
    """The lines with pieces of code, in groups."""
    groups: list[_Group] = []
    joints = list(trims.joined(text, found))
    for token in found:
        if joints and token.start >= joints[0].end:
            joints.pop(0)
        if joints and token.end > joints[0].start:
            start, end = joints[0]
            if groups and start < groups[-1].end:
                last = groups[-1]
                last.tokens.append(token)
                groups[-1] = last._replace(end=max(last.end, end, _line_end(text, token.end)), joined=True)
            else:
                groups.append(_Group(start, max(end, _line_end(text, token.end)), [token], joined=True))
            continue
        if groups and token.start < groups[-1].end:
            last = groups[-1]
            last.tokens.append(token)
            if token.end > last.end:
                groups[-1] = last._replace(end=_line_end(text, token.end))
            continue
        floor = groups[-1].end if groups else 0
        start = text.rfind("\n", floor, token.start) + 1 or floor
        while start > floor and text.endswith(("\\\n", "\\\r\n"), 0, start):
            start = text.rfind("\n", floor, start - 1) + 1 or floor
        groups.append(_Group(start, _line_end(text, token.end), [token]))
    return groups


def _line_end(text: str, at: int) -> int:
    """Where the logical line with the character before `at` ends."""
    while True:
        at = text.find("\n", max(at - 1, 0)) + 1
        if at <= 0:
            return len(text)
        if not text.endswith(("\\\n", "\\\r\n"), 0, at):
            return at
        at += 1


def _parts(text: str, group: _Group) -> _Parts:
    """Tell what begins or ends an arm before or behind a line from what makes up a word within it."""
    every = [token for token in group.tokens if token.structural]
    if group.joined:
        return _Parts(every, None)
    if text[group.start : group.tokens[0].start].lstrip().startswith("#"):
        return _Parts(every, [])
    structure: list[CodePiece] = []
    spans: list[Stretch] = []
    within: list[CodePiece] = []
    depth, at, leading = 0, group.start, True
    for token in group.tokens:
        leading = leading and token.kind != "value" and not text[at : token.start].strip()
        at = token.end
        if not token.structural:
            continue
        if leading:
            structure.append(token)
        elif depth == 0 and token.middle:
            return _Parts(every, None)
        elif depth == 0 and not token.opens:
            structure.append(token)
        else:
            within.append(token)
            depth += token.opens - token.closes
            if depth <= 0:
                spans.append(Stretch(within[0].start, token.end))
                within, depth = [], 0
    return _Parts(structure + within, spans)


def _masked(text: str, group: _Group, parts: _Parts, placeholders: Placeholders) -> str:
    """A group's text without its code: with variables for words, and blank where it tells nothing."""
    written = text[group.start : group.end]
    blank = _blank(written)
    if group.joined:
        return blank
    if text[group.start : group.tokens[0].start].lstrip().startswith("#"):
        return written if "\n" not in written[:-1] and not parts.structure else blank
    if parts.spans is None or any("\n" in text[token.start : token.end] for token in group.tokens):
        return blank
    if "\n" in written.rstrip("\r\n") and any(token.kind == "control" for token in group.tokens):
        return blank
    pieces: list[str] = []
    at = group.start
    words = [(span.start, span.end, True) for span in parts.spans]
    for start, end, is_word in sorted(words + [(one.start, one.end, one.kind == "value") for one in group.tokens]):
        if start >= at:
            piece = text[start:end]
            short = is_word and len(piece) < SHORTEST
            if short and not written.lstrip().startswith("<"):
                return blank
            if not short:
                pieces += text[at:start], placeholders.variable(piece) if is_word else " " * len(piece)
                at = end
    made = "".join((*pieces, text[at : group.end]))
    first = made.split(None, 1)[:1]
    return blank if first and first[0][0] != "<" and has_placeholder(first[0]) else made


def _blank(text: str) -> str:
    return _NOT_LINE_FEED.sub(lambda match: " " * len(match[0]), text)


def _without(text: str, spans: Iterable[Stretch]) -> str:
    """A text with blanks for some spans of it."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end > at:
            begin = max(start, at)
            pieces += text[at:begin], _blank(text[begin:end])
            at = end
    return "".join((*pieces, text[at:]))


def _count(text: str, masked: str) -> tuple[int, int]:
    """How many lines have text and are no comments, and how many of them are blank when the code is taken out."""
    lines = unjudged = 0
    for written, left in zip(text.split("\n"), masked.split("\n"), strict=True):
        bare = written.strip()
        if bare and bare[0] != "#":
            lines += 1
            unjudged += not left.strip()
    return lines, unjudged
