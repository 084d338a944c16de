"""Main files, and files that are a part of a configuration, such as a virtual host's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Problem

MAIN = frozenset({"apache2.conf", "httpd.conf"})
"""The names of main files."""


_SERVER = re.compile(r"^[ \t]*(?:ServerRoot|LoadModule)[ \t]", re.I | re.M)


def lists_modules(configuration: Configuration, main: bool | None, text: str) -> bool:
    """Whether the modules are all known that httpd loads before this text, its main file's, says which.

    An httpd says only which modules are compiled into it. A part does not load the others, so they are unknown.
    """
    modules = configuration.modules
    if main is True or not modules.complete or modules.names != modules.static:
        return modules.complete
    if main is None and os.path.basename(configuration.root) in MAIN:  # noqa: PTH119 - the path stays text, as written
        return True
    return main is None and _SERVER.search(text) is not None


def is_main(configuration: Configuration) -> bool:
    """Whether its file is a main file: by its name, or because it starts a server.

    ServerRoot stands in main files only (the reader sees to it). A Listen does not, nor does a LoadModule: Debian's
    `ports.conf` and Red Hat's `conf.d/ssl.conf` are parts. An httpd needs a port, though, and an MPM and mod_unixd.
    """
    if os.path.basename(configuration.root) in MAIN:  # noqa: PTH119 - the path stays text, as written
        return True
    loaded = configuration.modules.loaded_at
    return "listen" in configuration.by_key and ("unixd_module" in loaded or any(map(_is_mpm, loaded)))


def excuse_macros(problems: list[Problem], macros: Iterable[int]) -> None:
    """Let the undefined macros of a part be no fault: another file may define them. `macros` are their indexes."""
    for index in macros:
        problem = problems[index]
        problems[index] = problem._replace(
            kind="elsewhere", message=f"{problem.message} in this file; another may define it", fatal=False
        )


def excuse_includes(problems: list[Problem], absent: Iterable[int]) -> None:
    """Let the Includes of a part be no fault whose files are not here: they are on the server. `absent` as above."""
    for index in absent:
        problem = problems[index]
        problems[index] = problem._replace(
            message=f"{problem.message}; it may be on the server", help="hpatch did not read it.", fatal=False
        )


def _is_mpm(module: str) -> bool:
    return module.startswith("mpm_")
