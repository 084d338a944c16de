"""Whether one httpd has a known problem: the answer, with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from hpatch.advise.httpd import TargetHttpd
from hpatch.advise.vendor import advisories, changelog
from hpatch.advise.vendor.statement import Statement
from hpatch.facts.problems import KnownProblem, everything
from hpatch.lint.answers import Build, ProblemAnswer
from hpatch.patch.sets.model import PatchSet


def build(httpd: TargetHttpd, evidence: Sequence[Statement] = ()) -> Build | None:
    """The answers for every known problem of a vendor's build; None for an httpd as published: its number tells."""
    if httpd.vendor is None:
        return None
    return _answers(httpd, evidence)


def build_of_tree(httpd: TargetHttpd, root: Path, sets: Iterable[PatchSet]) -> Build:
    """The answers for every known problem of the httpd that a source tree would become (`hpatch.advise.httpd.of_tree`).

    What was applied in the tree counts, and each of the sets that `presences` finds in its code. Raises InputError.
    """
    from hpatch.build.trees.presence import presences
    from hpatch.build.trees.source import open_tree
    from hpatch.patch.apply import stack

    here = presences(open_tree(root), stack.load(root), sets)
    shown = {one.set.id for one in here if one.there and one.by == "code"}
    return _answers(httpd._replace(applied=httpd.applied | shown), ())


def _answers(httpd: TargetHttpd, evidence: Sequence[Statement]) -> Build:
    answers = {known.id: assess(known, httpd, evidence) for known in everything()}
    return Build(name=httpd.title, answers=answers)


def assess(problem: KnownProblem, httpd: TargetHttpd, evidence: Sequence[Statement] = ()) -> ProblemAnswer:
    """Whether an httpd has a problem.

    An httpd as published is judged by its number and by what is applied in it, the patches of a Debian package's source
    included, as far as its changelog names them. A vendor's build is judged by the best
    evidence: the vendor's advisories (`evidence`), then a number past the problem's range, then the package's
    changelog. Without any of them the answer is `unknown`: the number alone never makes a vendor's build affected.
    """
    if httpd.vendor is None:
        return _published(problem, httpd)
    if httpd.package is not None:
        told = advisories.judge(problem.id, httpd.package, evidence)
        # An advisory that knows no first version calls every older one affected.
        if told is not None and not (told.vague and httpd.version is not None and not problem.affects(httpd.version)):
            return told.answer
    by_number = _by_number(problem, httpd)
    if by_number is not None:
        return by_number
    if httpd.package is not None:
        claimed = changelog.judge(problem, httpd.package)
        if claimed is not None:
            return claimed
    return ProblemAnswer(
        problem=problem.id,
        verdict="unknown",
        because=_not_told(problem, httpd),
        source=httpd.source,
        reference=httpd.vendor.reference(problem.id),
    )


def _published(problem: KnownProblem, httpd: TargetHttpd) -> ProblemAnswer:
    version = httpd.version
    cures = sorted(httpd.applied.intersection((problem.id, *problem.sets)))
    fixed = "" if problem.fixed is None else str(problem.fixed)
    if cures:
        return ProblemAnswer(
            problem=problem.id,
            verdict="not affected",
            because=f"The tree has {cures[0]}.",
            source=httpd.source,
            fixed=fixed,
        )
    claimed = changelog.judge(problem, httpd.patched) if httpd.patched is not None else None
    if claimed is not None and claimed.verdict == "fixed by the vendor":
        return claimed
    if version is None:
        return ProblemAnswer(
            problem=problem.id,
            verdict="unknown",
            because="httpd's version is not known.",
            source=httpd.source,
            fixed=fixed,
        )
    here = problem.affects(version)
    if httpd.development and here is not problem.affects(version._replace(patch=version.patch - 1)):
        return ProblemAnswer(
            problem=problem.id,
            verdict="unknown",
            because=f"The tree is on the way to {version}, and that is the release that differs.",
            source=httpd.source,
            fixed=fixed,
        )
    return ProblemAnswer(
        problem=problem.id,
        verdict="affected" if here else "not affected",
        because=f"httpd {version} as published {'has' if here else 'does not have'} it.",
        source=problem.source,
        fixed=fixed,
    )


def _by_number(problem: KnownProblem, httpd: TargetHttpd) -> ProblemAnswer | None:
    """The answer for a vendor's build whose number is past the problem's range; None: the number does not tell.

    A number before the range does not: Red Hat's 2.4.37 had CVE-2020-13950, which came with 2.4.41, because Red Hat
    brought a change of that release into its own.
    """
    version, vendor = httpd.version, httpd.vendor
    if version is None or vendor is None or problem.part in vendor.apart:
        return None
    if problem.fixed is None or version < problem.fixed:
        return None
    return ProblemAnswer(
        problem=problem.id,
        verdict="not affected",
        because=f"httpd has been without it since {problem.fixed}.",
        source=problem.source,
        reference=vendor.reference(problem.id),
        fixed=str(problem.fixed),
    )


def _not_told(problem: KnownProblem, httpd: TargetHttpd) -> str:
    assert httpd.vendor is not None
    name = httpd.vendor.name
    if problem.part in httpd.vendor.apart:
        return f"{name} has mod_{problem.part} in a package of its own, whose version is not known."
    if httpd.version is None:
        return "httpd's version is not known."
    if not problem.affects(httpd.version):
        return (
            f"httpd {httpd.version} as published does not have it; {name} may have brought what has it into its build."
        )
    lacking = "" if httpd.package is not None else " without the package's version"
    return f"httpd {httpd.version} as published has it;{lacking} nothing tells whether {name} has mended it."
