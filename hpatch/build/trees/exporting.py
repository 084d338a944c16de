"""Patch sets as patches for other tools, made to fit one tree."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from email.utils import format_datetime

from hpatch.build.reproducible import EPOCH
from hpatch.build.trees.applying import Prepared, Task
from hpatch.patch.apply.export import Patch
from hpatch.patch.apply.stack import Pushed
from hpatch.patch.place.plan import Step
from hpatch.patch.sets.model import Catalog, PatchSet, SetRevision

_UPSTREAM = frozenset({"exact", "moved", "applied"})


def patches(prepared: Prepared, catalog: Catalog) -> tuple[Patch, ...]:
    """A plan's steps as patches, each on top of those before it."""
    return tuple(_patches(prepared, catalog))


def _patches(prepared: Prepared, catalog: Catalog) -> Iterator[Patch]:
    placed = {step.name: step for step in prepared.plan.steps}
    tasks = {task.item.name: task for task in prepared.tasks}
    for step in prepared.steps:
        task = tasks[step.name]
        yield _patch(step, task.revision, placed[step.name], catalog.get(task.set), catalog)


def of_set(step: Pushed, task: Task, placed: Step, catalog: Catalog) -> Patch:
    """A step of a set, or of a revision that was given by itself, as a patch."""
    revision = task.revision
    if revision is not None and revision.number is not None and task.set == revision.name:
        one = next(iter(catalog.holding(revision.number)))
    else:
        one = catalog.get(task.set)
    return _patch(step, revision, placed, one, catalog)


def _patch(step: Pushed, revision: SetRevision | None, placed: Step, one: PatchSet, catalog: Catalog) -> Patch:
    alone = revision is None or len(one.revisions) == 1
    title = one.title if alone else f"{one.title} ({step.name})"
    text = "\n\n".join(part for part in (one.cures, one.notes) if part)
    name = one.id if revision is None else f"{one.id}-{step.name}"
    if revision is None:
        return Patch(name=name, title=title, text=text, edits=step.edits, origin="vendor", updated=today())
    results = {outcome.result for file in placed.files for outcome in file.outcomes}
    kind = "upstream" if results <= _UPSTREAM else "backport"
    return Patch(
        name=name,
        title=title,
        text=text,
        edits=step.edits,
        origin=f"{kind}, {_url(revision, catalog)}",
        applied=_applied(one, revision),
        author=revision.author or "",
        date="" if revision.date is None else format_datetime(revision.date),
        forwarded="not-needed",
        updated=today(),
    )


def today() -> str:
    """The day (UTC, ISO 8601), or that of SOURCE_DATE_EPOCH, for builds that must give the same bytes again."""
    epoch = os.environ.get(EPOCH, "")
    now = int(epoch) if epoch.isdecimal() and len(epoch) < 12 else time.time()
    return time.strftime("%Y-%m-%d", time.gmtime(now))


def _url(revision: SetRevision, catalog: Catalog) -> str:
    if revision.project == "httpd" and revision.number is not None:
        return f"https://svn.apache.org/r{revision.number}"
    web = catalog.project(revision.project).web
    if web is None or revision.commit is None:
        return revision.name
    return web.format(commit=revision.commit).removesuffix(".diff")


def _applied(one: PatchSet, revision: SetRevision) -> str:
    """The first release that has it, and how it got there."""
    conditions = one.contained.conditions if one.contained is not None else ()
    first = next((str(version) for operator, version in conditions if operator == ">="), "")
    merges = [f"https://svn.apache.org/r{number}" for number in revision.branch] if revision.project == "httpd" else []
    return ", ".join([first, *merges] if first else merges)
