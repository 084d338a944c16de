"""What a vendor's advisories say of a package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hpatch.advise.packages.package import Package, upstream
from hpatch.advise.vendor.order import compare
from hpatch.advise.vendor.statement import Statement
from hpatch.lint.answers import ProblemAnswer, Verdict
from hpatch.records import NamedTuple


class Told(NamedTuple):
    """An answer from advisories. `vague`: it is "affected", said only by one that knows no first version."""

    answer: ProblemAnswer
    vague: bool = False


class _Judged(NamedTuple):
    verdict: Verdict
    because: str
    statement: Statement
    vague: bool = False


def judge(problem: str, package: Package, statements: Iterable[Statement]) -> Told | None:
    """What the vendor says of a problem (its id) in a package; None: nothing."""
    concerned = [one for one in statements if one.problem == problem and _concerns(one, package)]
    by_release: dict[str, list[Statement]] = {}
    for one in concerned:
        by_release.setdefault(one.release, []).append(one)
    judged = [answer for same in by_release.values() for answer in _judged(package, same)]
    if not judged:
        return None
    first = judged[0]
    verdicts = {one.verdict for one in judged}
    if len(verdicts) > 1 and verdicts != {"not affected", "vendor says no"}:
        names = sorted({one.statement.source for one in judged})
        releases = sorted({one.statement.release for one in judged if one.statement.release})
        because = (
            f"{package.vendor.name}'s advisories differ between its releases {', '.join(releases)}, and the release is "
            "not known."
            if len(releases) > 1 and not package.release
            else f"{package.vendor.name}'s advisories contradict each other."
        )
        return Told(_answer(problem, package, "unknown", because, "; ".join(names)))
    note = f" {first.statement.note}" if first.statement.note and first.verdict == "affected" else ""
    return Told(
        _answer(
            problem,
            package,
            first.verdict,
            first.because + note,
            first.statement.source,
            first.statement.fixed,
        ),
        vague=all(one.vague for one in judged),
    )


def _answer(
    problem: str, package: Package, verdict: Verdict, because: str, source: str, fixed: str = ""
) -> ProblemAnswer:
    return ProblemAnswer(
        problem=problem,
        verdict=verdict,
        because=because,
        source=source,
        reference=package.vendor.reference(problem),
        fixed=fixed,
    )


def _concerns(one: Statement, package: Package) -> bool:
    """Whether a statement speaks of this package: of its vendor, its name, and its release, where both are known."""
    names = {package.name, *package.vendor.packages}
    return (
        one.vendor == package.vendor
        and one.package in names
        and (not one.release or not package.release or one.release == package.release)
    )


def _judged(package: Package, same: Sequence[Statement]) -> list[_Judged]:
    """What statements on one release say."""
    fixes = [one for one in same if one.says == "fixed" and one.fixed]
    found = [one for one in (_by_word(package, one) for one in same) if one is not None]
    by_fix = _by_fixes(package, fixes) if fixes else None
    if by_fix is not None:
        # A list of products may call a system affected beside the fixes for it: for those who have not taken them.
        found = [one for one in found if one.verdict != "affected" or by_fix.verdict != "affected"] + [by_fix]
    return found


def _by_word(package: Package, one: Statement) -> _Judged | None:
    name = package.vendor.name
    if one.says == "fixed":
        return None
    if one.says == "not affected":
        return _Judged("vendor says no", f"{name} says that its build does not have it.", one)
    if one.says == "undecided":
        return _Judged("unknown", f"{name} has not yet decided.", one)
    return _affected(package, one)


def _affected(package: Package, one: Statement) -> _Judged:
    name, order = package.vendor.name, package.vendor.order
    past = compare(package.version, one.last, order) if one.last else -1
    if past is None:
        return _Judged("unknown", f"{package.version} cannot be compared with {one.last}.", one)
    if past > 0:
        return _Judged("fixed by the vendor", f"{name} had it up to {one.last}.", one)
    if one.first and compare(package.version, one.first, order) == -1:
        return _Judged("vendor says no", f"{name} has it from {one.first} on.", one)
    return _Judged("affected", f"{name} says that its build has it.", one, vague=bool(one.last) and not one.first)


def _by_fixes(package: Package, fixes: Sequence[Statement]) -> _Judged:
    """Hold a version against the fixes. A vendor with several streams mends each: that of the same number counts."""
    name, order = package.vendor.name, package.vendor.order
    same = [one for one in fixes if upstream(one.fixed) == package.upstream] or list(fixes)
    compared = [(compare(package.version, one.fixed, order), one) for one in same]
    if any(result is None for result, _ in compared):
        one = next(one for result, one in compared if result is None)
        return _Judged("unknown", f"{package.version} cannot be compared with {one.fixed}.", one)
    older = [one for result, one in compared if result == -1]
    if not older:
        one = compared[0][1]
        return _Judged("fixed by the vendor", f"{name} has mended it in {one.fixed}.", one)
    if len(older) < len(compared):
        both = sorted({one.fixed for one in same})
        return _Judged(
            "unknown", f"{name} has mended it in {' and '.join(both)}, and nothing tells which one counts.", older[0]
        )
    before = [one for one in older if one.first and compare(package.version, one.first, order) == -1]
    if len(before) == len(older):
        return _Judged("vendor says no", f"{name} has it from {before[0].first} on.", before[0])
    one = older[0]
    # A fix under the package's own number tells that this number had it, in this vendor's build at least.
    vague = not one.first and upstream(one.fixed) != package.upstream
    return _Judged("affected", f"{name} has mended it in {one.fixed}.", one, vague=vague)
