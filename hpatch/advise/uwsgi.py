"""Which uWSGI it is: as published, or a vendor's build, of which its number does not tell what is mended in it."""

from __future__ import annotations

from hpatch.facts import vendors
from hpatch.facts.problems import KnownProblem, everything
from hpatch.lint.answers import Build, ProblemAnswer
from hpatch.records import NamedTuple
from hpatch.versions import Version


class TargetUwsgi(NamedTuple):
    """The uWSGI that gets the requests: its version, and the vendor's build that it is (None: it is as published)."""

    version: Version
    build: Build | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.build.name if self.build is not None else f"uWSGI {self.version}"

    def assess(self, problem: KnownProblem) -> ProblemAnswer:
        """Whether it has a problem of uWSGI's."""
        if self.build is not None and problem.id in self.build.answers:
            return self.build.answers[problem.id]
        has = problem.affects(self.version)
        because = f"uWSGI {self.version} as published {'has' if has else 'does not have'} it."
        return ProblemAnswer(
            problem=problem.id,
            verdict="affected" if has else "not affected",
            because=because,
            fixed="" if problem.fixed is None else str(problem.fixed),
        )


def build(version: str) -> Build | None:
    """A vendor's uWSGI by its version, that of a package (`2.0.21-5.1`) or what it says itself (`2.0.21-debian`).

    Nothing that hpatch reads tells what a vendor has mended in uWSGI, so the answer is `unknown` for each problem that
    the number has. None for a uWSGI as published. Raises ValueError if it is no version.
    """
    vendor = vendors.by_suffix(version) or vendors.by_name(version.partition("-")[2])
    if vendor is None:
        return None
    number = Version.parse(version)
    answers = {
        known.id: ProblemAnswer(
            problem=known.id,
            verdict="unknown",
            because=f"uWSGI {number} as published has it; nothing tells whether {vendor.name} has mended it.",
            # Other pages of a vendor are about httpd.
            reference=vendor.reference(known.id) if known.kind == "CVE" and vendor.tracker else "",
        )
        for known in everything("uwsgi")
        if known.affects(number)
    }
    return Build(name=f"{vendor.name}'s uWSGI {version}", answers=answers)
