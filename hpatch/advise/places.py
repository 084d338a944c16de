"""Where a configuration meets known problems: by their triggers, and by the rules that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hpatch.facts.problems import KnownProblem, everything
from hpatch.lint import registry
from hpatch.lint.engine.lint import lint
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.found import Found
from hpatch.lint.rule import Rule
from hpatch.lint.rules._shared.triggers import met
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.advise.uwsgi import TargetUwsgi
    from hpatch.lint.answers import Build
    from hpatch.lint.context import Context
    from hpatch.lint.finding import Finding
    from hpatch.text import Place


class MetProblem(NamedTuple):
    """A problem that the configuration meets, and all the places where it does."""

    problem: KnownProblem
    places: tuple[Place, ...]


class MetProblems(NamedTuple):
    """The problems that configurations meet, those that comments silence, and what was read."""

    met: tuple[MetProblem, ...]
    silenced: tuple[MetProblem, ...]
    read: LintResult


def find(
    roots: Sequence[Root],
    build: Build | None = None,
    uwsgi: TargetUwsgi | None = None,
    *,
    ignored: frozenset[str] = frozenset(),
    base: str = "",
) -> MetProblems:
    """The problems that the configurations meet, whatever httpd's version.

    Problems of uWSGI are among them if it is known which uWSGI gets the requests.

    A comment that silences `known-vulnerability`, `known-fault` or the rule that finds a problem silences it here, too.
    `ignored` are codes of rules that the user ignores.
    """
    all_known = (*everything(), *(everything("uwsgi") if uwsgi is not None else ()))
    problems = wanted(all_known, ignored)
    looking = {known.id: _rule(known) for known in problems if known.triggers}
    named = {known.rule for known in problems if known.rule}
    rules = (*looking.values(), *(rule for rule in registry.rules() if rule.code in named))
    task = LintTask(rules=rules, ignored=ignored, build=build)
    if uwsgi is not None:
        task = task._replace(uwsgi_version=uwsgi.version, uwsgi_build=uwsgi.build)
    result = lint(roots, task, base=base)
    return MetProblems(
        met=tuple(_at(problems, result.findings)), silenced=tuple(_at(problems, result.silenced)), read=result
    )


def wanted(problems: Iterable[KnownProblem], ignored: frozenset[str]) -> list[KnownProblem]:
    """The problems to look for: without those whose rules the user ignores, by their codes."""
    return [known for known in problems if _code(known) not in ignored]


def _at(problems: Iterable[KnownProblem], findings: Iterable[Finding]) -> Iterator[MetProblem]:
    """The problems that findings speak of, each with all its places."""
    places: dict[str, dict[Place, None]] = {}
    for finding in findings:
        places.setdefault(_key(finding.rule), {})[finding.place] = None
    for known in problems:
        here = (*places.get(known.id, ()), *(places.get(known.rule, ()) if known.rule else ()))
        if here:
            yield MetProblem(known, tuple(dict.fromkeys(here)))


def _key(rule: Rule) -> str:
    """A problem's id for the rule that is made for it, and a rule's own code."""
    return rule.name if isinstance(rule.check, partial) else rule.code


def _code(known: KnownProblem) -> str:
    """The rule that reports it when a configuration is linted."""
    return known.rule or ("KP001" if known.kind == "CVE" else "KP002")


def _rule(known: KnownProblem) -> Rule:
    return Rule(_code(known), known.id, "info", "medium", (), partial(_check, known))


def _check(known: KnownProblem, context: Context) -> Iterator[Found]:
    for node in {id(node): node for trigger in known.triggers for node in met(context, trigger)}.values():
        yield Found(node.place, known.id, node=node)
