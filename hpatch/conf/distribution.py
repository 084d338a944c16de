"""The layouts of distributions that tell all modules that httpd has: those compiled in, and those of one folder."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.conf.view import View

DEBIAN = ("core.c", "mod_so.c", "mod_watchdog.c", "http_core.c", "mod_log_config.c", "mod_logio.c", "mod_version.c",
          "mod_unixd.c")  # fmt: skip
"""What Debian compiles in (`apache2 -l` of its 2.4.71)."""

RED_HAT = ("core.c", "mod_so.c", "http_core.c")
"""What Red Hat compiles in: its package is built with `--enable-mods-shared=all --enable-mpms-shared=all`, and its own
check holds that every module built has a LoadModule line."""

_STOCK = ("00-base.conf", "00-dav.conf", "00-lua.conf", "00-mpm.conf", "00-proxy.conf", "01-cgi.conf")
"""What httpd's package puts into `conf.modules.d`, in RHEL 7 to 10, Fedora, Amazon Linux and openEuler."""

_LOADS = r"(?im)^[ \t]*LoadModule[ \t]+(\w+)"
_MODS_ENABLED = r"(?im)^[ \t]*IncludeOptional[ \t]+[\"']?mods-enabled/\*\.load\b"
_CONF_MODULES_D = r"(?im)^[ \t]*Include(?:Optional)?[ \t]+[\"']?(?:/\S*/)?conf\.modules\.d/\*\.conf\b"
_ETC_HTTPD = r"(?im)^[ \t]*ServerRoot[ \t]+[\"']?/(?:\S*/)?etc/httpd/?[\"']?[ \t]*$"


def built_in(path: str, text: str, view: View) -> tuple[str, ...]:
    """What a distribution compiles into the httpd of a main file, if its folder of modules is there as a whole, an MPM
    included.

    Empty for another layout, and for a checkout without the folder or with a part of it: it tells nothing.
    """
    name = os.path.basename(path)  # noqa: PTH119 - the path stays text, as written
    folder = os.path.dirname(path)  # noqa: PTH120 - the path stays text, as written
    if name == "apache2.conf" and re.search(_MODS_ENABLED, text) is not None:
        return DEBIAN if _is_debian(os.path.join(folder, "mods-enabled"), view) else ()  # noqa: PTH118 - text only
    if (
        name == "httpd.conf"
        and re.search(_ETC_HTTPD, text) is not None
        and re.search(_CONF_MODULES_D, text) is not None
    ):
        modules = os.path.normpath(os.path.join(folder, os.pardir, "conf.modules.d"))  # noqa: PTH118 - text only
        return RED_HAT if _is_red_hat(modules, view) else ()
    return ()


def _is_debian(folder: str, view: View) -> bool:
    """Whether no link in `mods-enabled` leads nowhere."""
    if not view.is_folder(folder):
        return False
    loads = [name for name in view.names(folder) if name.endswith(".load")]
    there = all(view.exists(os.path.join(folder, name)) for name in loads)  # noqa: PTH118 - text only
    return there and any(name.startswith("mpm_") for name in loads)


def _is_red_hat(folder: str, view: View) -> bool:
    """Whether `conf.modules.d` has all that the package puts there.

    The MPM and mod_unixd are loaded in a build whose modules are all shared; another build has compiled them in.
    """
    if not view.is_folder(folder) or not set(_STOCK) <= set(view.names(folder)):
        return False
    loaded: set[str] = set()
    for name in ("00-base.conf", "00-mpm.conf"):
        file = os.path.join(folder, name)  # noqa: PTH118 - text only
        try:
            loaded.update(re.findall(_LOADS, view.read(file, file).text))
        except OSError:
            return False
    return "unixd_module" in loaded and any(module.startswith("mpm_") for module in loaded)
