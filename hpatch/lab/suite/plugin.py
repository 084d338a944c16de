"""A plugin of pytest, loaded by the file: tells how each test ended as soon as it has, also if the run is cut off.

It is copied beside the tests, and imports nothing but the standard library.
"""

from __future__ import annotations

import json
import os
from typing import Any


def _write(name: str, outcome: str, longrepr: Any) -> None:
    crash = getattr(longrepr, "reprcrash", None)
    reason = str(getattr(crash, "message", longrepr or "")).strip().partition("\n")[0]
    line = json.dumps({"test": name, "outcome": outcome, "reason": reason[:300]})
    with open(os.environ["HPATCH_SUITE_RESULTS"], "a", encoding="ascii") as stream:  # noqa: PTH123
        stream.write(f"{line}\n")


def pytest_runtest_logreport(report: Any) -> None:
    """A phase of a test has ended."""
    if report.when == "call" or report.outcome != "passed":
        _write(report.nodeid, report.outcome, report.longrepr if report.outcome == "failed" else "")


def pytest_collectreport(report: Any) -> None:
    """A file was read."""
    if report.failed:
        _write(report.nodeid, "failed", report.longrepr)
