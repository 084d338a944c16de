"""A proposal that gains revisions: its fields are extended by spans, and the votes for it start again.

A vote is for what was read. So every vote in favor goes, with a note that names who has to look again; votes against
stay until their authors withdraw them, and so do all comments.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from hpatch.backport.status import edit, words
from hpatch.backport.status.model import Entry, Part, StatusFile, TextEdit, Vote
from hpatch.backport.status.read import read
from hpatch.errors import UsageError
from hpatch.text import Source

_WIDTH = 78
_TOKEN = re.compile(r"\S+")
_BARE = re.compile(r"\d{4,8}")
_LABEL = "Trunk version of patch:"


def amend(status: StatusFile, entry: Entry, revisions: Sequence[int], name: str | None = None) -> tuple[TextEdit, ...]:
    """Add trunk's revisions to a proposal, and `name`'s vote for all of it; an accepted one is a proposal again.

    No edits where it has them all. Raises UsageError where its fields do not take them.
    """
    new = sorted(set(revisions).difference(entry.trunk))
    if not new:
        return ()
    at = status.entries.index(entry)
    extended = edit.apply(status.text, (*_listed(status, entry, new), *_commands(status, entry, new)))
    for remarks in (True, False):  # a remark can look like a vote where a line starts with it
        after, amended = _again(status, extended, at)
        after, amended = _again(status, edit.apply(after.text, _reset(after, amended, new, name, remarks)), at)
        if name is not None:
            after, amended = _again(status, edit.apply(after.text, edit.vote(after, amended, name, "+1")), at)
        if _is_right(entry, amended, new, name):
            text = after.text[amended.span.start : amended.span.end]
            if entry.kind != "accepted":
                return (TextEdit(*entry.span, text),)
            return (*edit.remove(status, entry), edit.append(status, status.section("proposed"), text))
    raise UsageError(
        f"{status.source.name}:{entry.line}: has no field that takes further revisions; edit the entry by hand"
    )


def _again(status: StatusFile, text: str, at: int) -> tuple[StatusFile, Entry]:
    found = read(Source(status.source.name, text))
    if len(found.entries) != len(status.entries):
        raise UsageError(f"{status.source.name}: the entry would not stay one entry; edit it by hand")
    return found, found.entries[at]


def _is_right(before: Entry, after: Entry, new: Sequence[int], name: str | None) -> bool:
    """Whether all is there that has to be, and nobody's vote for it but `name`'s."""
    against = [vote[:4] for vote in before.votes if vote.value <= 0 and vote.name != name]
    kept = {(one.name, one.text) for one in before.comments} <= {(one.name, one.text) for one in after.comments}
    return (
        kept
        and {*before.trunk, *new} <= {*after.trunk}
        and after.title == before.title
        and [vote[:4] for vote in after.votes if vote.value <= 0] == against
        and {vote.name for vote in after.votes if vote.value > 0} == ({name} if name is not None else set())
    )


# The fields


def _listed(status: StatusFile, entry: Entry, new: Sequence[int]) -> Iterator[TextEdit]:
    """The revisions in the trunk field, in the form of its last one."""
    text = status.source.text
    last = _last(text, entry)
    if last is None:
        if not entry.branch.merges:
            yield _field(status, entry, new)
        return
    start, end = last
    word = next(found for found in _TOKEN.finditer(text, text.rfind("\n", 0, start) + 1) if found.end() >= end)
    if not word[0].lstrip("<(").startswith("http"):
        mark = "r" if text[start - 1] == "r" else ""
        yield TextEdit(end, end, "".join(f", {mark}{number}" for number in new))
        return
    line = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop - text[:stop].endswith("\r")
    pad = re.sub(r"\S", " ", text[line : word.start()])
    url = word[0].rstrip(",;.)")
    head, tail = url[: start - word.start()], url[end - word.start() :]
    yield TextEdit(stop, stop, "".join(f"{edit.newline(text)}{pad}{head}{number}{tail}" for number in new))


def _last(text: str, entry: Entry) -> tuple[int, int] | None:
    """Where the last revision is that the trunk field names outside of commands."""
    found: list[tuple[int, int]] = []
    for part in entry.parts:
        if part.kind != "trunk":
            continue
        label = text.find(":", part.span.start) + 1
        content = words.without_commands(text[label : part.span.end])
        places = list(words.places(content))
        places = places or [match.span() for match in _BARE.finditer(content) if int(match[0]) in entry.trunk]
        found += [(label + start, label + end) for start, end in places]
    return max(found, default=None)


def _field(status: StatusFile, entry: Entry, new: Sequence[int]) -> TextEdit:
    """A trunk field of its own, below the title."""
    text = status.source.text
    line = edit.newline(text)
    at = entry.parts[0].span.end
    indent = edit.indent(text, next((part for part in entry.parts[1:] if part.kind != "text"), None))
    rows = [f"{indent}{_LABEL}", *(f"{indent}   https://svn.apache.org/r{number}" for number in new)]
    if text[:at].endswith("\n"):
        return TextEdit(at, at, "".join(f"{row}{line}" for row in rows))
    return TextEdit(at, at, "".join(f"{line}{row}" for row in rows))


def _commands(status: StatusFile, entry: Entry, new: Sequence[int]) -> Iterator[TextEdit]:
    """The revisions in the entry's last merge command."""
    text = status.source.text
    ends = [
        part.span.start + end
        for part in entry.parts
        if part.kind in ("trunk", "branch")
        for end in words.commands(text[part.span.start : part.span.end])
    ]
    if ends:
        mark = "r" if re.search(r"r\d+\Z", text[: ends[-1]]) else ""
        yield TextEdit(ends[-1], ends[-1], "".join(f",{mark}{number}" for number in new))


# The votes


def _reset(status: StatusFile, entry: Entry, new: Sequence[int], name: str | None, remarks: bool) -> Iterator[TextEdit]:
    """All votes for it go; an empty line for new ones stays; a note says whose votes went."""
    text = status.source.text
    gone: list[Vote] = []
    for part in entry.parts:
        there = [vote for vote in edit.votes(entry, part) if vote.value > 0]
        if not there:
            continue
        content = text[part.span.start : part.span.end]
        end = content[len(content.rstrip("\r\n")) :]
        yield TextEdit(*part.span, "" if gone else f"{edit.indent(text, part)}+1:{end}")
        gone += there
    yield _note(status, entry, new, name, [vote for vote in gone if vote.name != name], remarks)


def _note(
    status: StatusFile, entry: Entry, new: Sequence[int], name: str | None, gone: Sequence[Vote], remarks: bool
) -> TextEdit:
    text = status.source.text
    line = edit.newline(text)
    fields = [part for part in entry.parts if part.kind in ("trunk", "branch", "vote", "comment")]
    indent = edit.indent(text, _own(fields))
    said = f"{name or 'Note'}: added {', '.join(f'r{number}' for number in new)}"
    if gone:
        people = (f"{vote.name} ({vote.remark})" if vote.remark and remarks else vote.name for vote in gone)
        said += f"; please vote again: {', '.join(dict.fromkeys(people))}"
    rows = textwrap.wrap(
        said,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    end = entry.span.end
    if text[:end].endswith("\n"):
        return TextEdit(end, end, "".join(f"{row}{line}" for row in rows))
    return TextEdit(end, end, "".join(f"{line}{row}" for row in rows))


def _own(fields: Sequence[Part]) -> Part | None:
    """The field that a note is aligned with: the last vote, or else the first field."""
    return next((part for part in reversed(fields) if part.kind == "vote"), fields[0] if fields else None)
