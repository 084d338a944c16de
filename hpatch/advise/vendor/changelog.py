"""What a package's changelog claims."""

from __future__ import annotations

import re

from hpatch.advise.packages.package import ChangelogEntry, Package, upstream
from hpatch.advise.vendor.order import compare
from hpatch.facts.problems import KnownProblem
from hpatch.lint.answers import ProblemAnswer, Verdict

_UNDONE = re.compile(
    r"^(drop|remov|disabl)|\b(revert(s|ed|ing)?|back(s|ed|ing)? out|unfixed|incomplete|not (yet )?(fixed|affected))\b",
    re.I,
)


def judge(problem: KnownProblem, package: Package) -> ProblemAnswer | None:
    """What the changelog claims of a problem; None: it does not name it up to this version.

    A claim is not believed if its entry or a later one brings a new upstream version that has the problem: the new code
    replaces what the claim speaks of. The same holds for an entry that speaks of taking a fix back.
    """
    order = package.vendor.order
    entries, whole = list(package.entries), True
    if order != "rpm":  # whose changelog is part of the package, with versions that lack its last words
        compared = [(compare(one.version, package.version, order), one) for one in entries]
        entries = [one for result, one in compared if result in (-1, 0)]
        whole = any(result == 0 for result, _ in compared)
    number = re.search(r"\d[\d-]*$", problem.id)
    if number is None:
        return None
    named = _naming(problem.id)
    # A pattern takes its time, and there are hundreds of problems.
    newest = next((at for at, one in enumerate(entries) if number[0] in one.text and named.search(one.text)), None)
    if newest is None:
        return None
    claim = entries[newest]
    if not whole:
        return _answer(problem, package, "unknown", f"it ends before {package.version}")
    brought = next((one for at, one in enumerate(entries[: newest + 1]) if _brings(problem, entries, at)), None)
    if brought is not None:
        return _answer(
            problem,
            package,
            "unknown",
            f"{brought.version} brings httpd {upstream(brought.version)}, which has the problem as published",
        )
    if any(_UNDONE.search(line) for line in _paragraphs(claim.text) if named.search(line)):
        return _answer(problem, package, "unknown", "the entry may speak of taking the fix back")
    return ProblemAnswer(
        problem=problem.id,
        verdict="fixed by the vendor",
        because=f"The package's changelog claims a fix in {claim.version or 'an earlier version'}.",
        source=package.changelog,
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
    """The items of an entry, each in one line, without what marks it."""
    return [" ".join(item.split()) for item in re.split(r"^\s*[-*+] ", text, flags=re.M)]


def _answer(problem: KnownProblem, package: Package, verdict: Verdict, why: str) -> ProblemAnswer:
    return ProblemAnswer(
        problem=problem.id,
        verdict=verdict,
        because=f"The package's changelog names {problem.id}, but {why}.",
        source=package.changelog,
        reference=package.vendor.reference(problem.id),
        claim=True,
    )
