"""What an installed nginx says of itself: its version, and what configure was asked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hpatch.errors import ToolError
from hpatch.processes.ask import ask
from hpatch.records import NamedTuple
from hpatch.versions import Version

_VERSION = re.compile(r"^nginx version: \S*?/(\d+\.\d+\.\d+)", re.M)
_ARGUMENTS = re.compile(r"^configure arguments: ?(.*)$", re.M)


class InstalledNginx(NamedTuple):
    """Which nginx it is. `arguments` are configure's; none where they are not told."""

    version: Version
    arguments: tuple[str, ...]


def said(program: Path, environment: Mapping[str, str] | None = None) -> InstalledNginx:
    """What an nginx answers to -V. Raises ToolError for a program that does not answer as nginx does."""
    text = "".join(ask(program, "-V", environment=environment))
    found = _VERSION.search(text)
    if found is None:
        raise ToolError(f"{program} does not answer -V as nginx does")
    arguments: tuple[str, ...] = ()
    told = _ARGUMENTS.search(text)
    with suppress(ValueError):
        arguments = tuple(shlex.split(told[1])) if told is not None else ()
    return InstalledNginx(Version.parse(found[1]), arguments)
