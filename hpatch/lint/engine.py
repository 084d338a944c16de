"""Run rules over configurations and gather their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from os.path import realpath
from typing import TYPE_CHECKING, NamedTuple

from hpatch.conf.load import Options, load, load_source
from hpatch.conf.tree import Condition, Configuration, Problem, TemplateFile
from hpatch.conf.walk.names import unsettled_modules
from hpatch.errors import HpatchError, InputError
from hpatch.lint import registry, suppressions, templated
from hpatch.lint.context import Context
from hpatch.lint.finding import Finding
from hpatch.lint.folder import excluded
from hpatch.lint.found import CONFIDENCES, SEVERITIES, Confidence, Found, Severity
from hpatch.lint.occurrences import FixKey, Occurrences, fix_key, merged
from hpatch.lint.rule import Rule
from hpatch.lint.suppressions import Suppression, Suppressions
from hpatch.proxy.build import build
from hpatch.text import Place, Source
from hpatch.versions import Version

if TYPE_CHECKING:
    from hpatch.backends.model import BackendFile
    from hpatch.backends.phpfpm.model import PoolFile
    from hpatch.backends.uwsgi.model import Instance
    from hpatch.conf.checked import SyntaxCheck
    from hpatch.lint.answers import Build
    from hpatch.lint.known import Compared

UNUSED, MISTAKEN = "suppression-unused", "suppression-invalid"
"""The rules that only the engine can check, by name."""

_SHARED = "the file is used several times, and not each use has the fault"
_WAIVABLE = {"unreadable": "file-unreadable", "include": "include-missing", "outside": "include-outside"}
"""The kinds of problem that may exist on this machine only, and the rules that report them."""


class Root(NamedTuple):
    """A configuration to lint: its main file, the options for its conditionals, and the files of backends.

    `checked` is what httpd's own syntax check said of it, if it was run.
    `configuration` is given if it has been read already, with these options. `source` is the main file's text, if it is
    no file.
    """

    path: str
    options: Options = Options()
    uwsgi: tuple[str, ...] = ()
    fpm: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    checked: SyntaxCheck | None = None
    configuration: Configuration | None = None
    source: Source | None = None


class ReadFile(NamedTuple):
    """A file that was read: the link by which it was found, if it was by one, and the Include that names it."""

    name: str
    link: str | None = None
    named_at: Place | None = None


class LintResult(NamedTuple):
    """The result of linting, ready for a report.

    `findings` are sorted: by file in reading order, line, column, code. `files` counts every file that was read,
    the backends' too; `directives` the directives and sections. `sources` has, by name, the text of every file that a
    finding names. `conditions` are the conditionals that were met, decided or not, each place once. `rules` are the
    rules that ran; `root` is the folder that reports make paths relative to. `unread` are the problems that kept
    hpatch from reading a configuration or a part of it; a result with such a problem is never clean. `read` are the
    files that were read, each once; `parts` the names of those that are only a part of a configuration. `templates` are
    the files that are templates, by name. `unsettled` are the modules that parts need and that other files may load,
    each with a directive of it. `unnumbered` tells that httpd's version is not known of one of the configurations.
    `silencing` is how many comments silenced something. `dumped` are the files that have what httpd printed of a
    configuration. `compared` has what a baseline knows.
    """

    findings: tuple[Finding, ...]
    files: int
    directives: int
    sources: Mapping[str, Source]
    conditions: tuple[Condition, ...]
    rules: tuple[Rule, ...]
    root: str
    unread: tuple[Problem, ...] = ()
    read: tuple[ReadFile, ...] = ()
    parts: tuple[str, ...] = ()
    templates: Mapping[str, TemplateFile] = {}
    unsettled: Mapping[str, str] = {}
    unnumbered: bool = False
    silencing: int = 0
    dumped: tuple[str, ...] = ()
    compared: Compared | None = None


class LintTask(NamedTuple):
    """What to look for: the rules to run, the rules that the user ignores, and the lowest severity to report.

    `build` and `uwsgi_build` are the vendor's builds that are linted for, None for what is as published. `ignored_in`
    has patterns of files (`hpatch.lint.folder.excluded`), each with codes of rules to ignore there. `severities` has
    the severity of findings by their rule's code, whatever the rule says; `confidence` is the lowest to report.
    `suppressions` is whether comments silence findings.
    """

    rules: tuple[Rule, ...]
    ignored: frozenset[str] = frozenset()
    severity: Severity = "info"
    uwsgi_version: Version | None = None
    build: Build | None = None
    uwsgi_build: Build | None = None
    ignored_in: tuple[tuple[str, frozenset[str]], ...] = ()
    severities: Mapping[str, Severity] = {}
    confidence: Confidence = "low"
    suppressions: bool = True

    def reported(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that the user wants to see, with the severities that the user gives them."""
        least, sure = SEVERITIES.index(self.severity), CONFIDENCES.index(self.confidence)
        if self.severities:
            findings = [one._replace(severity=self.severities.get(one.rule.code, one.severity)) for one in findings]
        return [
            one
            for one in findings
            if SEVERITIES.index(one.severity) >= least and CONFIDENCES.index(one.confidence) >= sure
        ]

    def ignores(self, code: str, file: str) -> bool:
        """Whether the user ignores a rule, by its code, in a file."""
        return code in self.ignored or any(
            code in codes and excluded(file, (pattern,)) for pattern, codes in self.ignored_in
        )


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


