"""What a package's changelog claims."""

from __future__ import annotations

import re

from hpatch.advise.packages.package import Package, upstream
from hpatch.advise.vendor.order import compare
from hpatch.advise.vendor.statement import ChangelogEntry, VendorEvidence
from hpatch.facts.problems import KnownProblem
from hpatch.lint.answers import ProblemAnswer, Verdict

_UNDONE = re.compile(
    r"\b(revert|back(ed|ing)? out|drop|disabl|remov|incomplete|not (yet )?(fix|affect|vulnerable)|introduc|unfixed)",
    re.I,
)


def judge(problem: KnownProblem, package: Package, evidence: VendorEvidence) -> ProblemAnswer | None:
    """What the changelog claims of a problem; None: it does not name it up to this version.

    A claim is not believed if its entry or a later one brings a new upstream version that has the problem: the new code
    replaces what the claim speaks of. The same holds for an entry that speaks of taking a fix back.
    """
    order = package.vendor.order
    entries = [one for one in evidence.entries if compare(one.version, package.version, order) in (-1, 0)]
    named = _naming(problem.id)
    newest = next((at for at, one in enumerate(entries) if named.search(one.text)), None)
    if newest is None:
        return None
    claim = entries[newest]
    if not any(compare(one.version, package.version, order) == 0 for one in entries):
        return _answer(problem, package, evidence, "unknown", f"it ends before {package.version}")
    brought = next((one for at, one in enumerate(entries[: newest + 1]) if _brings(problem, entries, at)), None)
    if brought is not None:
        number = upstream(brought.version)
        return _answer(
            problem,
            package,
            evidence,
            "unknown",
            f"{brought.version} brings httpd {number}, which has the problem as published",
        )
    if any(_UNDONE.search(line) for line in _paragraphs(claim.text) if named.search(line)):
        return _answer(problem, package, evidence, "unknown", "the entry may speak of taking the fix back")
    return ProblemAnswer(
        problem=problem.id,
        verdict="fixed by the vendor",
        because=f"The package's changelog claims a fix in {claim.version}.",
        source=evidence.changelog,
        reference=package.vendor.reference(problem.id),
        fixed=claim.version,
        claim=True,
    )


def _naming(problem: str) -> re.Pattern[str]:
    """How a changelog names a problem: `CVE-2021-44224`, `PR 57968`, `PR#57968`."""
    words = "[ #:]{1,2}".join(map(re.escape, problem.split()))
    return re.compile(rf"(?<![\w-]){words}(?!\w)", re.I)


def _brings(problem: KnownProblem, entries: list[ChangelogEntry], at: int) -> bool:
    """Whether an entry brings another upstream version, one that has the problem."""
    number = upstream(entries[at].version)
    before = upstream(entries[at + 1].version) if at + 1 < len(entries) else None
    return number is not None and number != before and problem.affects(number)


def _paragraphs(text: str) -> list[str]:
    """The items of an entry, each in one line."""
    return [" ".join(item.split()) for item in re.split(r"^\s*[-*+] ", text, flags=re.M)]


def _answer(
    problem: KnownProblem, package: Package, evidence: VendorEvidence, verdict: Verdict, why: str
) -> ProblemAnswer:
    return ProblemAnswer(
        problem=problem.id,
        verdict=verdict,
        because=f"The package's changelog names {problem.id}, but {why}.",
        source=evidence.changelog,
        reference=package.vendor.reference(problem.id),
        claim=True,
    )
