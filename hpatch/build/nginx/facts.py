"""How an nginx was built: the compiler and its flags, what configure was asked, and the modules that there are."""

from __future__ import annotations

import re
from pathlib import Path

from hpatch import files
from hpatch.build.facts import BuildFacts, compiler_version
from hpatch.build.folder import Layout
from hpatch.build.nginx.installed import said
from hpatch.build.nginx.plan import OBJECTS

_VARIABLE = re.compile(r"^(CC|CFLAGS) =[ \t]*(.*?)[ \t]*$", re.M)
_MODULE = re.compile(r"^[ \t]*&(\w+),$", re.M)


def of_whole(folder: Path, program: Path) -> BuildFacts:
    """Of an nginx that was built in a folder. Raises ToolError when the program does not run."""
    copy = Layout(folder).copy
    installed = said(program)
    variables = dict(_VARIABLE.findall(_text(copy, "Makefile")))
    return BuildFacts(
        kind="whole",
        httpd=None,
        mpm=None,
        compiler=compiler_version(variables.get("CC", "")),
        flags={name: value for name, value in variables.items() if value},
        configure=("configure", *installed.arguments) if installed.arguments else (),
        compiled=tuple(_MODULE.findall(_text(copy, "ngx_modules.c"))),
        built=(),
        server=f"nginx {installed.version}",
    )


def _text(copy: Path, name: str) -> str:
    return (files.read(copy, f"{OBJECTS}/{name}") or b"").decode("utf-8", "surrogateescape")
