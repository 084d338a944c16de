"""This configuration, on this httpd: which known problems it meets, and what is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hpatch.advise.answer import assess, build
from hpatch.advise.cures import Cure, CureTrial
from hpatch.advise.httpd import TargetHttpd
from hpatch.advise.places import MetProblem, find, wanted
from hpatch.advise.uwsgi import TargetUwsgi
from hpatch.advise.vendor.statement import Statement
from hpatch.facts.problems import KnownProblem, everything
from hpatch.lint.answers import ProblemAnswer
from hpatch.lint.engine import LintResult, Root
from hpatch.text import Place


class Advised(NamedTuple):
    """A problem that the configuration meets: whether this httpd has it, and the sets that cure it, the best first."""

    problem: KnownProblem
    answer: ProblemAnswer
    places: tuple[Place, ...]
    cures: tuple[Cure, ...] = ()

    @property
    def cure(self) -> Cure | None:
        """The set to apply; None where none goes in, or it is not known."""
        return next((one for one in self.cures if one.state == "applies"), None)


class UwsgiAdvice(NamedTuple):
    """The problems of the uWSGI behind httpd that the configuration meets, as `HttpdAdvice` has httpd's."""

    uwsgi: TargetUwsgi
    here: tuple[Advised, ...]
    unknown: tuple[Advised, ...]
    gone: tuple[Advised, ...]
    known: int


class HttpdAdvice(NamedTuple):
    """What is to be done. All problems that the configuration meets are in one of `here`, `unknown` and `gone`.

    `sets` are those that cure problems in the given tree, with all that they need, in the order of applying;
    `asked` those among them that a problem names. `clash` says why they do not go in together, and is empty where they
    do. `known` is how many problems of httpd were looked for, `ignored` how many were not, for the user ignores their
    rules. `uwsgi` is None if it is not known which uWSGI gets the requests.
    """

    httpd: TargetHttpd
    here: tuple[Advised, ...]
    unknown: tuple[Advised, ...]
    gone: tuple[Advised, ...]
    sets: tuple[str, ...]
    asked: tuple[str, ...]
    clash: str
    known: int
    read: LintResult
    uwsgi: UwsgiAdvice | None = None
    ignored: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is to be done, as far as is known."""
        return not self.here and not (self.uwsgi is not None and self.uwsgi.here) and not self.read.unread

    @property
    def undecided(self) -> bool:
        """Whether it is not known of some problem that the configuration meets whether this httpd or uWSGI has it."""
        return bool(self.unknown or (self.uwsgi is not None and self.uwsgi.unknown))

    @property
    def curable(self) -> tuple[Advised, ...]:
        """The problems that a set cures in the given tree."""
        return tuple(one for one in self.here if one.cure is not None)


class HttpdEvidence(NamedTuple):
    """Which httpd it is, what its vendor says of it, the tree that is to be patched, and which uWSGI is behind it."""

    httpd: TargetHttpd
    statements: Sequence[Statement] = ()
    trial: CureTrial | None = None
    uwsgi: TargetUwsgi | None = None


def advise(
    roots: Sequence[Root], evidence: HttpdEvidence, *, ignored: frozenset[str] = frozenset(), base: str = ""
) -> HttpdAdvice:
    """Look for known problems, and try the sets that cure them. Raises InputError for what cannot be read."""
    vendors = build(evidence.httpd, evidence.statements)
    met, read = find(roots, vendors, evidence.uwsgi, ignored=ignored, base=base)
    advised = [_advised(one, evidence) for one in met if one.problem.product == "httpd"]
    here = tuple(one for one in advised if one.answer.verdict == "affected")
    asked = tuple(dict.fromkeys(one.cure.set for one in here if one.cure is not None))
    sets, clash = evidence.trial.together(asked) if evidence.trial is not None else ((), "")
    return HttpdAdvice(
        httpd=evidence.httpd,
        here=here,
        unknown=tuple(one for one in advised if one.answer.verdict == "unknown"),
        gone=tuple(one for one in advised if one.answer.verdict not in ("affected", "unknown")),
        sets=sets,
        asked=asked,
        clash=clash,
        known=len(wanted(everything(), ignored)),
        read=read,
        uwsgi=None if evidence.uwsgi is None else _uwsgi(evidence.uwsgi, met, ignored),
        ignored=len(everything()) - len(wanted(everything(), ignored)),
    )


def _uwsgi(target: TargetUwsgi, met: Sequence[MetProblem], ignored: frozenset[str]) -> UwsgiAdvice:
    advised = [
        Advised(
            problem=one.problem,
            answer=target.assess(one.problem),
            places=one.places,
            cures=tuple(Cure(set_, "elsewhere") for set_ in one.problem.sets),
        )
        for one in met
        if one.problem.product == "uwsgi"
    ]
    return UwsgiAdvice(
        uwsgi=target,
        here=tuple(one for one in advised if one.answer.verdict == "affected"),
        unknown=tuple(one for one in advised if one.answer.verdict == "unknown"),
        gone=tuple(one for one in advised if one.answer.verdict not in ("affected", "unknown")),
        known=len(wanted(everything("uwsgi"), ignored)),
    )


def _advised(one: MetProblem, evidence: HttpdEvidence) -> Advised:
    answer = assess(one.problem, evidence.httpd, evidence.statements)
    cures: tuple[Cure, ...] = ()
    if answer.verdict in ("affected", "unknown"):
        cures = tuple(_cure(set_, evidence.trial) for set_ in one.problem.sets)
        there = next((cure for cure in cures if cure.state == "there"), None)
        if there is not None:  # whatever the number says: the code has it
            because = f"The tree has the set {there.set}: {there.why}."
            answer = answer._replace(verdict="not affected", because=because)
        elif answer.verdict == "unknown":
            lacking = next((cure for cure in cures if cure.state == "applies"), None)
            if lacking is not None:  # on the way to the release that differs: the code tells what its number does not
                because = f"The tree lacks the set {lacking.set}, which applies to it."
                answer = answer._replace(verdict="affected", because=because)
    order = ("there", "applies", "untried", "unknown", "blocked", "refused")
    return Advised(one.problem, answer, one.places, tuple(sorted(cures, key=lambda cure: order.index(cure.state))))


def _cure(id: str, trial: CureTrial | None) -> Cure:
    return Cure(id, "untried") if trial is None else trial.cure(id)
