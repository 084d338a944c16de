"""What building nginx would run: the steps, each a command, and what is set for them."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from hpatch.build import reproducible
from hpatch.build.compiler import NO_CCACHE, compiler, lacking, plain_environment, stamp, through_ccache
from hpatch.build.copying import Changes
from hpatch.build.folder import Layout
from hpatch.build.nginx import optional
from hpatch.build.options import BuildOptions, given
from hpatch.build.outcome import BuildStep
from hpatch.build.packages import needs
from hpatch.build.sanitize import flags, settings
from hpatch.build.state import StateFile
from hpatch.build.trees.source import SourceTree
from hpatch.errors import UsageError
from hpatch.records import NamedTuple

OBJECTS = "objs"
"""Where configure and make put what they make, in the source's folder."""
_VARIABLES = ("CC", "CFLAGS", "CPP", "CPPFLAGS", "LDFLAGS")
"""The variables of the environment that decide what is compiled."""


class NginxPlan(NamedTuple):
    """The steps, in their order; `env` is the environment that their settings are added to.

    `files` is how many files are copied or removed before, `key` stands for what configure is asked, `without` are the
    modules that cannot be built, with the reason. `ccache` is its program, None where there is none.
    """

    prefix: Path
    layout: Layout
    files: int
    without: Mapping[str, str]
    steps: tuple[BuildStep, ...]
    env: Mapping[str, str]
    key: str
    ccache: str | None


def configures(path: str) -> bool:
    """Whether a file has a say in what configure does, or was made by it, for whoever built in the tree itself."""
    return path.startswith("auto/") or path in ("configure", "Makefile")


def plan(
    tree: SourceTree, into: Path, options: BuildOptions, layout: Layout, state: StateFile, changes: Changes
) -> NginxPlan:
    """What is to be done. Raises ToolError for what is missing, UsageError for arguments that are hpatch's."""
    for name, option in (("prefix", "--prefix"), ("builddir", "--build-dir")):
        if given(options.arguments, name):
            raise UsageError(f"give {option} to hpatch, not to configure")
    check_tools()
    without = optional.left_out(tree, options.arguments)
    ccache = shutil.which("ccache") if options.cached else None
    configure = _configure(tree, into, options, without)
    told = dict(_settings(options, layout))
    key = _key(configure, told, ccache)
    more = {**told, **(through_ccache(layout.folder, layout.masks, ccache) if options.cached else NO_CCACHE)}
    return NginxPlan(
        prefix=into,
        layout=layout,
        files=len(changes.taken) + len(changes.gone),
        without=without,
        steps=tuple(_steps(layout.copy, configure, options, told, more, anew=_anew(state, changes, key))),
        env=plain_environment(),
        key=key,
        ccache=ccache,
    )


def check_tools() -> None:
    """Raises ToolError where what compiles is missing, and names it."""
    missing = [*(() if shutil.which("make") else ("make",)), *lacking()]
    if missing:
        raise needs("nginx", missing)


def _anew(state: StateFile, changes: Changes, key: str) -> bool:
    """Whether configure has to run, on nothing that was made before.

    What was made for another configuration does not fit, and an object may be half written where make was interrupted.
    """
    touched = any(map(configures, (*changes.taken, *changes.gone)))
    return changes.first or touched or state.begun is not None or state.configured != key


def _configure(tree: SourceTree, into: Path, options: BuildOptions, without: Mapping[str, str]) -> tuple[str, ...]:
    """A release has configure; a checkout has auto/configure."""
    script = "./configure" if (tree.root / "configure").is_file() else "./auto/configure"
    # nginx's makefile takes warnings for errors, and a compiler knows more of them than an old release avoids.
    lenient = () if given(options.arguments, "with-cc-opt") else ("--with-cc-opt=-Wno-error",)
    return (script, f"--prefix={into}", *optional.arguments(tree, without), *lenient, *options.arguments)


def _settings(options: BuildOptions, layout: Layout) -> Iterator[tuple[str, str]]:
    """The compiler has the flags with it: what configure is told of flags is in what it builds, for -V."""
    words = shlex.split(os.environ.get("CC", "")) or [Path(compiler()[0]).name]
    if options.reproducible:
        flag = reproducible.prefix_map(layout.copy, compiler())
        words += [] if flag is None else [flag]
    yield "CC", shlex.join([*words, *flags(options.sanitize)])
    yield from settings(options.sanitize).items()  # programs of the build run, too


def _steps(
    copy: Path,
    configure: tuple[str, ...],
    options: BuildOptions,
    told: Mapping[str, str],
    more: Mapping[str, str],
    *,
    anew: bool,
) -> Iterator[BuildStep]:
    if anew:
        yield BuildStep("configure", ("rm", "-rf", OBJECTS), copy, told)
        yield BuildStep("configure", configure, copy, told)
    yield BuildStep("make", ("make", f"-j{options.jobs or len(os.sched_getaffinity(0))}"), copy, more)
    yield BuildStep("install", ("make", "install"), copy, told)


def _key(configure: tuple[str, ...], told: Mapping[str, str], ccache: str | None) -> str:
    """Stands for all that decides what configure says, but for the tree."""
    variables = {name: told.get(name, os.environ.get(name)) for name in _VARIABLES}
    return hashlib.sha256(json.dumps([configure, variables, stamp(ccache)]).encode()).hexdigest()
