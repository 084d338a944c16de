"""What to do next with revisions that were checked, in words and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hpatch.backport.check.answer import Advice, Check, Need
from hpatch.report.common.terminal import visible

_NEEDS: dict[Need, str] = {
    "lines": "for missing lines",
    "names": "for missing names",
    "files": "for missing files",
    "followed": "followed up or repaired by it",
    "follows": "follow-ups and repairs",
    "reverts": "take it back",
}
_MOST = 8
"""How many revisions to look at are named."""
_GOES = {
    "works": "; together they merge",
    "modulo": "; together they merge",
    "patch": "; together they do not merge as they are",
}


def advice(answer: Check) -> Iterator[str]:
    """The advice, line by line: what to do, and then which revisions are added why. Nothing where there is none."""
    one = answer.advice
    if one is None:
        return
    yield f"Next: {_first(answer, one)}"
    for need, words in _NEEDS.items():
        some = [each.revision.name for each in one.added if each.need == need]
        if some:
            yield f"  {words}: {', '.join(some)}"
    if one.look:
        more = f" and {len(one.look) - _MOST} more" if len(one.look) > _MOST else ""
        names = ", ".join(each.name for each in one.look[:_MOST])
        yield f"  look also at later changes to its lines: {names}{more}"


def _first(answer: Check, one: Advice) -> str:
    """What to do."""
    onto, trunk = visible(answer.onto.name), visible(answer.trunk.name)
    revisions = ",".join(each.name for each in one.revisions)
    if one.do == "reverted":
        has = "" if one.revisions else f"; {onto} has it"
        return f"find out why {trunk} took it back{has}"
    if one.do in ("propose", "together"):
        return f"propose {revisions}{_GOES[one.verdict or 'works'] if one.do == 'together' else ''}"
    if one.do == "check":
        lacks = f", which {onto} lacks" if answer.verdict == "there" else ""
        goes = _GOES.get(one.verdict or "", "") if len(one.revisions) > 1 else ""
        return f"check {revisions}{lacks}{goes}"
    if one.do == "patch":
        return f"make a patch for {onto} by hand; hpatch backport propose {revisions} --at URL then proposes it"
    return f"nothing; {onto} has it" if answer.verdict == "there" else f"nothing; {onto} has none of its files"


def data(one: Advice) -> dict[str, Any]:
    """The advice as data."""
    return {
        "do": one.do,
        "revisions": [each.name for each in one.revisions],
        "added": [{"name": each.revision.name, "need": each.need} for each in one.added],
        "verdict": one.verdict,
        "look": [each.name for each in one.look],
    }
