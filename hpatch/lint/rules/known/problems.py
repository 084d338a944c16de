"""Known problems of this httpd and uWSGI that a configuration meets. `hpatch/facts/data/problems/` holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.facts.problems import KnownProblem, Product
    from hpatch.lint.answers import Build, ProblemAnswer
    from hpatch.lint.context import Context
    from hpatch.lint.found import Severity
    from hpatch.versions import Version

_SECURITY = "https://httpd.apache.org/security/vulnerabilities_24.html"
_CHANGES = "https://downloads.apache.org/httpd/CHANGES_2.4"
_GRAVE = ("access", "smuggling", "leak", "loss")
_MOST = 3
"""How many other places a finding names."""


@rule("KP001", "known-vulnerability", "error", confidence="medium", references=(_SECURITY,))
def known_vulnerability(context: Context) -> Iterator[Found]:
    """This configuration meets a published vulnerability of this version of httpd.

    Each vulnerability has a trigger: what a configuration has that meets it, such as a scheme, a parameter or a
    directive. The rule reports a vulnerability once, at the first line that triggers it. It is an error if somebody
    gets in, a request or a response is split, or data gets out, and a warning otherwise. A configuration that has the
    trigger is not always open: some vulnerabilities take a backend that is hostile, too.

    The rule is silent if httpd's version is not known. It knows those of the core and of httpd's modules for which a
    configuration tells that they are met. AC042, BE005 and MP056 report some more. With `--uwsgi-version`, it also
    reports vulnerabilities of the uWSGI that gets the requests.

    A distribution's build may contain a fix that its version does not show. If hpatch knows that httpd is one (from
    --httpd, --package, a version such as 2.4.57-2, or the packages below --root), the vendor's advisories and the
    package's changelog decide. If they do not, the finding says "may have", is an info, and names the vendor's tracker.

    Run a release that has the fix.

    Fires on::

        # options: --httpd-version 2.4.53
        ProxyPass "/app/" "ajp://app.internal:8009/app/" secret=x

    Write instead::

        # options: --httpd-version 2.4.71
        ProxyPass "/app/" "ajp://app.internal:8009/app/" secret=x

    Silent on (no backend)::

        # options: --httpd-version 2.4.53
        Redirect "/app/" "https://app.example/app/"

    Source: httpd's records of its vulnerabilities, and CHANGES of the releases that have the fixes.
    """
    yield from _found(context, vulnerabilities=True)


@rule("KP002", "known-fault", "warning", confidence="medium", references=(_CHANGES,))
def known_fault(context: Context) -> Iterator[Found]:
    """This configuration meets a known fault of this version of httpd.

    Each fault has a trigger: what a configuration has that meets it, such as a scheme, a parameter or a directive. The
    rule reports a fault once, at the first line that triggers it. It is a warning if data is lost or requests
    fail, stall or crash a process, and an info otherwise.

    The rule is silent if httpd's version is not known. It knows faults of mod_proxy and its modules, of mod_remoteip,
    and of TLS to backends, and some of the core and of other modules. With `--uwsgi-version`, it also reports faults of
    the uWSGI that gets the requests.

    A distribution's build may contain a fix that its version does not show. If hpatch knows that httpd is one, the
    vendor's advisories and the package's changelog decide. If they do not, the finding says "may have" and is an info.

    Run a release that has the fix, or apply the patch set that the finding names.

    Fires on::

        # options: --httpd-version 2.4.9
        ProxyPass "/app/" "fcgi://app.internal:9000/" iobuffersize=16384

    Fires on (a fault of uWSGI)::

        # options: --uwsgi-version 2.0.28
        ProxyPass "/app/" "uwsgi://app.internal:3032/"

    Write instead::

        # options: --httpd-version 2.4.71
        ProxyPass "/app/" "fcgi://app.internal:9000/" iobuffersize=16384

    Silent on (no backend)::

        # options: --httpd-version 2.4.9
        Redirect "/app/" "https://app.example/app/"

    Source: CHANGES of httpd's releases, its bug reports, and the code on both sides of each fix; uWSGI's history and
    issues, and experiments.
    """
    yield from _found(context, vulnerabilities=False)


def _found(context: Context, *, vulnerabilities: bool) -> Iterator[Found]:
    releases: dict[Product, tuple[Version | None, Build | None]] = {
        "httpd": (context.version, context.build),
        "uwsgi": (context.uwsgi_version, context.uwsgi_build),
    }
    for product, (version, build) in releases.items():
        if version is None:
            continue
        # Only a lint for a known version pays for these.
        from hpatch.facts.problems import NAMES, everything
        from hpatch.lint.rules._shared.triggers import met

        for known in everything(product):
            answer = None if build is None else build.answers.get(known.id)
            if (known.kind == "CVE") == vulnerabilities and _is_there(version, known, answer):
                # Each line once, whatever alternatives it meets.
                lines = {id(node): node for trigger in known.triggers for node in met(context, trigger)}
                if not lines:
                    continue
                if answer is None or build is None:
                    found = f"{NAMES[product]} {version} as published has"
                else:
                    found = f"{build.name} {'has' if answer.verdict == 'affected' else 'may have'}"
                yield _finding(found, known, list(lines.values()), answer)


def _is_there(version: Version, known: KnownProblem, answer: ProblemAnswer | None) -> bool:
    """Whether a problem is there, or may be. A vendor's word counts for more than the number."""
    from hpatch.lint.answers import concerns

    published = known.affects(version)
    return published if answer is None else concerns(answer, published=published)


def _finding(who: str, known: KnownProblem, lines: list[Node], answer: ProblemAnswer | None) -> Found:
    first, *others = lines
    unsure = answer is not None and answer.verdict == "unknown"
    more = len(others) - _MOST
    related = [Related(node.place, "and this line") for node in others[:_MOST]]
    if more > 0:
        related[-1] = Related(related[-1].place, f"and this line, and {more} more")
    return Found(
        first.place,
        f"{who} {known.id} here: {known.what}",
        related=tuple(related),
        help=_help(known, answer),
        severity="info" if unsure else _severity(known),
        confidence="low" if unsure else None,
        subject=known.id,
    )


def _severity(known: KnownProblem) -> Severity:
    if known.kind == "CVE":
        return "error" if known.effect in _GRAVE else "warning"
    return "info" if known.effect == "wrong" else "warning"


def _help(known: KnownProblem, answer: ProblemAnswer | None) -> str:
    said = [] if answer is None else [answer.because]
    if answer is None or answer.verdict == "unknown":
        said.append(f"The first release without it is {known.fixed}." if known.fixed else "No release is without it.")
    if known.sets:
        said.append(f"The patch set {' or '.join(known.sets)} cures it, where it applies.")
    if known.setting:
        said.append(known.setting)
    if known.fixed and answer is None:
        said.append("A distribution's build may have the fix under an older version number.")
    if answer is not None and answer.reference:
        said.append(f"See {answer.reference}")
    return " ".join(said)
