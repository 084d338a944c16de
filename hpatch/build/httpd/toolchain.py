"""What building httpd takes on this machine: programs, headers, APR; and which Debian packages have what is missing."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from hpatch.build.compiler import lacking
from hpatch.build.options import given
from hpatch.build.packages import needs
from hpatch.errors import ToolError
from hpatch.processes.run import environment, run
from hpatch.records import NamedTuple

_CONFIG = ("config.guess", "config.sub")
_CONFIG_FOLDERS = ("/usr/share/autoconf/build-aux", "/usr/share/libtool/build-aux", "/usr/share/misc")


class Apr(NamedTuple):
    """An installed APR, by its own word: its configuration program, the folders of its build files and its headers."""

    program: str
    build: Path
    include: Path


class Toolchain(NamedTuple):
    """The programs to build with. `pcre` is PCRE's configuration program; `ccache` is None where there is none.

    None for `apr`, `apu` and `pcre`: the user says where it is.
    """

    apr: Apr | None
    apu: str | None
    pcre: str | None
    ccache: str | None


def find(*, pcre2: bool, buildconf: bool, arguments: Sequence[str] = ()) -> Toolchain:
    """What there is. `pcre2`: the tree knows PCRE2; `buildconf`: it has no configure; `arguments` are configure's.

    Raises ToolError, which names everything that is missing and its packages.
    """
    missing: list[str] = []

    def needed(name: str) -> str | None:
        program = shutil.which(name)
        if program is None:
            missing.append(name)
        return program

    needed("make")
    missing += lacking()
    # buildconf takes APR's files all the same.
    apr = needed("apr-1-config") if buildconf or not given(arguments, "with-apr", "with-included-apr") else None
    apu = needed("apu-1-config") if not given(arguments, "with-apr-util", "with-included-apr") else None
    pcre = None
    if not given(arguments, "with-pcre"):
        both = ("pcre2-config", "pcre-config") if pcre2 else ("pcre-config",)
        pcre = next(filter(None, map(shutil.which, both)), None) or needed(both[0])
    asked = Apr(apr, Path(_ask(apr, "--installbuilddir")), Path(_ask(apr, "--includedir"))) if apr else None
    if buildconf:
        needed("autoconf")
        needed("autoheader")
        if config_folder() is None:
            missing.append("config.guess")
        if asked is not None and not (asked.build / "find_apu.m4").is_file():
            missing.append("find_apu.m4")
    if missing:
        raise needs("httpd", missing)
    return Toolchain(asked, apu, pcre, shutil.which("ccache"))


def _ask(program: str, option: str) -> str:
    return run([program, option], env=environment()).decode("utf-8", "surrogateescape").strip()


def config_folder() -> Path | None:
    """Where GNU's config.guess and config.sub are."""
    folders = (Path(folder) for folder in _CONFIG_FOLDERS)
    return next((folder for folder in folders if all((folder / name).is_file() for name in _CONFIG)), None)


def imitate_apr(folder: Path, apr: Apr) -> tuple[Path, Path]:
    """Folders that look to httpd's buildconf like the sources of APR and APR-util, from the installed files."""
    config = config_folder()
    assert config is not None
    one, other = folder / "apr", folder / "apr-util"
    shutil.rmtree(folder, ignore_errors=True)
    files = {
        one / "build": (*(apr.build / name for name in ("PrintPath", "apr_common.m4", "find_apr.m4")),
                        *(config / name for name in _CONFIG)),
        one / "include": (apr.include / "apr_version.h",),
        other / "build": (apr.build / "find_apu.m4",),
    }  # fmt: skip
    try:
        for target, sources in files.items():
            target.mkdir(parents=True)
            for source in sources:
                shutil.copy(source, target)
        (other / "Makefile.in").touch()
    except OSError as error:
        raise ToolError(f"{error.filename}: cannot be copied for buildconf: {error.strerror}") from error
    return one, other
