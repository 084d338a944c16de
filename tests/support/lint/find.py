"""What one rule finds in a configuration."""

from __future__ import annotations

import textwrap

from hpatch.backends.phpfpm import read as phpfpm
from hpatch.backends.uwsgi.read import read_text
from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.lint.context import Context
from hpatch.lint.finding import Finding
from hpatch.lint.registry import by_name
from hpatch.lint.rule import Rule
from hpatch.proxy.build import build
from hpatch.versions import Version


def find(
    rule: Rule | str,
    text: str,
    version: str | None = None,
    modules: Modules | str | None = None,
    mpm: str | None = None,
    *,
    uwsgi: str = "",
    uwsgi_file: str = "app.ini",
    uwsgi_version: str | None = None,
    fpm: str = "",
    part: bool = False,
) -> list[Finding]:
    """What a rule finds. A rule may be given by its name; modules as text (`a,b`) are all that there are; `uwsgi` is
    the text of a file of uWSGI called `uwsgi_file`, if there is one, `fpm` that of a file of PHP-FPM; `part` tells that
    the text is a part of a configuration."""
    if isinstance(rule, str):
        rule = by_name()[rule]
    if isinstance(modules, str):
        modules = Modules(modules.split(","), complete=True)
    options = Options(version=_version(version), modules=modules, mpm=mpm, main=False if part else None)
    configuration = load_text(textwrap.dedent(text), options)
    instances = (read_text(textwrap.dedent(uwsgi), uwsgi_file),) if uwsgi else ()
    pools = (phpfpm.read_text(textwrap.dedent(fpm)),) if fpm else ()
    context = Context(configuration, build(configuration), instances, _version(uwsgi_version), fpm=pools)
    return [Finding.of(rule, found) for found in rule.check(context)]


def _version(text: str | None) -> Version | None:
    return None if text is None else Version.parse(text)


def places(name: str, text: str, version: str | None = None, modules: str | None = None) -> list[tuple[int, int]]:
    """The line and column of each finding."""
    return [(finding.place.line, finding.place.column) for finding in find(name, text, version, modules)]


def grades(found: list[Finding]) -> list[tuple[str, str]]:
    """Severity and confidence of each."""
    return [(finding.severity, finding.confidence) for finding in found]
