"""Building nginx: in a private copy of the tree, incrementally where one is there, and installed as a whole."""

from __future__ import annotations

import re
from pathlib import Path

from hpatch import files
from hpatch.build import copying, prefix
from hpatch.build.command import Commands
from hpatch.build.compiler import masquerade
from hpatch.build.folder import Layout, held, layout_of
from hpatch.build.nginx.plan import OBJECTS, NginxPlan, configures, plan
from hpatch.build.options import BuildOptions
from hpatch.build.outcome import Built, Watch
from hpatch.build.sanitize import check
from hpatch.build.state import StateFile
from hpatch.build.trees.source import SourceTree
from hpatch.build.work import BuildWork
from hpatch.patch.apply import stack as stacks

_PROGRAM = re.compile(rb"^\tcp \S+/nginx '\$\(DESTDIR\)([^']+)'$", re.M)
"""The line of the makefile that installs the program."""


def planned(tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None = None) -> NginxPlan:
    """What building would run. Raises as `build` does."""
    into = into.absolute()
    layout = layout_of(tree.root, into, folder)
    return plan(tree, into, options, layout, StateFile(layout.state), _compare(tree, layout))


def build(
    tree: SourceTree,
    into: Path,
    options: BuildOptions,
    folder: Path | None = None,
    watch: Watch = lambda phase, line: None,
) -> Built:
    """Build a tree of nginx and install it to the prefix `into`; as httpd's `build`, and raises as that."""
    into = into.absolute()
    layout = layout_of(tree.root, into, folder)
    prefix.writable(into.parent)  # or it would be found out when all is built
    check(options.sanitize)
    with held(layout.folder, tree.root):
        work = BuildWork(tree.root, layout, watch, configures)
        changes = _compare(tree, layout)
        todo = plan(tree, into, options, layout, work.state, changes)
        work.copy(changes)
        return _run(tree, todo, work)


def _compare(tree: SourceTree, layout: Layout) -> copying.Changes:
    return copying.compare(tree.root, layout.copy, layout.record, without=frozenset({OBJECTS}))


def _run(tree: SourceTree, todo: NginxPlan, work: BuildWork) -> Built:
    layout = todo.layout
    if todo.ccache is not None:
        masquerade(layout.masks, todo.ccache)
    with layout.log.open("wb") as log, Commands(log, layout.folder) as commands:
        work.steps(commands, todo.steps, todo.env, todo.key)
        program = _program(layout.copy, todo.prefix)
        facts = prefix.facts(tree, project=tree.project, sets=[one.id for one in stacks.load(tree.root).sets])
        with work.timed("install"), prefix.staged(todo.prefix, facts) as stage:
            # The makefile would keep the former program beside the new one.
            (stage / program.relative_to("/")).unlink(missing_ok=True)
            work.install(commands, todo.steps, todo.env, stage)
    return Built(
        prefix=todo.prefix,
        program=program,
        modules=todo.prefix / "modules",
        log=layout.log,
        seconds=work.seconds,
        without=todo.without,
    )


def _program(copy: Path, into: Path) -> Path:
    """Where the program is installed to, as the makefile has it."""
    found = _PROGRAM.search(files.read(copy, f"{OBJECTS}/Makefile") or b"")
    return into / "sbin" / "nginx" if found is None else Path(found[1].decode("utf-8", "surrogateescape"))
