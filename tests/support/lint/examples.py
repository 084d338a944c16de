"""The two examples in a rule's manual, and what linting them gives."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path
from typing import NamedTuple

from hpatch.backends.uwsgi.read import read
from hpatch.cli.options.configuration import reading, version
from hpatch.conf.load import load_text
from hpatch.lint.engine import LintResult, Task, lint_configuration
from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from hpatch.lint.settings import Settings, modules

FIRES, INSTEAD = "Fires on", "Write instead"

_BLOCK = re.compile(r"^(\S[^\n]*)::\n\n((?:[ ]{4}[^\n]*\n|[ ]*\n)+)", re.M)
_FILE = re.compile(r"^# file: (\S+)\n", re.M)


class Example(NamedTuple):
    """A configuration, the options that it is to be linted with, and the uWSGI files beside it."""

    text: str
    options: dict[str, str]
    files: dict[str, str]


def examples(rule: Rule) -> dict[str, Example]:
    """A rule's examples by their headings."""
    return {heading: _example(textwrap.dedent(text)) for heading, text in _BLOCK.findall(rule.manual + "\n")}


def _example(text: str) -> Example:
    options: dict[str, str] = {}
    first, _, rest = text.partition("\n")
    if first.startswith("# options:"):
        words = shlex.split(first.removeprefix("# options:"))
        options = dict(zip(words[::2], words[1::2], strict=True))
        text = rest
    main, *others = _FILE.split(text)
    return Example(main, options, dict(zip(others[::2], others[1::2], strict=True)))


def lint_example(example: Example, folder: Path) -> LintResult:
    """What all rules find in it."""
    given = dict(example.options)
    uwsgi_version = given.pop("--uwsgi-version", None)
    named = {name.removeprefix("--").replace("-", "_"): value for name, value in given.items()}
    if "modules" in named:
        named["modules"] = modules(named["modules"])  # type: ignore[assignment]
    instances = []
    for name, text in example.files.items():
        (folder / name).write_text(text)
    for name in example.files:
        instances.append(read(str(folder / name)))
    task = Task(rules(), uwsgi_version=None if uwsgi_version is None else version(uwsgi_version, "--uwsgi-version"))
    return lint_configuration(load_text(example.text, reading(Settings(**named), None).options), task, tuple(instances))
