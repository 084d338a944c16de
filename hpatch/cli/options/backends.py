"""What --uwsgi names: files of uWSGI, and uWSGI itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.cli.options import configuration
from hpatch.errors import UsageError
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.advise.uwsgi import TargetUwsgi
    from hpatch.lint.answers import Build

_PANEL = "Backends"

Uwsgi = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATH",
        help="Read this file of uWSGI (ini, YAML, JSON or XML; FILE:SECTION for a section), or those in this "
        "folder. Repeatable. Files of uWSGI in a folder of configurations are found automatically. If PATH is uWSGI "
        "itself, its program, run it with --version.",
        rich_help_panel=_PANEL,
    ),
]
Fpm = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATH",
        help="Read this file of PHP-FPM, or the files with pools in this folder. Repeatable. Files with pools in a "
        "folder of configurations are found automatically.",
        rich_help_panel=_PANEL,
    ),
]
BackendFiles = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATH",
        help="Read this file of a backend, or those in this folder: a unit of systemd, gunicorn's configuration, "
        "Tomcat's server.xml, or a file of uWSGI or PHP-FPM. Repeatable. Such files in a folder of "
        "configurations are found automatically.",
        rich_help_panel=_PANEL,
    ),
]
UwsgiVersion = Annotated[
    str | None, typer.Option(metavar="VERSION", help="Assume this version of uWSGI.", rich_help_panel=_PANEL)
]


class NamedUwsgi(NamedTuple):
    """The files and folders with configurations, None if there are none; and the version of the program."""

    files: tuple[str, ...] | None
    version: str | None


def named(paths: Sequence[str] | None, version: str | None) -> NamedUwsgi:
    """Part the paths on the command line, and ask a program for its version if none is given.

    Raises UsageError for two programs, ToolError for a program that is not uWSGI.
    """
    if paths is None:
        return NamedUwsgi(None, version)
    from hpatch.build.uwsgi import installed  # only --uwsgi pays for it

    programs = list(dict.fromkeys(path for path in paths if installed.is_program(path)))
    if len(programs) > 1:
        raise UsageError(f"--uwsgi names two programs, '{programs[0]}' and '{programs[1]}'; give one")
    files = tuple(path for path in paths if path not in programs)
    if programs and version is None:
        version = installed.version(programs[0])
    return NamedUwsgi(files or None, version)


def refuse_programs(paths: Sequence[str]) -> None:
    """Raise UsageError if one of the paths of a settings file is a program: such a file has nothing run."""
    if not paths:
        return
    from hpatch.build.uwsgi import installed

    for path in paths:
        if installed.is_program(path):
            raise UsageError(f"uwsgi names a program in the settings, '{path}'; give it as --uwsgi on the command line")


def target(version: str) -> TargetUwsgi:
    """The uWSGI that a version means. Raises UsageError if it is none."""
    from hpatch.advise import uwsgi

    return uwsgi.TargetUwsgi(configuration.version(version, "--uwsgi-version"), build(version))


def build(version: str | None) -> Build | None:
    """The vendor's build that a version of uWSGI means; None for uWSGI as published, and if it is not known."""
    if version is None:
        return None
    from hpatch.advise import uwsgi  # only rules about known problems pay for it

    return uwsgi.build(version)