def lint(
    roots: Sequence[Root],
    task: LintTask,
    *,
    jobs: int = 1,
    base: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> LintResult:
    """Lint configurations, in up to `jobs` processes. The result does not depend on `jobs`.

    `progress` is called with the number of configurations done, and the number of all.
    """
    forget_backends()
    parts: Iterable[LintedPart]
    if jobs > 1 and len(roots) > 1:
        from hpatch.lint.fleet import spread  # one configuration needs no processes

        parts = spread(_worked_on, [(root, task) for root in roots], jobs)
    else:
        parts = (part_of(root, task) for root in roots)
    done = []
    for part in parts:
        done.append(part)
        if progress is not None:
            progress(len(done), len(roots))
    return together(done, task, base)


def lint_configuration(
    configuration: Configuration,
    task: LintTask,
    instances: tuple[Instance, ...] = (),
    *,
    environment: bool = False,
    checked: SyntaxCheck | None = None,
    pools: tuple[PoolFile, ...] = (),
    backends: tuple[BackendFile, ...] = (),
) -> LintResult:
    """Lint a configuration that has already been read. `environment` tells whether httpd's environment is known."""
    return together([_part(configuration, task, instances, environment, checked, pools, backends)], task, "")


def read(root: Root) -> Configuration:
    """The configuration of a root."""
    return load(root.path, root.options) if root.source is None else load_source(root.source, root.options)


def forget_backends() -> None:
    """Read the files of backends again when they are next asked for."""
    for kept in (_instance, _started, _pools, _backend, _started_pools):
        kept.cache_clear()


def _worked_on(work: tuple[Root, LintTask]) -> LintedPart:
    return part_of(*work)


def part_of(root: Root, task: LintTask, between: Callable[[], None] | None = None) -> LintedPart:
    """Lint one configuration. `between` is called before each rule, and may raise to give up."""
    configuration = root.configuration or read(root)
    unread = []
    instances: list[Instance] = []
    started: list[Instance] = []
    for path in root.uwsgi:
        instance, vassals, error = _instance(path)
        instances.append(instance)
        started += vassals
        if error:
            unread.append(Problem(kind="unreadable", message=error, place=instance.problems[0][0]))
    for path in root.backends:
        started += _started(path)
    if len(instances) > 1 or started:
        from hpatch.backends.uwsgi.emperor import distinct  # most have one instance

        instances = distinct(instances, started)
    pools: list[PoolFile] = []
    for path in root.fpm:
        pool, error = _pools(path)
        pools.append(pool)
        if error:
            unread.append(Problem(kind="unreadable", message=error, place=pool.problems[0][0]))
    pools = _distinct(pools, [pool for path in root.backends for pool in _started_pools(path)])
    backends = []
    for path in root.backends:
        backend, error = _backend(path)
        backends.append(backend)
        if error:
            unread.append(Problem(kind="unreadable", message=error, place=backend.problems[0][0]))
    environment = bool(root.options.environment)
    part = _part(
        configuration, task, tuple(instances), environment, root.checked, tuple(pools), tuple(backends), between
    )
    return part._replace(unread=part.unread + unread)


@lru_cache(maxsize=1024)
def _instance(path: str) -> tuple[Instance, tuple[Instance, ...], str]:
    """A uWSGI instance, its vassals, and the reason if it cannot be read.

    In a fleet, many configurations share an instance.
    """
    from hpatch.backends.uwsgi.emperor import vassals
    from hpatch.backends.uwsgi.model import Instance
    from hpatch.backends.uwsgi.read import read

    try:
        instance = read(path)
    except InputError as error:
        instance = Instance(path)
        instance.problems.append((Place(path, 1, 1, 1, 1), str(error)))
        return instance, (), str(error)
    return instance, tuple(vassals(instance)), ""


@lru_cache(maxsize=1024)
def _started(path: str) -> tuple[Instance, ...]:
    """The uWSGI instances that a unit starts, each with its vassals. That a unit cannot be read, `_backend` tells."""
    if not path.endswith(".service"):
        return ()
    from hpatch.backends.uwsgi.emperor import vassals
    from hpatch.backends.uwsgi.unit import instances

    try:
        return tuple(one for instance in instances(path) for one in (instance, *vassals(instance)))
    except InputError:
        return ()


@lru_cache(maxsize=1024)
def _pools(path: str) -> tuple[PoolFile, str]:
    """The pools of a file of PHP-FPM, and the reason if it cannot be read."""
    from hpatch.backends.phpfpm.model import PoolFile
    from hpatch.backends.phpfpm.read import read

    try:
        return read(path), ""
    except InputError as error:
        unread = PoolFile(name=path, pools=[], sources={}, problems=[(Place(path, 1, 1, 1, 1), str(error))])
        return unread, str(error)


@lru_cache(maxsize=1024)
def _started_pools(path: str) -> tuple[PoolFile, ...]:
    """The pools of PHP-FPM that a unit starts. That a unit cannot be read, `_backend` tells."""
    if not path.endswith(".service"):
        return ()
    from hpatch.backends.phpfpm.unit import pools

    try:
        return tuple(pools(path))
    except InputError:
        return ()


def _distinct(files: list[PoolFile], started: list[PoolFile]) -> list[PoolFile]:
    """Files with pools, each pool once: without those that another file includes, and those that a unit starts."""
    if len(files) + len(started) < 2:
        return files + started
    taken = {realpath(name) for file in started for name in file.sources}
    for file in files:
        taken.update(realpath(name) for name in file.sources if name != file.name)
    return [file for file in files if realpath(file.name) not in taken] + started


@lru_cache(maxsize=1024)
def _backend(path: str) -> tuple[BackendFile, str]:
    """A file of another backend, and the reason if it cannot be read."""
    from hpatch.backends import files

    try:
        return files.read(path), ""
    except InputError as error:
        return files.unread(path, str(error)), str(error)


def _part(
    configuration: Configuration,
    task: LintTask,
    instances: tuple[Instance, ...],
    environment: bool,
    checked: SyntaxCheck | None,
    pools: tuple[PoolFile, ...],
    backends: tuple[BackendFile, ...],
    between: Callable[[], None] | None = None,
) -> LintedPart:
    sources = dict(configuration.sources)
    for instance in instances:
        sources.update(instance.sources)
    for file in pools:
        sources.update(file.sources)
    for backend in backends:
        sources.update(backend.sources)
    context = Context(
        configuration,
        build(configuration),
        instances,
        task.uwsgi_version,
        environment,
        checked,
        pools,
        backends,
        task.build,
        task.uwsgi_build,
    )
    comments = Suppressions(sources.values() if task.suppressions else (), registry.rules())
    occurrences = Occurrences(configuration)
    found: list[tuple[Finding, tuple[Place, ...]]] = []
    for rule in task.rules:
        if between is not None:
            between()
        for one in rule.check(context) if rule.own else _of_plugin(rule, context):
            finding, uses = occurrences.complete(Finding.of(rule, one), one.node)
            if task.ignored_in and task.ignores(rule.code, finding.place.file):
                continue
            if configuration.dumped:
                finding = finding._replace(fix=None)
            if configuration.templates:
                finding = templated.finding_of(finding, configuration)
            if not comments.silences(rule.code, (finding.place, *uses)):
                found.append((finding, uses))
    if checked is not None and configuration.check_files:
        from hpatch.lint.agreement import settled  # only --test pays for it

        found = settled(found, checked)
    shared = occurrences.shared(found)
    findings = task.reported(merged(found))
    unread = [problem for problem in configuration.problems if _unread(problem, task, comments, sources)]
    return LintedPart(
        root=configuration.root,
        findings=findings,
        read=_read_files(configuration, sources),
        part=_name_of_part(configuration),
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
    )


def _of_plugin(rule: Rule, context: Context) -> Iterator[Found]:
    """What a plugin's rule finds. Raises ToolError if it fails: its fault is not hpatch's."""
    from hpatch.lint import plugins

    try:
        for one in rule.check(context):
            if not isinstance(one, Found):
                raise TypeError(f"it gave {type(one).__name__}, not Found")
            yield one
    except HpatchError:
        raise
    except Exception as error:
        raise plugins.failed(rule, error) from error


def _name_of_part(configuration: Configuration) -> str | None:
    """The file of a part that was read. A .htaccess file is none: httpd reads it by itself."""
    if configuration.main or not configuration.files or configuration.root.endswith(".htaccess"):
        return None
    return configuration.files[0].name


def _read_files(configuration: Configuration, sources: Iterable[str]) -> list[ReadFile]:
    """The files of a configuration, then the backends'."""
    read: dict[str, ReadFile] = {}
    for file in configuration.files:
        if file.name not in read:
            read[file.name] = ReadFile(file.name, file.link, file.named_at)
    for name in sources:
        if name not in read:
            read[name] = ReadFile(name)
    return list(read.values())


def _unread(problem: Problem, task: LintTask, comments: Suppressions, sources: Mapping[str, Source]) -> bool:
    """Whether a problem keeps httpd from building its tree. Only a problem of an Include may be waived."""
    if not problem.fatal or problem.conditions:
        return False
    if problem.kind in _WAIVABLE and problem.place.file in sources:
        code = registry.by_name()[_WAIVABLE[problem.kind]].code
        return not task.ignores(code, problem.place.file) and not comments.silences(code, (problem.place,))
    return True


def _named(findings: Iterable[Finding], comments: Suppressions) -> set[str]:
    names = {found.place.file for found in comments.mistakes} | {one.place.file for one in comments.all}
    for finding in findings:
        names.add(finding.place.file)
        names.update(related.place.file for related in finding.related)
        if finding.fix is not None:
            names.update(edit.place.file for edit in finding.fix.edits)
    return names


def _both(one: TemplateFile | None, other: TemplateFile) -> TemplateFile:
    """What is known of a template from two configurations: they may read two parts of it, as of a ConfigMap's file."""
    if one is None or one.first == other.first:
        return other
    return one._replace(lines=one.lines + other.lines, unjudged=one.unjudged + other.unjudged)


def _agreed(parts: Sequence[LintedPart]) -> list[Finding]:
    """The findings of all parts, the fixes barred that would change what another use of the file has without fault."""
    barred = dict.fromkeys((key for part in parts for key in part.shared), _SHARED)
    if len(parts) > 1:
        found = [(number, key) for number, part in enumerate(parts) for one in part.findings if (key := fix_key(one))]
        files = {place.file for _, key in found for place in key[2]}
        readers: dict[str, set[int]] = {name: set() for name in files}
        for number, part in enumerate(parts) if files else ():
            for file in part.read:
                if file.name in files:
                    readers[file.name].add(number)
        having: dict[FixKey, set[int]] = {}
        for number, key in found:
            having.setdefault(key, set()).add(number)
        for key, numbers in having.items():
            if any(readers[place.file] - numbers for place in key[2]):
                barred.setdefault(key, _SHARED)
    if not barred:
        return [finding for part in parts for finding in part.findings]
    return [_barred(finding, barred) for part in parts for finding in part.findings]


def _barred(finding: Finding, barred: Mapping[FixKey, str]) -> Finding:
    key = fix_key(finding)
    if key is None or finding.fix is None or key not in barred:
        return finding
    return finding._replace(fix=finding.fix._replace(barred=finding.fix.barred or barred[key]))


def together(parts: Sequence[LintedPart], task: LintTask, base: str) -> LintResult:
    """The result for configurations from their parts. Reports make paths relative to `base`."""
    order: dict[str, int] = {}
    read: dict[str, ReadFile] = {}
    sources: dict[str, Source] = {}
    conditions: dict[Condition, None] = {}
    findings: list[Finding] = []
    unread: dict[Problem, None] = {}
    templates: dict[str, TemplateFile] = {}
    unsettled: dict[str, str] = {}
    comments: dict[Suppression, None] = {}
    used: set[Suppression] = set()
    mistakes: dict[Found, None] = {}
    for part in parts:
        for file in part.read:
            read.setdefault(file.name, file)
        for name in (*(file.name for file in part.read), *(finding.place.file for finding in part.findings)):
            order.setdefault(name, len(order))
        sources.update(part.sources)
        conditions.update(dict.fromkeys(part.conditions))
        unread.update(dict.fromkeys(part.unread))
        for name, template in part.templates.items():
            templates[name] = _both(templates.get(name), template)
        unsettled = {**part.unsettled, **unsettled}
        comments.update(dict.fromkeys(part.suppressions))
        used |= part.used
        mistakes.update(dict.fromkeys(part.mistakes))
    findings += _agreed(parts)
    unused = suppressions.unused((one for one in comments if one not in used), task.rules, registry.rules())
    for name, founds in ((UNUSED, unused), (MISTAKEN, list(mistakes))):
        rule = registry.by_name()[name]
        if rule in task.rules:
            findings += task.reported(Finding.of(rule, found) for found in founds)
    findings.sort(key=lambda one: (order[one.place.file], one.place[1:3], one.rule.code, one.message))
    return LintResult(
        findings=tuple(dict.fromkeys(findings)),
        files=len(read),
        directives=sum(part.directives for part in parts),
        sources=sources,
        conditions=tuple(conditions),
        rules=task.rules,
        root=base,
        unread=tuple(unread),
        read=tuple(read.values()),
        parts=tuple(dict.fromkeys(part.part for part in parts if part.part is not None)),
        templates=templates,
        unsettled=unsettled,
        unnumbered=any(part.unnumbered for part in parts),
        silencing=len({one.place[:2] for one in used}),
        dumped=tuple(dict.fromkeys(part.root for part in parts if part.dumped)),
    )
