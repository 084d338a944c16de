"""What one rule finds in a configuration with the uWSGI files beside it."""

from __future__ import annotations

import textwrap

from hpatch.backends.uwsgi.read import read_text
from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.lint.context import Context
from hpatch.lint.finding import Finding
from hpatch.lint.rule import Rule
from hpatch.proxy.build import build
from hpatch.versions import Version


def find(
    rule: Rule,
    text: str,
    version: str | None = None,
    *,
    uwsgi: str = "",
    uwsgi_version: str | None = None,
    modules: Modules | None = None,
) -> list[Finding]:
    """What a rule finds; `uwsgi` is the text of an ini file, if one is given."""
    options = Options(version=None if version is None else Version.parse(version), modules=modules)
    configuration = load_text(textwrap.dedent(text), options)
    instances = (read_text(textwrap.dedent(uwsgi)),) if uwsgi else ()
    running = None if uwsgi_version is None else Version.parse(uwsgi_version)
    context = Context(configuration, build(configuration), instances, running)
    return [Finding.of(rule, found) for found in rule.check(context)]


def grades(found: list[Finding]) -> list[tuple[str, str]]:
    """Severity and confidence of each."""
    return [(finding.severity, finding.confidence) for finding in found]
