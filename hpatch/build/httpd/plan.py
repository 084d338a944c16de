"""What building httpd would run: the steps, each a command, with the reasons that are in the tree and in the folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from hpatch.build import reproducible
from hpatch.build.compiler import compiler, plain_environment, stamp, through_ccache
from hpatch.build.copying import Changes, configures
from hpatch.build.folder import Layout
from hpatch.build.httpd import debian
from hpatch.build.httpd.optional import left_out
from hpatch.build.httpd.toolchain import Toolchain
from hpatch.build.options import BuildOptions, given
from hpatch.build.outcome import BuildStep
from hpatch.build.sanitize import flags, settings
from hpatch.build.state import StateFile
from hpatch.build.trees.source import SourceTree
from hpatch.records import NamedTuple

STATIC = (
    *("unixd", "authn_core", "authz_core", "authz_host", "log_config", "mime", "alias", "dir", "env", "setenvif"),
    *("headers", "rewrite", "filter", "deflate", "buffer", "status", "socache_shmcb", "slotmem_shm"),
    *("proxy", "proxy_http", "proxy_fcgi", "proxy_scgi", "proxy_uwsgi", "proxy_ajp", "proxy_connect"),
    *("proxy_balancer", "proxy_wstunnel", "proxy_hcheck", "watchdog"),
    *("ssl", "http2"),
    *("lbmethod_byrequests", "lbmethod_bytraffic", "lbmethod_bybusyness", "lbmethod_heartbeat"),
)
"""What a reverse proxy and the lab use; configure passes over those that a version does not have."""

VARIABLES = ("CC", "CFLAGS", "CPPFLAGS", "LDFLAGS", "LIBS", "NOTEST_CFLAGS", reproducible.EPOCH)
"""The variables of the environment that decide what is compiled."""


class BuildPlan(NamedTuple):
    """The steps, in their order. `env` is the environment that their settings are added to.

    `files` is how many files are copied or removed before, `key` stands for what configure is asked. `without` are the
    modules that the tree has and that cannot be built, with the reason.
    """

    tree: SourceTree
    prefix: Path
    folder: Path
    files: int
    without: Mapping[str, str]
    steps: tuple[BuildStep, ...]
    env: Mapping[str, str]
    key: str


def plan(
    tree: SourceTree,
    prefix: Path,
    options: BuildOptions,
    layout: Layout,
    tools: Toolchain,
    state: StateFile,
    changes: Changes,
) -> BuildPlan:
    """What is to be done for a tree, given how far its folder has come."""
    added = dict(_settings(tree, options, layout))
    cached = {
        **added,
        **(through_ccache(layout.folder, layout.masks, tools.ccache) if options.cached else {"CCACHE_DISABLE": "1"}),
    }
    without = left_out(tree)
    configure = ("./configure", *_arguments(prefix, options, tools, without))
    key = _key(configure, added, tools)
    # configure compiles next to nothing twice, and would only wait for ccache.
    steps = tuple(
        BuildStep(phase, command, folder, cached if phase == "make" else added)
        for phase, command, folder, _ in _steps(tree, options, layout, state, changes, configure, key)
    )
    return BuildPlan(
        tree=tree,
        prefix=prefix,
        folder=layout.folder,
        files=len(changes.taken) + len(changes.gone),
        without=without,
        steps=steps,
        env=plain_environment(),
        key=key,
    )


def _steps(
    tree: SourceTree,
    options: BuildOptions,
    layout: Layout,
    state: StateFile,
    changes: Changes,
    configure: tuple[str, ...],
    key: str,
) -> Iterator[BuildStep]:
    copy = layout.copy
    make = ("make", f"-j{options.jobs or len(os.sched_getaffinity(0))}")
    touched = any(map(configures, (*changes.taken, *changes.gone)))
    anew = changes.first or touched or state.begun in ("buildconf", "configure") or state.configured != key
    if anew and not (tree.root / "configure").is_file():
        apr = layout.apr
        command = ("./buildconf", f"--with-apr={apr / 'apr'}", f"--with-apr-util={apr / 'apr-util'}")
        if changes.first or touched or state.begun == "buildconf" or not (copy / "configure").is_file():
            yield BuildStep("buildconf", command, copy)
    if anew:
        yield BuildStep("configure", configure, copy)
    if (anew and not changes.first) or state.begun == "make":
        # Objects do not know what configure said, and one that was interrupted may be half written.
        yield BuildStep("make", ("make", "clean"), copy)
    yield BuildStep("make", make, copy)
    if options.documentation:
        yield BuildStep("install", ("make", "install"), copy)
    else:
        yield BuildStep("install", ("make", "program-install", "install-conf"), copy)
        yield BuildStep("install", ("make", "-C", "modules", "install"), copy)


def _arguments(prefix: Path, options: BuildOptions, tools: Toolchain, without: Collection[str]) -> Iterator[str]:
    yield f"--prefix={prefix}"
    if tools.apr is not None and not given(options.arguments, "with-apr", "with-included-apr"):
        yield f"--with-apr={tools.apr.program}"
    if tools.apu is not None:
        yield f"--with-apr-util={tools.apu}"
    if tools.pcre is not None:
        yield f"--with-pcre={tools.pcre}"
    yield f"--with-mpm={options.mpm}"
    if options.modules == "static":
        yield "--enable-modules=none"
        yield f"--enable-mods-static={' '.join(name for name in STATIC if name not in without)}"
    else:  # configure would find the library, and the module not compile
        yield from (f"--disable-{name}" for name in without if not given(options.arguments, f"enable-{name}"))
    yield from options.arguments


def _settings(tree: SourceTree, options: BuildOptions, layout: Layout) -> Iterator[tuple[str, str]]:
    told = debian.preprocessor(tree.root)
    if told is not None:
        yield "CPPFLAGS", " ".join(filter(None, (told, os.environ.get("CPPFLAGS"))))
    if options.reproducible:
        yield reproducible.EPOCH, date(tree.root)
        flag = reproducible.prefix_map(layout.copy, compiler())
        if flag is not None:
            # Flags of this variable come after configure's own, which it still chooses.
            yield "NOTEST_CFLAGS", " ".join(filter(None, (flag, os.environ.get("NOTEST_CFLAGS"))))
    if options.sanitize:
        for name, usual in (("CFLAGS", "-g -O2"), ("LDFLAGS", "")):
            yield name, " ".join(filter(None, (os.environ.get(name, usual), *flags(options.sanitize))))
        yield from settings(options.sanitize).items()  # programs of the build run, too


def date(root: Path) -> str:
    """The date of what is built from a tree, in seconds since 1970: the user's, the tree's, or none in particular."""
    told = debian.date(root)
    return os.environ.get(reproducible.EPOCH) or str(reproducible.LONG_AGO if told is None else int(told.timestamp()))


def _key(configure: Sequence[str], settings: Mapping[str, str], tools: Toolchain) -> str:
    """Stands for all that decides what configure says, but for the tree."""
    variables = {name: settings.get(name, os.environ.get(name)) for name in VARIABLES}
    programs = [stamp(name) for name in (tools.pcre, tools.apu, tools.apr and tools.apr.program, tools.ccache)]
    return hashlib.sha256(json.dumps([configure, variables, programs]).encode()).hexdigest()
