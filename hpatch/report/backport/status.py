"""The proposals in STATUS (`hpatch.status/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from hpatch.backport.status.file import Entry, Needs, StatusFile
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap


@dataclass(frozen=True, kw_only=True)
class StatusReport:
    """A STATUS file. `since` has the dates (ISO 8601) of the entries for which the history was asked."""

    schema: ClassVar[str] = "hpatch.status/1"
    status: StatusFile
    since: Mapping[Entry, str | None]
    today: date

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def _text(report: StatusReport, width: int | None, color: bool) -> Iterator[str]:
    status, since, today = report.status, report.since, report.today
    if not status.entries:
        yield f"{visible(status.source.name)}: no proposals"
    first, count = True, 1
    digits = len(str(len(status.entries)))
    for section in status.sections:
        if not section.entries:
            continue
        if not first:
            yield ""
        first = False
        yield from (paint(line, "bold", color) for line in wrap(visible(section.title), width, 2))
        rows = [
            (
                f"{number:{digits}} {one.title}",
                f"line {one.line}",
                _votes(one),
                needed(one.needs),
                _age(since.get(one), today),
            )
            for number, one in enumerate(section.entries, count)
        ]
        count += len(rows)
        yield from table(("proposal", "place", "votes", "needs", "age"), rows, width, color, indent=2)


def _votes(entry: Entry) -> str:
    weights = dict.fromkeys(vote.weight for vote in entry.votes)
    return "\n".join(
        f"{weight}: {', '.join(vote.name for vote in entry.votes if vote.weight == weight)}" for weight in weights
    )


def needed(needs: Needs) -> str:
    """In words."""
    words = [f"{needs.votes} more +1"] if needs.votes else []
    if needs.vetoes:
        words.append(f"no veto ({', '.join(needs.vetoes)})")
    return ", ".join(words) or "nothing"


def _age(since: str | None, today: date) -> str:
    if since is None:
        return ""
    days = (today - date.fromisoformat(since[:10])).days
    return "1 day" if days == 1 else f"{max(days, 0)} days"


def _data(report: StatusReport) -> dict[str, Any]:
    status = report.status
    return {
        "file": status.source.name,
        "exempt": list(status.exempt),
        "entries": [entry_data(one, report.since.get(one)) for one in status.entries],
    }


def entry_data(one: Entry, since: str | None) -> dict[str, Any]:
    """An entry; `since` when it is there, where that is known."""
    branch = one.branch
    return {
        "section": one.section,
        "kind": one.kind,
        "title": one.title,
        "trunk": list(one.trunk),
        "branch": {
            "text": branch.text,
            "merges": list(branch.merges),
            "patches": list(branch.patches),
            "pulls": list(branch.pulls),
            "works": branch.works,
            "modulo": branch.modulo,
        },
        "votes": [
            {"weight": vote.weight, "value": vote.value, "name": vote.name, "remark": vote.remark} for vote in one.votes
        ],
        "comments": [{"name": comment.name, "text": comment.text} for comment in one.comments],
        "needs": {"votes": one.needs.votes, "vetoes": list(one.needs.vetoes)},
        "since": since,
        "line": one.line,
    }
