"""Which httpd is meant, and what its vendor says of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch import log
from hpatch.errors import UsageError

if TYPE_CHECKING:
    from hpatch.advise.httpd import TargetHttpd
    from hpatch.advise.vendor.statement import Statement
    from hpatch.build.httpd.installed import Installed
    from hpatch.lint.answers import Build

_PANEL = "Target httpd"

Package = Annotated[
    str | None,
    typer.Option(
        "--package",
        metavar="PACKAGE",
        help='Take httpd from this package of a vendor: "apache2 2.4.57-2", or with the vendor and its release '
        '"httpd 2.4.57-5.el9 rhel 9". With --root, the default is the package that is installed below it.',
        rich_help_panel=_PANEL,
    ),
]
Advisories = Annotated[
    list[str] | None,
    typer.Option(
        "--advisories",
        metavar="PATH",
        help="Read the vendor's advisories from this file or folder, to know which problems its build has: JSON of "
        "OSV, of CSAF (Red Hat, SUSE) or of Debian's security tracker. Repeatable.",
        rich_help_panel=_PANEL,
    ),
]


def refuse_both(package: str | None, version: str | None, *, tree: bool = False) -> None:
    """Raise UsageError if the command line names more than one httpd."""
    if tree and (version is not None or package is not None):
        raise UsageError("--tree excludes --httpd-version and --package: it tells httpd's version")
    if package is not None and version is not None:
        raise UsageError("--package and --httpd-version exclude each other")


def target(
    *,
    version: str | None = None,
    package: str | None = None,
    root: str | None = None,
    program: str | None = None,
    asked: Installed | None = None,
) -> TargetHttpd | None:
    """The httpd that options name, None if they name none: the package, then a version with a vendor's suffix, the
    package below the root, and what a program said of itself. Where a plain version and a package have different
    numbers, the version counts.

    Raises UsageError, and InputError for a database that cannot be read.
    """
    if version is None and package is None and root is None and asked is None:
        return None
    from hpatch.advise import httpd  # most lints name none

    if package is not None:  # of the command line, and the version perhaps of the settings
        return _told(httpd.of_package(package))
    given = None if version is None else httpd.of_version(version)
    if given is not None and given.vendor is not None:
        return _told(given)
    if root is not None:
        below = httpd.below(root)
        if below is not None and (given is None or given.version == below.version):
            return _told(below)
    if program is not None and asked is not None and (given is None or given.version == asked.version):
        return _told(httpd.of_program(program, asked))
    return given


def _told(found: TargetHttpd) -> TargetHttpd:
    log.tell("%s, from %s", found.title, found.source)
    return found


def build(httpd: TargetHttpd | None, advisories: Sequence[str] | None) -> Build | None:
    """What is known of a vendor's build; None for an httpd as published.

    Raises InputError for advisories that cannot be read, UsageError for advisories and no vendor's build.
    """
    evidence = statements(httpd, advisories)
    if httpd is None or httpd.vendor is None:
        return None
    from hpatch.advise import answer

    return answer.build(httpd, evidence)


def of_tree(root: Path) -> tuple[TargetHttpd, Build]:
    """The httpd that a source tree would become, and which known problems it has. Raises InputError."""
    from hpatch.advise import answer, httpd
    from hpatch.cli.options import tree
    from hpatch.patch.sets.load import load

    tree.settle(root)
    found = _told(httpd.of_tree(root))
    return found, answer.build_of_tree(found, root, load().sets)


def statements(httpd: TargetHttpd | None, advisories: Sequence[str] | None) -> tuple[Statement, ...]:
    """What the vendor's advisories say. Raises as `build` does."""
    if not advisories:
        return ()
    if httpd is None or httpd.vendor is None:
        raise UsageError(
            "--advisories speak of a vendor's build, and nothing tells which one it is: give --package, such as "
            '"apache2 2.4.57-2"'
        )
    from hpatch.advise.vendor.read import read

    return tuple(read(advisories).statements)
