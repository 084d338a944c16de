"""uWSGI's own build script, called so that also an old one works today, and nothing but uWSGI itself is built.

The source stays as it came; what compilers and Python have changed since is told to the script from outside: the
compiler's whole version (2.0.4 wants two numbers), common symbols, no warnings, Python's modules by their former names.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from hpatch.records import NamedTuple

PROGRAM = "uwsgi"
PLUGIN = "symcall_plugin.so"
"""Calls a function of a library as the application: what the lab's applications are."""
COMPILER = "cc"
_CORE = "hpatch"
_PLUGINS = "hpatch-plugins"
_PROFILE = """[uwsgi]
bin_name = uwsgi
plugin_dir = {plugins}
xml = false
yaml = false
json = false
ssl = false
pcre = false
routing = false
debug = false
unbit = false
malloc_implementation = libc
as_shared_library = false
locking = auto
event = auto
timer = auto
filemonitor = auto
"""
"""Spelt out: 2.0.4 cannot inherit one from another with today's Python."""
_COMPILER = """#!/bin/sh
case "$*" in -dumpversion) exec cc -dumpfullversion -dumpversion ;; esac
exec cc "$@"
"""
_RUN = """
import configparser, runpy, sys, sysconfig, types
configparser.ConfigParser.readfp = configparser.ConfigParser.read_file
former = types.ModuleType("distutils")
former.sysconfig = sys.modules["distutils.sysconfig"] = sysconfig
sys.modules["distutils"] = former
sys.argv[:] = ["uwsgiconfig.py", *sys.argv[1:]]
sys.path.insert(0, ".")
runpy.run_path("uwsgiconfig.py", run_name="__main__")
"""


class Script(NamedTuple):
    """The script's helpers, in a folder of hpatch's own beside the source."""

    folder: Path

    @property
    def compiler(self) -> Path:
        """What is called for a compiler."""
        return self.folder / "cc"

    @property
    def run(self) -> Path:
        """What runs the script."""
        return self.folder / "run.py"

    def commands(self) -> tuple[tuple[str, ...], ...]:
        """What makes PROGRAM and PLUGIN, in the source's folder."""
        python = (sys.executable, str(self.run))
        return ((*python, "--build", _CORE), (*python, "--plugin", "plugins/symcall", _PLUGINS))

    def settings(self) -> dict[str, str]:
        """What is set for the commands."""
        return {"CC": str(self.compiler), "CFLAGS": "-fcommon -w", "LC_ALL": "C.UTF-8"}

    def write(self, source: Path, plugins: str) -> None:
        """Make the helpers, and the profiles in the source. Raises OSError.

        `plugins` is where the program looks for plugins; they are made in the source's folder all the same.
        """
        (source / "buildconf" / f"{_CORE}.ini").write_text(_PROFILE.format(plugins=plugins))
        (source / "buildconf" / f"{_PLUGINS}.ini").write_text(_PROFILE.format(plugins="."))
        self.compiler.write_text(_COMPILER)
        self.compiler.chmod(0o755)
        self.run.write_text(_RUN)


def environment(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment without what uWSGI's script would take from it."""
    return {name: value for name, value in given.items() if not name.startswith(("UWSGI", "CFLAGS", "LDFLAGS"))}
