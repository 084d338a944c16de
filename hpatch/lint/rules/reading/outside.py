"""Files that an Include reads although they are not part of what was given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.lint.context import Context


@rule("CF050", "include-outside", "warning", references=("docs/cli.md",))
def include_outside(context: Context) -> Iterator[Found]:
    """An Include of a copy leads to a file of this machine.

    The findings may be about files that the server does not have. hpatch names the first such file, and counts the
    others.

    A copy is, for example, a checkout or an unpacked image. If the path of its main file ends like ServerRoot
    (`checkout/etc/apache2/apache2.conf`, ServerRoot "/etc/apache2"), hpatch takes what is above for the root folder and
    reads all absolute paths below it. The rule is silent about a main file in its ServerRoot on this machine.

    Give the folder that stands for `/` with `--root`. With `--no-outside`, hpatch does not read such files: the finding
    is an error, and the run ends with exit code 3.

    Fires on::

        IncludeOptional /etc/hosts

    Write instead::

        IncludeOptional conf.d/*.conf

    Source: hpatch itself; see its documentation of paths.
    """
    for problem in context.configuration.problems:
        if problem.kind == "outside":
            yield Found(
                problem.place,
                problem.message,
                help=problem.help,
                severity="error" if problem.fatal else None,
                confidence="medium" if problem.conditions else None,
            )
