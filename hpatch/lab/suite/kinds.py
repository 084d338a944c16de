"""The suites that can be run: a tree's own tests by pytest, or httpd's test framework."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hpatch.lab.model import GatewaySpec
from hpatch.lab.suite import perl
from hpatch.lab.suite import run as own
from hpatch.lab.suite.model import Results, SuiteChoice
from hpatch.lab.suite.run import Suite


def check(tree: Path, choice: SuiteChoice) -> None:
    """Raises InputError where there are no such tests, ToolError where something that they need is missing."""
    if choice.kind == "perl":
        perl.check(choice.folder, choice.paths)
    else:
        own.check(tree, choice.paths)


def run(suite: Suite, gateway: GatewaySpec, tests: Sequence[str] = ()) -> Results:
    """How each test ended on an httpd; `tests`: these at least, by name. Raises ToolError where they do not all run."""
    if suite.choice.kind == "pytest":
        return own.run(suite, gateway, tests)
    files = tuple(dict.fromkeys(test.partition(" ")[0] for test in tests))
    return perl.run(suite.choice.folder, suite.apxs, files or suite.choice.paths, suite.mpm, gateway)
