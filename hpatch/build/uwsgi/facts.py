"""How a uWSGI was built."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from hpatch.build.facts import BuildFacts, compiler_version
from hpatch.build.folder import Layout
from hpatch.build.uwsgi import script
from hpatch.build.uwsgi.installed import version

_FLAGS = "uwsgibuild.lastcflags"
"""In the source: where its script keeps the flags of the last build, each byte as two digits."""


def of_whole(folder: Path, program: Path) -> BuildFacts:
    """Of a uWSGI that was built in a folder. Raises ToolError when the program does not run."""
    helpers = script.Script(folder)
    command = ("python3" if word == sys.executable else word for word in helpers.commands()[0])
    return BuildFacts(
        kind="whole",
        httpd=None,
        mpm=None,
        compiler=compiler_version(script.COMPILER),
        flags={name: value for name, value in (("CC", script.COMPILER), ("CFLAGS", _flags(folder))) if value},
        configure=tuple(command),
        compiled=(),
        built=(script.PLUGIN.removesuffix("_plugin.so"),),
        server=f"uwsgi {version(str(program))}",
    )


def _flags(folder: Path) -> str:
    with suppress(OSError, ValueError):
        return bytes.fromhex((Layout(folder).copy / _FLAGS).read_text("ascii")).decode("utf-8", "replace").strip()
    return ""
