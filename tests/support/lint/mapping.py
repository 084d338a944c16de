"""What one rule finds in a text."""

from __future__ import annotations

import textwrap

from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.lint.context import Context
from hpatch.lint.finding import Finding
from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from hpatch.proxy.build import build
from hpatch.versions import Version


def mapping_rules() -> list[Rule]:
    """All rules of the family."""
    return [rule for rule in rules() if rule.code.startswith("MP")]


def find(
    name: str, text: str, version: str | None = None, modules: str | None = None, mpm: str | None = None
) -> list[Finding]:
    """What a rule finds."""
    rule = next(rule for rule in rules() if rule.name == name)
    options = Options(
        version=None if version is None else Version.parse(version),
        modules=None if modules is None else Modules(modules.split(","), complete=True),
        mpm=mpm,
    )
    configuration = load_text(textwrap.dedent(text), options)
    return [Finding.of(rule, found) for found in rule.check(Context(configuration, build(configuration)))]


def places(name: str, text: str, version: str | None = None, modules: str | None = None) -> list[tuple[int, int]]:
    """The line and column of each finding."""
    return [(finding.place.line, finding.place.column) for finding in find(name, text, version, modules)]
