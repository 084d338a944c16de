"""Checks of revisions, and revisions, as data: what the JSON of several commands has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hpatch.backport.check.answer import Check, Conflict, Followup, Search
from hpatch.backport.history.revisions import Merge, Revision
from hpatch.report.backport import advice as backport_advice
from hpatch.report.common.json import lines


def data(answer: Check) -> dict[str, Any]:
    """The answer as data, without its schema's name."""
    known = dict(answer.merges)
    return {
        "onto": answer.onto._asdict(),
        "trunk": answer.trunk._asdict(),
        "verdict": answer.verdict,
        "modulo": list(answer.modulo),
        "revisions": [
            {**revision(one), "merged": one in answer.merged, "merges": merged_data(known.get(one, ()))}
            for one in answer.revisions
        ],
        "files": [{"path": one.path, "state": one.state, "reason": one.reason} for one in answer.files],
        "conflicts": [_conflict_data(one) for one in answer.conflicts],
        "prerequisites": [
            {
                **revision(one.revision),
                "merges": merged_data(one.merges),
                "missing": one.missing,
                "older": one.older,
                "helps": one.helps,
                "lines": one.lines,
            }
            for one in answer.prerequisites
        ],
        "search": None if answer.search is None else _search_data(answer.search),
        "followups": [followup_data(one) for one in answer.followups],
        "antecedents": [
            {**revision(one.revision), "by": one.by.name, "said": one.said, "merged": one.merged, "asked": one.asked}
            for one in answer.antecedents
        ],
        "lacking": [
            {
                **one._asdict(),
                "revision": one.revision.name,
                "supplier": None if one.supplier is None else one.supplier.name,
            }
            for one in answer.lacking
        ],
        "headers": list(answer.headers),
        "advice": None if answer.advice is None else backport_advice.data(answer.advice),
    }


def followup_data(one: Followup) -> dict[str, Any]:
    """A later revision as data."""
    return {
        **revision(one.revision),
        "of": one.of.name,
        "said": one.said,
        "repairs": one.repairs,
        "belongs": one.belongs,
        "merged": one.merged,
        "asked": one.asked,
    }


def revision(one: Revision) -> dict[str, Any]:
    """A revision as data."""
    return {
        "name": one.name,
        "number": one.number,
        "commit": one.commit,
        "author": one.author,
        "date": one.date,
        "subject": one.subject,
    }


def merged_data(found: Sequence[Merge]) -> list[dict[str, Any]]:
    """Merges as data."""
    return [
        {
            "name": one.revision.name,
            "commit": one.revision.commit,
            "date": one.revision.date,
            "partial": one.partial,
            "undone": None if one.undone is None else one.undone.name,
        }
        for one in found
    ]


def _conflict_data(one: Conflict) -> dict[str, Any]:
    return {
        "revision": one.revision.name,
        "path": one.path,
        "line": one.line,
        "reason": one.reason,
        "expected": lines(one.expected),
        "found": lines(one.found),
        "suppliers": list(one.suppliers),
        "own": list(one.own),
    }


def _search_data(search: Search) -> dict[str, Any]:
    found = None if search.found is None else [one.name for one in search.found]
    return {**search._asdict(), "found": found}
