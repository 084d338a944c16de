"""What a configuration meets of the known problems of all releases, where httpd's version is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.facts.problems import KnownProblem
    from hpatch.lint.context import Context
    from hpatch.versions import Range

_SECURITY = "https://httpd.apache.org/security/vulnerabilities_24.html"
_GRAVE = ("access", "smuggling", "leak")
_MOST = 5
"""How many vulnerabilities the finding names with their ranges."""


@rule("KP003", "problems-of-releases", "info", advice=True, references=(_SECURITY,))
def problems_of_releases(context: Context) -> Iterator[Found]:
    """Some releases of httpd have known problems that this configuration meets.

    httpd's version is not known, so `known-vulnerability` and `known-fault` say nothing. This rule says once how many
    problems they would report for some release, from which release on none of them is left, and the ranges of the
    latest vulnerabilities by which somebody gets in, splits a request or a response, or gets data.

    It counts what a trigger finds. Vulnerabilities that have rules of their own are not counted.

    Say which httpd runs the configuration, with `--httpd-version`, `--httpd` or `--package`.

    Fires on::

        ProxyPass "/app/" "ajp://app.internal:8009/app/" secret=x

    Write instead::

        # options: --httpd-version 2.4.71
        ProxyPass "/app/" "ajp://app.internal:8009/app/" secret=x

    Silent on (nothing that a release has trouble with)::

        ErrorLog "logs/error_log"

    Source: httpd's records of its vulnerabilities, CHANGES of its releases, and the code on both sides of each fix.
    """
    if context.version is not None or context.build is not None:
        return
    from hpatch.facts.problems import everything  # only advice pays for it

    here = [(known, lines[0]) for known in everything() if (lines := _lines(context, known))]
    mended = [(known.fixed, at) for at, (known, _) in enumerate(here) if known.fixed is not None]
    if not mended:
        return
    last, latest = max(mended)
    vulnerabilities = sum(known.kind == "CVE" for known, _ in here)
    what = [(vulnerabilities, "vulnerability", "vulnerabilities"), (len(here) - vulnerabilities, "fault", "faults")]
    told = " and ".join(f"{number} known {one if number == 1 else more}" for number, one, more in what if number)
    some = f"some of {told}" if len(here) > 1 else told.replace("1", "a", 1)
    yield Found(
        here[latest][1].place,
        f"releases of httpd before {last} have {some} that this configuration meets",
        help=_help([known for known, _ in here]),
    )


def _lines(context: Context, known: KnownProblem) -> list[Node]:
    from hpatch.lint.rules._shared.triggers import met  # as above

    return next((lines for trigger in known.triggers if (lines := met(context, trigger))), [])


def _help(here: Sequence[KnownProblem]) -> str:
    grave = [known for known in here if known.kind == "CVE" and known.effect in _GRAVE and known.fixed is not None]
    grave.sort(key=lambda known: (known.fixed, known.id), reverse=True)
    named = [f"{known.id} ({', '.join(map(_told, known.affected))})" for known in grave[:_MOST]]
    said = []
    if named:
        more = f", and {len(grave) - _MOST} more" if len(grave) > _MOST else ""
        said.append(f"The latest by which somebody gets in or gets data: {', '.join(named)}{more}.")
    said.append("--httpd-version, --httpd or --package tells which httpd runs this: then each of its own is reported.")
    return " ".join(said)


def _told(one: Range) -> str:
    bounds = dict(one.conditions)
    since = f"since {bounds['>=']}, " if ">=" in bounds else ""
    return f"{since}before {bounds['<']}"
