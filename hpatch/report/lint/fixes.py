"""What was fixed, what was not and why, and what could be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hpatch.lint.fixes.difference import unified
from hpatch.report.common.json import at
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible, wrap

if TYPE_CHECKING:
    from hpatch.lint.finding import Finding
    from hpatch.lint.fixes.offer import Offer
    from hpatch.lint.fixes.passes import Fixing, Left
    from hpatch.report.lint.text import Detail

_SHOWN = 3
_DUMPED = "what httpd printed of its configuration is not the text of its files"


def offered(offer: Offer, page: Page) -> Iterator[str]:
    """How many findings could be fixed, in one line; nothing if none could."""
    some, more = len(offer.fixable), offer.more
    if some:
        rest = f", {more} more with --unsafe-fixes" if more else ""
        yield from _wrapped(f"[*] {some} fixable with --fix{rest}.", page)
    elif more:
        yield from _wrapped(f"{more} fixable with --fix --unsafe-fixes.", page)


def told(fixing: Fixing, page: Page, detail: Detail, *, made: bool = True) -> Iterator[str]:
    """How many findings were fixed and how many remain, and why fixes were left out; without `made`, would be."""
    if detail == "findings":
        return
    if detail == "all":
        for finding in fixing.fixed:
            yield from _wrapped(f"{'Fixed' if made else 'Would fix'} {_one(finding)}: {_title(finding)}", page, 4)
    reasons: dict[str, list[Left]] = {}
    for left in fixing.left:
        reasons.setdefault(left.reason, []).append(left)
    for reason, lefts in reasons.items():
        shown = [_one(left.finding) for left in (lefts if detail == "all" else lefts[:_SHOWN])]
        more = f" and {len(lefts) - len(shown)} more (-v lists them)" if len(lefts) > len(shown) else ""
        yield from _wrapped(f"Not fixed, because {reason}: {', '.join(shown)}{more}.", page)
    for name in fixing.result.dumped:
        yield from _wrapped(f"{visible(name)} has no fixes, because {_DUMPED}.", page)
    yield from _wrapped(_summary(fixing, made=made), page)


def _summary(fixing: Fixing, *, made: bool) -> str:
    known = fixing.result.compared
    remain = len(fixing.result.findings)
    if known is not None and known.written:  # what the new baseline has was to be fixed, too
        remain += len(known.known)
    more = f" ({fixing.more} with --unsafe-fixes)" if fixing.more else ""
    files = f" in {count(len(fixing.files), 'file')}" if fixing.files else ""
    rest = f"{remain} {'remains' if remain == 1 else 'remain'}" if made else f"{remain} would remain"
    return f"{len(fixing.fixed)} {'fixed' if made else 'would be fixed'}{files}, {rest}{more}."


def _one(finding: Finding) -> str:
    return f"{visible(finding.place.file)}:{finding.place.line} {finding.rule.code}"


def _title(finding: Finding) -> str:
    return "" if finding.fix is None else visible(finding.fix.title)


def _wrapped(text: str, page: Page, indent: int = 2) -> Iterator[str]:
    for line in wrap(text, page.width, indent):
        yield paint(line, "dim", page.color)


def data(fixing: Fixing, *, made: bool) -> dict[str, Any]:
    """For programs; `diff` is what the files change by, or would."""
    return {
        "made": made,
        "fixed": [_data(finding) for finding in fixing.fixed],
        "left": [{**_data(left.finding), "reason": left.reason} for left in fixing.left],
        "dumped": list(fixing.result.dumped),
        "unsafe": fixing.more,
        "files": [file.name for file in fixing.files],
        "diff": "".join(line for file in fixing.files for line in unified(file.name, file.before, file.after)),
    }


def _data(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "rule": finding.rule.code,
        "name": finding.rule.name,
        "message": finding.message,
        **at(finding.place),
        "title": "" if fix is None else fix.title,
        "safe": fix is not None and fix.safe,
    }
