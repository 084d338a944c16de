"""How an httpd was built: the compiler and its flags, what configure was asked, and the modules that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from hpatch.build.facts import BuildFacts, compiler_version
from hpatch.build.folder import Layout
from hpatch.build.httpd.apxs import Apxs
from hpatch.build.httpd.installed import ask
from hpatch.build.httpd.variables import read
from hpatch.errors import HpatchError
from hpatch.processes.run import environment, run

FLAGS = ("CC", "CFLAGS", "EXTRA_CFLAGS", "NOTEST_CFLAGS", "CPPFLAGS", "EXTRA_CPPFLAGS", "LDFLAGS", "EXTRA_LDFLAGS")
"""Of `build/config_vars.mk`: what the compiler and the linker are given."""
_CONFIGURE = re.compile(rb"^  \$ (.*configure.*)$", re.M)


def of_whole(folder: Path, program: Path) -> BuildFacts:
    """Of an httpd that was built in a folder. Raises ToolError when the program does not run."""
    copy = Layout(folder).copy
    return _facts("whole", program, read(copy / "build" / "config_vars.mk"), _configured(copy / "config.log"), ())


def of_modules(apxs: Apxs, names: tuple[str, ...]) -> BuildFacts:
    """Of modules that were built by an apxs. Raises ToolError when its httpd does not run."""
    folder = ""
    with suppress(HpatchError):  # an old one knows no such variable
        folder = run([str(apxs.program), "-q", "installbuilddir"], env=environment()).decode("utf-8", "replace").strip()
    return _facts("modules", apxs.httpd, read(Path(folder or "/nowhere") / "config_vars.mk"), (), names)


def _facts(
    kind: Literal["whole", "modules"],
    program: Path,
    variables: Mapping[str, str],
    configure: tuple[str, ...],
    built: tuple[str, ...],
) -> BuildFacts:
    installed = ask(str(program))
    return BuildFacts(
        kind=kind,
        httpd=str(installed.version),
        mpm=installed.mpm,
        compiler=compiler_version(variables.get("CC", "")),
        flags={name: variables[name] for name in FLAGS if variables.get(name)},
        configure=configure,
        compiled=tuple(name.removesuffix(".c") for name in installed.static),
        built=built,
    )


def _configured(file: Path) -> tuple[str, ...]:
    """The command that configure writes at the head of its log."""
    with suppress(OSError):
        found = _CONFIGURE.search(file.read_bytes())
        if found is not None:
            with suppress(ValueError):
                return tuple(shlex.split(found[1].decode("utf-8", "surrogateescape")))
    return ()
