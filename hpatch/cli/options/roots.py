"""The configurations that a command's paths stand for, with the files of backends beside them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache

from hpatch.cli.options.configuration import STDIN, ReaderOptions, text_of_stdin
from hpatch.conf.parts import MAIN
from hpatch.conf.tree import Configuration
from hpatch.errors import InputError, UsageError
from hpatch.lint import roots
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.root import Root, read
from hpatch.lint.settings import Settings
from hpatch.report.common.terminal import visible


def found(
    paths: Sequence[str], chosen: Settings, reading: ReaderOptions, stdin_filename: str | None = None
) -> list[Root]:
    """The configurations that paths stand for, each once. Raises InputError."""
    beside = [file for path in chosen.uwsgi or () for file in roots.instances(path)]
    pools = [file for path in chosen.fpm or () for file in roots.pools(path)]
    given = [roots.backends(path) for path in chosen.backend or ()]
    beside += [file for one in given for file in one.uwsgi]
    pools += [file for one in given for file in one.fpm]
    others = [file for one in given for file in one.others] + roots.below_root(chosen.root)
    whole: dict[str, Root] = {}
    mains: dict[str, Configuration] = {}
    real = cache(os.path.realpath)
    for path in dict.fromkeys(paths):
        if path == STDIN:
            text = text_of_stdin()
            here = [roots.standard_input(text, stdin_filename, reading.options, environment=reading.environment)]
        else:
            here = roots.roots(
                roots.located(path, chosen.root),
                reading.options,
                environment=reading.environment,
                exclude=chosen.exclude or (),
            )
        if reading.own is not None and not os.path.isdir(path):  # noqa: PTH112 - text as given
            here = [roots.in_tree(root, reading.own, mains, environment=reading.environment) for root in here]
        for root in here:
            instances = {real(file): file for file in (*beside, *root.uwsgi)}
            fpm = {real(file): file for file in (*pools, *root.fpm)}
            more = {real(file): file for file in (*others, *root.backends)}
            one = root._replace(uwsgi=tuple(instances.values()), fpm=tuple(fpm.values()), backends=tuple(more.values()))
            whole.setdefault(os.path.realpath(root.path), one)
    return list(whole.values())


def only(path: str, found: Sequence[Root]) -> Root:
    """The one configuration that a path stands for: of a folder, that of its one main file.

    Parts beside it, such as virtual hosts that are not enabled, are left out. Raises UsageError where there are
    several.
    """
    mains = [one for one in found if os.path.basename(one.path) in MAIN]  # noqa: PTH119 - the path stays text, as written
    if len(found) > 1 and len(mains) == 1:
        return mains[0]
    if len(found) > 1:
        names = ", ".join(one.path for one in found[:3]) + (", …" if len(found) > 3 else "")
        raise UsageError(f"{path}: {len(found)} configurations in this folder; name one of them: {names}")
    return found[0]


def readable(root: Root) -> Configuration:
    """The configuration of a root. Raises InputError if nothing of it can be read: there is then nothing to show."""
    configuration = root.configuration or read(root)
    if not configuration.sources and configuration.problems:
        raise InputError(configuration.problems[0].message)
    return configuration


def tell_unread(result: LintResult, *, findings: bool = True) -> int:
    """Say on standard error what kept hpatch from reading a part; 3 where there is any.

    With `findings`, these are shown, and what one of them says is not said again.
    """
    shown = {finding.place for finding in result.findings} if findings else ()
    for problem in result.unread:
        if problem.place not in shown:
            where = f"{problem.place.file}:{problem.place.line}"
            print(visible(f"hpatch: {where}: {problem.message}"), file=sys.stderr)
    return 3 if result.unread else 0
