"""The C compiler that builds use: which one it is, whether it works, and ccache in its place."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from hpatch import log
from hpatch.errors import ToolError
from hpatch.processes.run import environment

NO_CCACHE = {"CCACHE_DISABLE": "1"}
"""What is set so that nothing comes from ccache, also where it is the user's own compiler."""
_COMPILERS = ("cc", "gcc", "clang")


def lacking() -> tuple[str, ...]:
    """What is missing to compile C: `cc`, or `stdlib.h` for the C library's headers. Raises ToolError for a compiler
    that does not work."""
    words = compiler()
    if shutil.which(words[0]) is None:
        return ("cc",)
    command = [*words, "-E", "-"]
    log.running(command)
    done = subprocess.run(command, input=b"#include <stdlib.h>\n", capture_output=True, env=environment(), check=False)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").splitlines()
        if said and not any("stdlib.h" in line for line in said):
            raise ToolError(f"the C compiler does not work: {shlex.join(command)}: {said[0].strip()}")
        if not said:
            raise ToolError(f"the C compiler does not work: {shlex.join(command)} ended with {done.returncode}")
        return ("stdlib.h",)
    return ()


def has_header(name: str) -> bool:
    """Whether the compiler finds a header. Raises ToolError when it cannot be run."""
    command = [*compiler(), "-E", "-"]
    log.running(command)
    text = f"#define PCRE2_CODE_UNIT_WIDTH 8\n#include <{name}>\n".encode()  # without it, PCRE2's is none
    try:
        return subprocess.run(command, input=text, capture_output=True, env=environment(), check=False).returncode == 0
    except OSError as error:
        raise ToolError(f"{command[0]} cannot be run: {error.strerror or error}") from error


def compiler() -> list[str]:
    """The C compiler's command: the user's, or the first that there is."""
    return shlex.split(os.environ.get("CC", "")) or [next(filter(None, map(shutil.which, _COMPILERS)), "cc")]


def compiler_names() -> Iterator[str]:
    """The names under which the compiler may be called by the build."""
    names = dict.fromkeys(_COMPILERS)
    words = shlex.split(os.environ.get("CC", ""))
    if len(words) == 1 and "/" not in words[0]:
        names[words[0]] = None
    machine = os.uname().machine
    names.update(dict.fromkeys(f"{machine}-linux-gnu-{name}" for name in ("gcc", "cc")))
    return (name for name in names if shutil.which(name) is not None)


def masquerade(folder: Path, ccache: str) -> None:
    """Fill a folder for the front of the PATH with ccache under the compiler's names.

    So the compiler keeps its name for libtool and apxs, to which `ccache gcc` is none that they know.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in compiler_names():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(ccache)


def through_ccache(folder: Path, masks: Path, ccache: str | None) -> Mapping[str, str]:
    """What is set so that make's compilers are those of a masquerade; nothing without ccache.

    The same source in another folder is the same to it.
    """
    if ccache is None:
        return {}
    told = {"CCACHE_BASEDIR": str(folder), "CCACHE_NOHASHDIR": "1"}
    path = f"{masks}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {"PATH": path, **{name: value for name, value in told.items() if name not in os.environ}}


def plain_environment() -> dict[str, str]:
    """Ours, without what a make that calls hpatch has set, and without what moves an installation."""
    env = environment()
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DESTDIR", "CONFIG_SITE"):
        env.pop(name, None)
    return env


def stamp(program: str | None) -> tuple[str, int, int] | None:
    """Stands for a program as it is now; None where there is none."""
    if program is None:
        return None
    told = Path(program).stat()
    return program, told.st_size, told.st_mtime_ns
