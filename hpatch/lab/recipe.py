"""How the trees of a proof are built: the whole of httpd, or the modules that change for an installed one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hpatch.build.httpd.optional import left_out
from hpatch.build.httpd.plan import BuildOptions, Mpm
from hpatch.build.httpd.sanitize import Sanitizer, check
from hpatch.build.outcome import Watch
from hpatch.errors import UsageError
from hpatch.lab.candidates import Candidate, SingleModules, Whole, WholeUwsgi, touched

if TYPE_CHECKING:
    from hpatch.build.httpd.apxs import Apxs
    from hpatch.lab.proof import ProofPlan


class Recipe(NamedTuple):
    """What a user asks for. `options` None: single modules for the httpd `httpd`, by `apxs` (None: those found).

    `mpm` is the one of that httpd's MPMs that is loaded; None: the one that it has or prefers. `sanitize` are the
    sanitizers to build with.
    """

    options: BuildOptions | None
    httpd: str | None = None
    apxs: str | None = None
    mpm: Mpm | None = None
    sanitize: tuple[Sanitizer, ...] = ()

    def found(self) -> Apxs:
        """The apxs that single modules are built with. Raises ToolError, UsageError."""
        from hpatch.build.httpd import apxs
        from hpatch.lab import specs

        return apxs.find(self.apxs, None if self.httpd is None else specs.program("httpd", self.httpd))

    def settled(self, plan: ProofPlan) -> BuildWay:
        """The recipe for the trees of a plan. Raises UsageError where single modules cannot show the change."""
        if plan.tree.project == "uwsgi":
            return self._uwsgi()
        check(self.sanitize)
        with_ = f", with -fsanitize={','.join(self.sanitize)}" if self.sanitize else ""
        if self.options is not None:
            options = self.options._replace(sanitize=self.sanitize)
            without = "".join(f", without mod_{name} ({why})" for name, why in left_out(plan.tree).items())
            return BuildWay(how=f"httpd with the MPM {options.mpm}{with_}{without}", options=options)
        from hpatch.build.httpd.installed import ask

        apxs = self.found()
        names = touched(plan.tree, plan.paths, apxs)
        files = ", ".join(f"mod_{name}" for name in names)
        mpm = f" with the MPM {self.mpm}" if self.mpm is not None else ""
        how = f"{files} in httpd {ask(str(apxs.httpd)).version}{mpm}{with_} ({apxs.httpd})"
        return BuildWay(how=how, names=names, apxs=apxs, mpm=self.mpm, sanitize=self.sanitize)

    def _uwsgi(self) -> BuildWay:
        if self.options is None or self.sanitize or self.mpm or self.options.arguments or self.options.mpm != "event":
            raise UsageError(
                "--module-only, --mpm, --sanitize and --configure-arg apply only to a tree of httpd; leave them out"
            )
        return BuildWay(
            how="uWSGI by its uwsgiconfig.py, behind the installed httpd", uwsgi=True, jobs=self.options.jobs
        )


class BuildWay(NamedTuple):
    """What is built: `how` in words; all of it with `options`, or the modules `names` with `apxs`, for an `mpm`
    and with the sanitizers `sanitize`; or uWSGI, with so many compilers at once."""

    how: str
    options: BuildOptions | None = None
    names: tuple[str, ...] = ()
    apxs: Apxs | None = None
    mpm: Mpm | None = None
    sanitize: tuple[Sanitizer, ...] = ()
    uwsgi: bool = False
    jobs: int | None = None

    def candidate(self, folder: Path, watch: Watch = lambda phase, line: None) -> Candidate[Any]:
        """What builds, in a folder."""
        if self.uwsgi:
            return WholeUwsgi(folder, self.jobs, watch)
        if self.options is not None:
            return Whole(folder, self.options, watch)
        assert self.apxs is not None
        return SingleModules(folder, self.names, self.apxs, mpm=self.mpm, sanitize=self.sanitize)
