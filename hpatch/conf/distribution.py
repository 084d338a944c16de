"""Debian's layout, which tells all modules that httpd has: those compiled in, and those of `mods-enabled`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.conf.view import View

BUILT_IN = ("core.c", "mod_so.c", "mod_watchdog.c", "http_core.c", "mod_log_config.c", "mod_logio.c", "mod_version.c",
            "mod_unixd.c")  # fmt: skip
"""What Debian compiles in (`apache2 -l` of its 2.4.71)."""

_ENABLED = "mods-enabled"
_INCLUDE = re.compile(rf"^[ \t]*IncludeOptional[ \t]+[\"']?{_ENABLED}/\*\.load\b", re.I | re.M)


def is_debian(path: str, text: str, view: View) -> bool:
    """Whether a main file is Debian's and its `mods-enabled` is there as a whole, an MPM included.

    A checkout without the folder, or with links that lead nowhere, tells nothing.
    """
    if os.path.basename(path) != "apache2.conf" or _INCLUDE.search(text) is None:  # noqa: PTH119 - the path stays text, as written
        return False
    folder = os.path.join(os.path.dirname(path), _ENABLED)  # noqa: PTH118, PTH120 - the path stays text, as written
    if not view.is_folder(folder):
        return False
    loads = [name for name in view.names(folder) if name.endswith(".load")]
    there = all(view.exists(os.path.join(folder, name)) for name in loads)  # noqa: PTH118 - the path stays text, as written
    return there and any(name.startswith("mpm_") for name in loads)
