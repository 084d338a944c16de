"""What a user asks of a build, of whichever server: each kind of tree says what of it applies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from hpatch.build.sanitize import Sanitizer
from hpatch.records import NamedTuple

Mpm = Literal["event", "worker", "prefork"]
Linking = Literal["static", "shared"]


class BuildOptions(NamedTuple):
    """How to build. `modules` static: those of STATIC, compiled in; shared: what httpd takes for usual, as files.

    `arguments` are further ones of configure, after hpatch's own; `jobs` None: as many as there are processors;
    `documentation`: install the manual, the headers and the tools as well, and not only what a server needs to run.
    `reproducible`: keep the folder and the date of the build out of what is compiled; `cached`: use ccache; `sanitize`:
    build with these sanitizers.
    """

    mpm: Mpm = "event"
    modules: Linking = "static"
    arguments: tuple[str, ...] = ()
    jobs: int | None = None
    documentation: bool = True
    reproducible: bool = False
    cached: bool = True
    sanitize: tuple[Sanitizer, ...] = ()


def given(arguments: Iterable[str], *options: str) -> bool:
    """Whether configure's arguments have one of these options."""
    return any(argument.split("=", 1)[0] == f"--{option}" for argument in arguments for option in options)
