"""This configuration, on this httpd: which known problems it meets, and what is to be done."""

from __future__ import annotations

from collections.abc import Sequence

from hpatch.advise.answer import assess, build
from hpatch.advise.cures import Cure, CureTrial
from hpatch.advise.httpd import TargetHttpd
from hpatch.advise.places import MetProblem, find, wanted
from hpatch.advise.uwsgi import TargetUwsgi
from hpatch.advise.vendor.statement import Statement
from hpatch.facts.problems import KnownProblem, everything
from hpatch.lint.answers import ProblemAnswer
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.root import Root
from hpatch.records import NamedTuple
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

    @property
    def there(self) -> bool:
        """Whether the tree has a set that cures it."""
        return any(one.state == "there" for one in self.cures)


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
    `asked` those among them that a problem names; `project` is whose tree it is. `clash` says why they do not go in
    together, and is empty where they do. `known` is how many problems of httpd were looked for, `ignored` how many were
    not, for the user ignores their rules. `uwsgi` is None if it is not known which uWSGI gets the requests. `silenced`
    are the problems that httpd or this uWSGI has or may have, at the places where comments silence them.
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
    project: str = "httpd"
    silenced: tuple[Advised, ...] = ()

    @property
    def met(self) -> tuple[Advised, ...]:
        """The problems that httpd, or the uWSGI behind it, has here."""
        return (*self.here, *(self.uwsgi.here if self.uwsgi is not None else ()))

    @property
    def ok(self) -> bool:
        """Whether nothing is to be done, as far as is known."""
        return not self.met and not self.read.unread

    @property
    def undecided(self) -> bool:
        """Whether it is not known of some problem that the configuration meets whether this httpd or uWSGI has it."""
        return bool(self.unknown or (self.uwsgi is not None and self.uwsgi.unknown))

    @property
    def curable(self) -> tuple[Advised, ...]:
        """The problems that a set cures in the given tree."""
        return tuple(one for one in self.met if one.cure is not None)


class HttpdEvidence(NamedTuple):
    """Which httpd it is, what its vendor says of it, the tree that is to be patched, and which uWSGI is behind it.

    `uwsgi_trial` is the tree of that uWSGI, if that is the one to be patched.
    """

    httpd: TargetHttpd
    statements: Sequence[Statement] = ()
    trial: CureTrial | None = None
    uwsgi: TargetUwsgi | None = None
    uwsgi_trial: CureTrial | None = None


def advise(
    roots: Sequence[Root], evidence: HttpdEvidence, *, ignored: frozenset[str] = frozenset(), base: str = ""
) -> HttpdAdvice:
    """Look for known problems, and try the sets that cure them. Raises InputError for what cannot be read."""
    vendors = build(evidence.httpd, evidence.statements)
    found = find(roots, vendors, evidence.uwsgi, ignored=ignored, base=base)
    advised = _of_httpd(found.met, evidence)
    here = tuple(one for one in advised if one.answer.verdict == "affected")
    behind = None
    silenced = _of_httpd(found.silenced, evidence)
    if evidence.uwsgi is not None:
        trial = evidence.uwsgi_trial
        behind = _uwsgi(evidence.uwsgi, _of_uwsgi(found.met, evidence.uwsgi, trial), ignored)
        silenced += _of_uwsgi(found.silenced, evidence.uwsgi, trial)
    both = (*here, *(behind.here if behind is not None else ()))
    asked = tuple(dict.fromkeys(one.cure.set for one in both if one.cure is not None))
    trial = evidence.trial or evidence.uwsgi_trial
    sets, clash = trial.together(asked) if trial is not None else ((), "")
    return HttpdAdvice(
        httpd=evidence.httpd,
        here=here,
        unknown=tuple(one for one in advised if one.answer.verdict == "unknown"),
        gone=tuple(one for one in advised if one.answer.verdict not in ("affected", "unknown")),
        sets=sets,
        asked=asked,
        clash=clash,
        known=len(wanted(everything(), ignored)),
        read=found.read,
        uwsgi=behind,
        ignored=len(everything()) - len(wanted(everything(), ignored)),
        project="uwsgi" if evidence.uwsgi_trial is not None else "httpd",
        silenced=tuple(one for one in silenced if one.answer.verdict in ("affected", "unknown")),
    )


def _of_httpd(met: Sequence[MetProblem], evidence: HttpdEvidence) -> list[Advised]:
    return [
        _advised(one, assess(one.problem, evidence.httpd, evidence.statements), evidence.trial)
        for one in met
        if one.problem.product == "httpd"
    ]


def _of_uwsgi(met: Sequence[MetProblem], target: TargetUwsgi, trial: CureTrial | None) -> list[Advised]:
    return [
        _advised(one, target.assess(one.problem), trial, elsewhere=trial is None)
        for one in met
        if one.problem.product == "uwsgi"
    ]


def _uwsgi(target: TargetUwsgi, advised: Sequence[Advised], ignored: frozenset[str]) -> UwsgiAdvice:
    return UwsgiAdvice(
        uwsgi=target,
        here=tuple(one for one in advised if one.answer.verdict == "affected"),
        unknown=tuple(one for one in advised if one.answer.verdict == "unknown"),
        gone=tuple(one for one in advised if one.answer.verdict not in ("affected", "unknown")),
        known=len(wanted(everything("uwsgi"), ignored)),
    )


def _advised(one: MetProblem, answer: ProblemAnswer, trial: CureTrial | None, *, elsewhere: bool = False) -> Advised:
    """`elsewhere`: the sets are for the tree of another program."""
    cures: tuple[Cure, ...] = ()
    if elsewhere:
        cures = tuple(Cure(set_, "elsewhere") for set_ in one.problem.sets)
    elif answer.verdict in ("affected", "unknown"):
        cures = tuple(_cure(set_, trial) for set_ in one.problem.sets)
        there = next((cure for cure in cures if cure.state == "there"), None)
        if there is not None and one.problem.option:  # what is met lacks the option
            because = f"The tree has the set {there.set}, which changes nothing until {one.problem.option} is set."
            answer = answer._replace(because=because)
        elif there is not None:  # whatever the number says: the code has it
            because = f"The tree has the set {there.set}: {there.why}."
            answer = answer._replace(verdict="not affected", because=because)
        elif answer.verdict == "unknown":
            lacking = next((cure for cure in cures if cure.state == "applies"), None)
            if lacking is not None:  # on the way to the release that differs: the code tells what its number does not
                because = f"The tree lacks the set {lacking.set}, which applies to it."
                answer = answer._replace(verdict="affected", because=because)
    order = ("there", "applies", "untried", "unknown", "blocked", "refused", "elsewhere")
    return Advised(one.problem, answer, one.places, tuple(sorted(cures, key=lambda cure: order.index(cure.state))))


def _cure(id: str, trial: CureTrial | None) -> Cure:
    return Cure(id, "untried") if trial is None else trial.cure(id)
