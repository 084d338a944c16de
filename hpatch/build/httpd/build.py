"""Building httpd: in a private copy of the tree, incrementally where one is there, and installed as a whole."""

from __future__ import annotations

from pathlib import Path

from hpatch import files
from hpatch.build import copying, prefix
from hpatch.build.command import Commands
from hpatch.build.compiler import masquerade
from hpatch.build.folder import Layout, held, layout_of
from hpatch.build.httpd import toolchain
from hpatch.build.httpd.plan import BuildPlan, plan
from hpatch.build.httpd.variables import installed
from hpatch.build.options import BuildOptions, given
from hpatch.build.outcome import BuildStep, Built, Watch
from hpatch.build.state import StateFile
from hpatch.build.trees.source import SourceTree, open_tree
from hpatch.build.work import BuildWork
from hpatch.errors import InputError, UsageError
from hpatch.patch.apply import stack as stacks


def planned(tree: Path, into: Path, options: BuildOptions, folder: Path | None = None) -> BuildPlan:
    """What building would run. Raises as `build` does."""
    opened = _opened(tree)
    into = into.absolute()
    layout = layout_of(tree, into, folder)
    state = StateFile(layout.state)
    changes = _compare(opened, layout, options)
    return _plan(opened, into, options, layout, state, changes)[0]


def build(
    tree: Path, into: Path, options: BuildOptions, folder: Path | None = None, watch: Watch = lambda phase, line: None
) -> Built:
    """Build a tree and install it to the prefix `into`.

    `folder` is where to build; None: one in the user's cache, by the tree's path. A second build there takes over what
    has changed, and builds that alone. The tree is only read.

    Raises BuildError when a program fails, ToolError when one is missing or something cannot be written, UsageError for
    a prefix that is not hpatch's, InputError for a tree that cannot be read.
    """
    opened = _opened(tree)
    into = into.absolute()
    layout = layout_of(tree, into, folder)
    prefix.writable(into.parent)  # or it would be found out when all is built
    with held(layout.folder, tree):
        return _HttpdWork(opened, into, options, layout, watch).run()


def _opened(tree: Path) -> SourceTree:
    opened = open_tree(tree)
    if opened.project != "httpd":
        raise InputError(f"{tree}: is the source of {opened.project}, not of httpd")
    return opened


def _compare(tree: SourceTree, layout: Layout, options: BuildOptions) -> copying.Changes:
    return copying.compare(tree.root, layout.copy, layout.record, () if options.documentation else copying.MANUAL)


def _plan(
    tree: SourceTree, into: Path, options: BuildOptions, layout: Layout, state: StateFile, changes: copying.Changes
) -> tuple[BuildPlan, toolchain.Toolchain]:
    if given(options.arguments, "prefix"):
        raise UsageError("give --prefix to hpatch, not to configure")
    tools = toolchain.find(
        pcre2=_knows_pcre2(tree.root), buildconf=not (tree.root / "configure").is_file(), arguments=options.arguments
    )
    return plan(tree, into, options, layout, tools, state, changes), tools


def _knows_pcre2(root: Path) -> bool:
    for name in ("configure", "configure.in"):
        text = files.read(root, name)
        if text is not None:
            return b"pcre2-config" in text
    return False


class _HttpdWork(BuildWork):
    """One build of httpd, with its folder's lock held."""

    def __init__(self, tree: SourceTree, into: Path, options: BuildOptions, layout: Layout, watch: Watch) -> None:
        super().__init__(tree.root, layout, watch, configures=copying.configures)
        self.tree = tree
        self.into = into
        self.options = options

    def run(self) -> Built:
        """Do all of it."""
        layout = self.layout
        changes = _compare(self.tree, layout, self.options)
        todo, tools = _plan(self.tree, self.into, self.options, layout, self.state, changes)
        self.copy(changes)
        if tools.ccache is not None:
            masquerade(layout.masks, tools.ccache)
        with layout.log.open("wb") as log, Commands(log, layout.folder) as commands:
            if any(step.phase == "buildconf" for step in todo.steps):
                assert tools.apr is not None
                toolchain.imitate_apr(layout.apr, tools.apr)
            self.steps(commands, todo.steps, todo.env, todo.key)
            sets = [one.id for one in stacks.load(self.tree.root).sets]
            facts = prefix.facts(self.tree, mpm=self.options.mpm, modules=self.options.modules, sets=sets)
            # What is compiled in may be all there is, so the folder of modules is made where it is missing.
            with self.timed("install"), prefix.staged(self.into, facts) as stage:
                self.install(commands, todo.steps, todo.env, stage)
                program, modules = installed(layout.copy, self.into)
                (stage / modules.relative_to("/")).mkdir(parents=True, exist_ok=True)
        return Built(
            prefix=self.into,
            program=program,
            modules=modules,
            log=layout.log,
            seconds=self.seconds,
            without=todo.without,
        )

    def problem(self, step: BuildStep, code: int) -> str | None:
        """httpd's buildconf ends with 0 also where autoconf has failed."""
        if code == 0 and step.phase == "buildconf" and not (self.layout.copy / "configure").is_file():
            return "made no configure"
        return super().problem(step, code)
