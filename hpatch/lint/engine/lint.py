"""Lint one configuration or many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from hpatch.lint.engine.backends import BackendsRead, forget_backends
from hpatch.lint.engine.part import LintedPart, lint_part, part_of
from hpatch.lint.engine.together import together

if TYPE_CHECKING:
    from hpatch.backends.model import BackendFile
    from hpatch.backends.phpfpm.model import PoolFile
    from hpatch.backends.uwsgi.model import Instance
    from hpatch.conf.checked import SyntaxCheck
    from hpatch.conf.tree import Configuration
    from hpatch.lint.engine.result import LintResult
    from hpatch.lint.engine.root import Root
    from hpatch.lint.engine.task import LintTask


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
        from hpatch.lint.engine.fleet import spread  # one configuration needs no processes

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
    read = BackendsRead(instances=instances, pools=pools, files=backends)
    return together([lint_part(configuration, task, read, environment=environment, checked=checked)], task, "")


def _worked_on(work: tuple[Root, LintTask]) -> LintedPart:
    return part_of(*work)
