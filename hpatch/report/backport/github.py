"""A proposal as a pull request: its title in the first line, a blank line, and its body in GitHub's Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from hpatch.backport.history.revisions import Revision
from hpatch.backport.proposal.proposal import UNKNOWN
from hpatch.backport.proposal.title import summary
from hpatch.report.backport.proposal import ProposalReport
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@!])")
_LONGEST = 200
"""Columns of the revisions' names in a title: GitHub takes one of 256."""
_WORDS = {"yes": "yes", "no": "**no**", "note": "to judge", "unknown": "open"}


def form(answer: ProposalReport, page: Page) -> Iterable[str]:
    """Title and body."""
    return ("".join(f"{visible(line.expandtabs())}\n" for line in _lines(answer)),)


def _lines(answer: ProposalReport) -> Iterator[str]:
    one = answer.proposal
    yield f"Merge {_names(one.revisions)} from {one.check.trunk.branch}"
    yield ""
    yield f"**{_escaped(one.title)}**"
    yield ""
    yield f"Merges these revisions of trunk to {_escaped(one.branch)}:"
    yield ""
    for each in one.revisions:
        place = each.commit if each.number is None else f"https://svn.apache.org/{each.name}"
        yield f"- {place} {_escaped(summary(each.message))} ({_escaped(each.author)}, {each.date[:10]})"
    yield ""
    if one.way in ("works", "modulo"):
        yield from _fenced(one.merge)
        yield ""
    yield "### Entry for STATUS"
    yield ""
    yield from _fenced(one.entry)
    yield ""
    if UNKNOWN in one.entry:
        command = f"hpatch backport propose {','.join(each.name for each in one.revisions)} --at URL"
        yield f"The patch is this pull request: `{command}`, with its URL, writes the entry."
        yield ""
    if one.note.origin == "trunk":
        yield f"### Entry for CHANGES{'' if one.note.path in (None, 'CHANGES') else f' ({_escaped(one.note.path)})'}"
        yield ""
        yield from _fenced(one.note.text)
        yield ""
    yield f"### Checked on {_escaped(answer.place)}"
    yield ""
    yield "| | | |"
    yield "|---|---|---|"
    yield from (f"| {each.what} | {_WORDS[each.result]} | {_escaped(each.text)} |" for each in answer.evidence)


def _names(revisions: Sequence[Revision]) -> str:
    """All, or the first and how many more."""
    first, *more = (each.name for each in revisions)
    every = ", ".join((first, *more))
    return every if len(every) <= _LONGEST else f"{first} and {len(more)} more revisions"


def _fenced(text: str) -> Iterator[str]:
    ticks = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, ticks + 1)
    yield f"{fence}text"
    yield from text.rstrip("\n").split("\n")
    yield fence


def _escaped(text: str) -> str:
    """Text that is no markup, in one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
