"""What was checked of a proposal, in words for those who are to vote on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from hpatch.backport.check.answer import Check, Followup
from hpatch.backport.history.revisions import Revision
from hpatch.backport.proposal.proposal import Proposal
from hpatch.backport.proposal.title import summary
from hpatch.backport.status.model import WANTED
from hpatch.records import NamedTuple

Result = Literal["yes", "no", "note", "unknown"]
"""`yes`: as it should be. `no`: it is not. `note`: for people to judge. `unknown`: it was not tried."""

_SAID = {
    "fix": "{} fixes {}",
    "revert": "{} takes {} back",
    "follow-up": "{} follows up {}",
    "mention": "{} mentions {}",
}
_SHOWN = 5
"""Conflicts that are named."""


class Evidence(NamedTuple):
    """Something that was checked, what came of it, and a sentence on it."""

    what: str
    result: Result
    text: str


def gather(proposal: Proposal, place: str) -> Iterator[Evidence]:
    """What making the proposal has shown. `place` is the branch's state in words (`2.4.x at r1605638`)."""
    yield _applies(proposal, place)
    answer = proposal.check
    gone = [one for one in answer.merged if one not in proposal.revisions]
    if gone and proposal.revisions:
        yield Evidence("merged", "note", f"{_names(gone)} left out: {place} has it already")
    yield from _prerequisites(answer)
    yield from _followups(answer.followups)
    if answer.headers:
        verb = "changes" if len(answer.headers) == 1 else "change"
        text = f"{', '.join(answer.headers)} {verb}, and include/ap_mmn.h does not: is a minor bump due?"
        yield Evidence("MMN", "note", text)
    yield from _votes(proposal)


def _applies(proposal: Proposal, place: str) -> Evidence:
    answer = proposal.check
    if answer.verdict in ("there", "absent") or (proposal.way == "open" and not answer.conflicts):
        return Evidence("applies", "no", proposal.unmade)
    if answer.verdict == "patch":
        some = [f"{one.path}:{one.line or '?'} ({one.reason})" for one in answer.conflicts[:_SHOWN]]
        more = len(answer.conflicts) - len(some)
        return Evidence("applies", "no", f"not on {place}: {'; '.join(some)}{f' and {more} more' if more > 0 else ''}")
    if proposal.way == "patch":
        return Evidence(
            "applies", "yes", f"by a patch of the branch's own on {place}: svn merge may stop at a conflict"
        )
    but = f", but for {', '.join(proposal.modulo)}" if proposal.modulo else ""
    return Evidence("applies", "yes", f"a three-way merge on {place} has no conflict{but}")


def _prerequisites(answer: Check) -> Iterator[Evidence]:
    leans = [one for one in answer.antecedents if one.missing]
    for name in answer.lacking:
        by = "" if name.supplier is None else f" (trunk has it from {name.supplier.name})"
        text = f"{name.path} uses {name.name}, which the branch does not have{by}: it would not compile"
        yield Evidence("prerequisites", "no", text)
    for one in leans:
        said = _SAID[one.said].format(one.by.name, one.revision.name)
        yield Evidence("prerequisites", "no", f"{said}, which the branch lacks: {summary(one.revision.message)}")
    if answer.verdict != "patch":
        if not leans and not answer.lacking:
            yield Evidence("prerequisites", "yes", "none is missing: all lines that it changes are there")
        return
    search = answer.search
    if search is not None and search.found:
        yield Evidence("prerequisites", "no", f"with {_names(search.found)} before it, it merges")
        return
    missing = [one for one in answer.prerequisites if one.missing]
    if missing:
        names = _names([one.revision for one in missing[:_SHOWN]])
        yield Evidence("prerequisites", "note", f"lines that it expects are from {names}, which the branch lacks")
    else:
        yield Evidence("prerequisites", "note", "no known revision would make it merge")


def _followups(followups: Sequence[Followup]) -> Iterator[Evidence]:
    open_ = [one for one in followups if not one.merged and not one.asked]
    for one in open_:
        if one.said is not None:
            text = f"{_SAID[one.said].format(one.revision.name, one.of.name)}: {summary(one.revision.message)}"
            yield Evidence("follow-ups", "no" if one.said in ("fix", "revert") else "note", text)
        elif one.belongs:
            yield Evidence(
                "follow-ups", "note", f"{one.revision.name} goes on with {one.of.name}: {summary(one.revision.message)}"
            )
    silent = [one.revision for one in open_ if one.said is None and not one.belongs]
    if silent:
        yield Evidence("follow-ups", "note", f"lines of it were changed on trunk later, in {_names(silent)}")
    if not open_:
        yield Evidence("follow-ups", "yes", "none is missing")


def _votes(proposal: Proposal) -> Iterator[Evidence]:
    exemption = proposal.exemption
    if exemption is None:
        return
    if exemption.whole:
        yield Evidence("votes", "yes", f"needs none: {', '.join(exemption.areas)} is exempt from review on the branch")
    else:
        yield Evidence("votes", "unknown", f"needs {WANTED} +1")


def _names(revisions: Sequence[Revision]) -> str:
    names = [one.name for one in revisions]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
