"""What an installed httpd says of itself: its version, its MPM, the modules that are compiled in."""

from __future__ import annotations

import os
import re

from hpatch.errors import ToolError
from hpatch.processes.ask import ask as ask_program
from hpatch.records import NamedTuple
from hpatch.versions import Version

_VERSION = re.compile(r"^Server version:.*?/(\d+\.\d+\.\d+)(?:[^\n(]*\(([^\n()]{1,80})\))?", re.M)
_MPM = re.compile(r"^Server MPM:[ \t]*(\S+)", re.M)
_SET = re.compile(r'^[ \t]*-D[ \t]+(HTTPD_ROOT|SERVER_CONFIG_FILE)="([^"]*)"', re.M)
_MODULE = re.compile(r"^[ \t]+(\S+\.c)[ \t]*$", re.M)


class Installed(NamedTuple):
    """An httpd: `mpm` is None where its modules, not the program, bring one; `static` are source files.

    `configuration` is the main file that it reads if it is given none. `built` is what it names in brackets behind its
    version: a vendor (`Debian`), or `Unix`; empty where there is nothing.
    """

    version: Version
    mpm: str | None
    static: tuple[str, ...]
    configuration: str | None = None
    built: str = ""


def ask(program: str) -> Installed:
    """Run `PROGRAM -V` and `PROGRAM -l`. Raises ToolError when it is missing or does not answer as httpd does."""
    about = _run(program, "-V")
    version = _VERSION.search(about)
    if version is None:
        raise ToolError(f"{program} does not answer -V as httpd does")
    mpm = _MPM.search(about)
    return Installed(
        version=Version.parse(version[1]),
        mpm=mpm[1].lower() if mpm else None,
        static=tuple(_MODULE.findall(_run(program, "-l"))),
        configuration=_configuration(about),
        built=version[2] or "",
    )


def _configuration(about: str) -> str | None:
    told = dict(_SET.findall(about))
    file = told.get("SERVER_CONFIG_FILE")
    return os.path.join(told.get("HTTPD_ROOT", ""), file) if file else None  # noqa: PTH118 - text only


def _run(program: str, option: str) -> str:
    # `-V` ends with an error where the configuration does not load, yet it has answered by then.
    return ask_program(program, option).output
