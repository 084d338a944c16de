"""A suite before a change and after it; what seems worse is run again on both sides."""

from __future__ import annotations

import time
from collections.abc import Callable

from hpatch.errors import ToolError
from hpatch.lab.model import GatewaySpec
from hpatch.lab.suite.kinds import check, run
from hpatch.lab.suite.model import Results, SuiteRun, compared, suspects
from hpatch.lab.suite.run import Suite

Tell = Callable[[str], None]
_TOLD = "httpd's own tests"
_AGAIN = 2
"""So often a test that seems worse is run once more on both sides."""


class SuiteProof:
    """First `begin`, on the httpd before, then `end`, on both. Without a suite, nothing is run.

    Raises as `check` does.
    """

    def __init__(self, suite: Suite | None) -> None:
        self._suite = suite
        if suite is not None:
            check(suite.tree, suite.choice)
        self._before: Results = {}
        self._seconds = 0.0

    def begin(self, before: GatewaySpec, tell: Tell) -> None:
        """Run it on the httpd before. Raises ToolError where no test passes: nothing can be compared with that."""
        if self._suite is None:
            return
        began = time.monotonic()
        tell(_TOLD)
        self._before = run(self._suite, before)
        if not any(one.ended == "passed" for one in self._before.values()):
            failed = ((name, one) for name, one in self._before.items() if one.ended == "failed")
            why = next((f"{name}: {one.reason}" for name, one in failed), "all are skipped")
            raise ToolError(f"none of httpd's own tests passes on the httpd as it is: {why}")
        self._seconds += time.monotonic() - began

    def end(self, before: GatewaySpec, after: GatewaySpec, tell: Tell) -> SuiteRun | None:
        """Run it on the httpd after, and compare. Raises ToolError."""
        if self._suite is None:
            return None
        began = time.monotonic()
        tell(_TOLD)
        sides: tuple[list[Results], list[Results]] = ([self._before], [_run(self._suite, after)])
        again = suspects(sides[0][0], sides[1][0])
        for _ in range(_AGAIN if again else 0):
            sides[0].append(run(self._suite, before, again))
            sides[1].append(_run(self._suite, after, again))
        self._seconds += time.monotonic() - began
        return compared(self._suite.choice.paths, sides[0], sides[1], self._seconds)


def _run(suite: Suite, after: GatewaySpec, tests: tuple[str, ...] = ()) -> Results:
    """On the httpd after: that they do not all run is an answer, too, as if none had passed."""
    try:
        return run(suite, after, tests)
    except ToolError:
        return {}
