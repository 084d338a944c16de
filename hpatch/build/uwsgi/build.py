"""Building uWSGI by its own script: in a private copy of the tree, all of it each time, installed as a whole.

The script knows few of the headers that a file includes, so what it would keep of an earlier build may be wrong.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hpatch.build import copying, prefix
from hpatch.build.command import Commands
from hpatch.build.diagnosis import Failure, diagnose, last_words
from hpatch.build.folder import Layout, held, layout_of
from hpatch.build.outcome import BuildError, Built, Phase, Watch
from hpatch.build.state import StateFile
from hpatch.build.trees.source import SourceTree
from hpatch.build.uwsgi import script
from hpatch.errors import ToolError
from hpatch.patch.apply import stack as stacks
from hpatch.records import NamedTuple

PROGRAM = Path("bin") / script.PROGRAM
"""In the prefix; PLUGINS likewise, where the program looks for plugins that are named without a path."""
PLUGINS = Path("lib") / "uwsgi"


class UwsgiPlan(NamedTuple):
    """What would run: the script's commands, in the copy. `files` is how many files are copied before."""

    prefix: Path
    layout: Layout
    files: int
    commands: tuple[tuple[str, ...], ...]
    settings: Mapping[str, str]


def planned(tree: SourceTree, into: Path, jobs: int | None = None, folder: Path | None = None) -> UwsgiPlan:
    """What building would run. Raises as `build` does."""
    into = into.absolute()
    layout = layout_of(tree.root, into, folder)
    if shutil.which("cc") is None:
        raise ToolError("cc is not installed; hpatch needs it to compile uWSGI (Debian: gcc, libc6-dev)")
    helpers = script.Script(layout.folder)
    settings = helpers.settings() if jobs is None else {**helpers.settings(), "CPUCOUNT": str(jobs)}
    files = len(_whole(tree, layout).taken)
    return UwsgiPlan(prefix=into, layout=layout, files=files, commands=helpers.commands(), settings=settings)


def build(
    tree: SourceTree,
    into: Path,
    jobs: int | None = None,
    folder: Path | None = None,
    watch: Watch = lambda phase, line: None,
) -> Built:
    """Build a tree of uWSGI and install it to the prefix `into`: the server without optional libraries, and `symcall`.

    `jobs` is how many files are compiled at once (None: as many as there are processors), `folder` is as for httpd. The
    tree is only read. Raises as httpd's `build` does.
    """
    plan = planned(tree, into, jobs, folder)
    prefix.writable(plan.prefix.parent)
    with held(plan.layout.folder, tree.root):
        return _run(tree, plan, watch)


def _whole(tree: SourceTree, layout: Layout) -> copying.Changes:
    return copying.compare(tree.root, layout.copy / "none", layout.record)


def _run(tree: SourceTree, plan: UwsgiPlan, watch: Watch) -> Built:
    layout = plan.layout
    seconds: dict[str, float] = {}
    with _timed(seconds, "copy"):
        watch("copy", b"")
        StateFile(layout.state).forget()
        try:
            shutil.rmtree(layout.copy, ignore_errors=True)
            layout.copy.mkdir()
            copying.carry_out(_whole(tree, layout), tree.root, layout.copy, layout.record)
            script.Script(layout.folder).write(layout.copy, str(plan.prefix / PLUGINS))
        except OSError as error:
            raise ToolError(f"{error.filename or layout.copy}: cannot be written: {error.strerror or error}") from error
    with layout.log.open("wb") as log, Commands(log, layout.folder) as commands, _timed(seconds, "make"):
        for command in plan.commands:
            _command(commands, command, plan, watch)
    sets = [one.id for one in stacks.load(tree.root).sets]
    facts = prefix.facts(tree, project=tree.project, sets=sets)
    with _timed(seconds, "install"), prefix.staged(plan.prefix, facts) as stage:
        watch("install", b"")
        new = stage / plan.prefix.relative_to("/")
        for made, place in ((script.PROGRAM, PROGRAM), (script.PLUGIN, PLUGINS / script.PLUGIN)):
            (new / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(layout.copy / made, new / place)
    return Built(
        prefix=plan.prefix,
        program=plan.prefix / PROGRAM,
        modules=plan.prefix / PLUGINS,
        log=layout.log,
        seconds=seconds,
    )


def _command(commands: Commands, command: tuple[str, ...], plan: UwsgiPlan, watch: Watch) -> None:
    watch("make", b"")
    layout = plan.layout
    begun = layout.log.stat().st_size
    env = {**script.environment(), **plan.settings}
    code = commands.run(command, layout.copy, env, lambda line: watch("make", line))
    if code != 0:
        log = layout.log.read_bytes()
        words = Failure(f"uwsgiconfig.py ended with {code}: {last_words(log[begun:])}")
        raise BuildError("make", diagnose(log, layout.copy) or words, layout.log)


@contextmanager
def _timed(seconds: dict[str, float], phase: Phase) -> Iterator[None]:
    begun = time.monotonic()
    yield
    seconds[phase] = time.monotonic() - begun
