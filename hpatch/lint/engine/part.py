"""Lint one configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from hpatch.conf import limits
from hpatch.conf.tree import Problem
from hpatch.conf.walk.names import unsettled_modules
from hpatch.lint import plugins, registry
from hpatch.lint.context import Context
from hpatch.lint.engine import templated
from hpatch.lint.engine.backends import BackendsRead, backends_of
from hpatch.lint.engine.occurrences import FixKey, Occurrences, merged
from hpatch.lint.engine.result import ReadFile
from hpatch.lint.engine.root import read
from hpatch.lint.finding import Finding
from hpatch.lint.found import Found
from hpatch.lint.suppressions import Suppression, Suppressions
from hpatch.proxy.build import build
from hpatch.records import NamedTuple
from hpatch.text import Place

if TYPE_CHECKING:
    from hpatch.conf.checked import SyntaxCheck
    from hpatch.conf.tree import Condition, Configuration, TemplateFile
    from hpatch.lint.engine.root import Root
    from hpatch.lint.engine.task import LintTask
    from hpatch.text import Source

_WAIVED_BY = {"unreadable": "file-unreadable", "include": "include-missing", "outside": "include-outside"}
"""The kinds of problem that the user may waive, and the rules that report them."""


class LintedPart(NamedTuple):
    """The result for one configuration. Suppressions are judged when all parts are done: a file may be in several."""

    root: str
    findings: list[Finding]
    read: list[ReadFile]
    part: str | None
    directives: int
    sources: dict[str, Source]
    conditions: list[Condition]
    unread: list[Problem]
    templates: dict[str, TemplateFile]
    unsettled: dict[str, str]
    unnumbered: bool
    suppressions: list[Suppression]
    used: set[Suppression]
    mistakes: list[Found]
    shared: set[FixKey]
    dumped: bool
    silenced: list[Finding]


def part_of(root: Root, task: LintTask, between: Callable[[], None] | None = None) -> LintedPart:
    """Lint one configuration. `between` is called before each rule, and may raise to give up."""
    configuration = root.configuration or read(root)
    backends = backends_of(root)
    environment = bool(root.options.environment)
    part = lint_part(configuration, task, backends, environment=environment, checked=root.checked, between=between)
    return part._replace(unread=[*part.unread, *backends.unread])


def lint_part(
    configuration: Configuration,
    task: LintTask,
    backends: BackendsRead,
    *,
    environment: bool,
    checked: SyntaxCheck | None,
    between: Callable[[], None] | None = None,
) -> LintedPart:
    """Lint a configuration that has already been read, with its backends."""
    sources = dict(configuration.sources)
    sources.update(backends.sources())
    context = Context(
        configuration,
        build(configuration),
        backends.instances,
        task.uwsgi_version,
        environment,
        checked,
        backends.pools,
        backends.files,
        task.build,
        task.uwsgi_build,
    )
    written = sources.values() if task.suppressions else ()
    comments = Suppressions(written, registry.rules(), more=not registry.has_plugins())
    occurrences = Occurrences(configuration)
    found: list[tuple[Finding, tuple[Place, ...]]] = []
    silenced: list[tuple[Finding, tuple[Place, ...]]] = []
    for rule in task.rules:
        if between is not None:
            between()
        for one in rule.check(context) if rule.own else plugins.found(rule, context):
            finding, uses = occurrences.complete(Finding.of(rule, one), one.node)
            if task.ignored_in and task.ignores(rule.code, finding.place.file):
                continue
            if configuration.dumped:
                finding = finding._replace(fix=None)
            if configuration.templates:
                finding = templated.finding_of(finding, configuration)
            (silenced if comments.silences(rule.code, finding.place, uses) else found).append((finding, uses))
            if len(found) + len(silenced) > limits.FINDINGS:
                break
        if len(found) + len(silenced) > limits.FINDINGS:
            found.append((_stopped(configuration), ()))
            break
    if checked is not None and configuration.check_files:
        from hpatch.lint.engine.agreement import settled  # only --test pays for it

        found = settled(found, checked)
    shared = occurrences.shared(found)
    findings = task.reported(merged(found))
    unread = [problem for problem in configuration.problems if _unread(problem, task, comments, sources)]
    part = _name_of_part(configuration)
    return LintedPart(
        root=configuration.root,
        findings=findings,
        read=_read_files(configuration, sources, part=part is not None),
        part=part,
        directives=configuration.directives,
        sources={name: sources[name] for name in _named(findings, comments) if name in sources},
        conditions=configuration.conditions,
        unread=[templated.problem_of(problem, configuration) for problem in unread],
        templates=configuration.templates,
        unsettled=unsettled_modules(configuration),
        unnumbered=configuration.version is None,
        suppressions=comments.all,
        used=comments.used,
        mistakes=comments.mistakes,
        shared=shared,
        dumped=configuration.dumped,
        silenced=task.reported(merged(silenced)),
    )


def _stopped(configuration: Configuration) -> Finding:
    """The finding that says that hpatch looks for no more; it keeps the run from being taken for a whole one."""
    place = Place(configuration.files[0].name, 1, 1, 1, 1)
    message = f"more than {limits.FINDINGS:,} findings: hpatch stops linting here"
    configuration.problems.append(Problem(kind="unreadable", message=message, place=place))
    return Finding.of(registry.by_name()["file-unreadable"], Found(place=place, message=message))


def _name_of_part(configuration: Configuration) -> str | None:
    """The file of a part that was read. A .htaccess file is none: httpd reads it by itself, nor is a foreign file."""
    if configuration.main or not configuration.files or configuration.root.endswith(".htaccess"):
        return None
    if not configuration.nodes and any(problem.kind == "foreign" for problem in configuration.problems):
        return None
    return configuration.files[0].name


def _read_files(configuration: Configuration, sources: Iterable[str], *, part: bool) -> list[ReadFile]:
    """The files of a configuration, then the backends'."""
    read: dict[str, ReadFile] = {}
    for file in configuration.files:
        if file.name not in read:
            read[file.name] = ReadFile(file.name, file.link, file.named_at, part)
    for name in sources:
        if name not in read:
            read[name] = ReadFile(name, part=part)
    return list(read.values())


def _unread(problem: Problem, task: LintTask, comments: Suppressions, sources: Mapping[str, Source]) -> bool:
    """Whether a problem keeps hpatch from reading all that httpd reads. Only files that are not here may be waived."""
    if not problem.fatal or problem.conditions:
        return False
    if problem.waivable and problem.place.file in sources:
        code = registry.by_name()[_WAIVED_BY[problem.kind]].code
        return not task.ignores(code, problem.place.file) and not comments.silences(code, problem.place)
    return True


def _named(findings: Iterable[Finding], comments: Suppressions) -> set[str]:
    names = {found.place.file for found in comments.mistakes} | {one.place.file for one in comments.all}
    for finding in findings:
        names.add(finding.place.file)
        names.update(related.place.file for related in finding.related)
        if finding.fix is not None:
            names.update(edit.place.file for edit in finding.fix.edits)
    return names
