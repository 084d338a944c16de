"""The examples in a rule's manual, and what linting them gives."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

from hpatch.backends import files as backends
from hpatch.backends.kinds import kind_of
from hpatch.backends.phpfpm import read as phpfpm
from hpatch.backends.uwsgi import formats
from hpatch.backends.uwsgi.read import read
from hpatch.cli.options.configuration import reading, version
from hpatch.conf.checked import Complaint, SyntaxCheck
from hpatch.conf.load import load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from hpatch.lint.settings import Settings, modules
from hpatch.report.lint.manual import blocks

FIRES, INSTEAD, SILENT = KINDS = ("Fires on", "Write instead", "Silent on")

NAME = "httpd.conf"
"""The file that an example stands for."""
_HEADING = re.compile(rf"({'|'.join(KINDS)})(?: \(([^()]+)\))?:")
_CHECKED = re.compile(r"# httpd -t, line (\d+): (.+)\n")
_FILE = re.compile(r"^# file: (\S+)\n", re.M)


class Example(NamedTuple):
    """A configuration, the options that it is to be linted with, and the uWSGI files beside it.

    `kind` is its heading without what that says in parentheses, which is `note`. `checked` is what httpd's syntax check
    is to have said.
    """

    kind: str
    note: str
    text: str
    options: dict[str, str]
    files: dict[str, str]
    checked: SyntaxCheck | None = None


def examples(rule: Rule, *kinds: str) -> list[Example]:
    """A rule's examples, of these kinds or of all. Raises ValueError where a heading is of no kind."""
    found = []
    heading = ""
    for block in blocks(rule.manual):
        if block.kind == "code":
            example = _example(heading, block.text + "\n")
            if not kinds or example.kind in kinds:
                found.append(example)
        heading = block.text
    return found


def _example(heading: str, text: str) -> Example:
    match = _HEADING.fullmatch(heading)
    if match is None:
        raise ValueError(
            f"an example's heading is one of {', '.join(KINDS)}, perhaps with a note in parentheses: {heading}"
        )
    options: dict[str, str] = {}
    first, _, rest = text.partition("\n")
    if first.startswith("# options:"):
        words = shlex.split(first.removeprefix("# options:"))
        options = dict(zip(words[::2], words[1::2], strict=True))
        text = rest
    said = _CHECKED.match(text)
    main, *others = _FILE.split(text)
    return Example(
        kind=match[1],
        note=match[2] or "",
        text=main,
        options=options,
        files=dict(zip(others[::2], others[1::2], strict=True)),
        checked=None if said is None else _check(int(said[1]), said[2]),
    )


def _check(line: int, text: str) -> SyntaxCheck:
    warns = "WARNING: " in text
    complaint = Complaint(text=text, file=NAME, line=line, weight="warning" if warns else "error")
    return SyntaxCheck("httpd", warns, (complaint,))


def named(*kinds: str) -> list[tuple[str, Rule, Example]]:
    """Every rule's examples of these kinds, each with a name for a test."""
    return [
        (f"{rule.name}-{number}", rule, example)
        for rule in rules()
        for number, example in enumerate(examples(rule, *kinds), start=1)
    ]


def lint_example(example: Example, folder: Path) -> LintResult:
    """What all rules find in it. No httpd is asked: `--httpd` has files checked on this machine."""
    given = dict(example.options)
    httpd = given.pop("--httpd", None)
    uwsgi_version = given.pop("--uwsgi-version", None)
    chosen = {name.removeprefix("--").replace("-", "_"): value for name, value in given.items()}
    if "modules" in chosen:
        chosen["modules"] = modules(chosen["modules"])  # type: ignore[assignment]
    for name, text in example.files.items():
        (folder / name).write_text(text)
    instances = [
        read(str(folder / name))
        for name in example.files
        if formats.of_name(name) is not None and not _is_other(name, example.files)
    ]
    pools = [phpfpm.read(str(folder / name)) for name in example.files if name.endswith(".conf")]
    others = [backends.read(str(folder / name)) for name in example.files if _is_other(name, example.files)]
    task = LintTask(rules(), uwsgi_version=None if uwsgi_version is None else version(uwsgi_version, "--uwsgi-version"))
    options = reading(Settings(**chosen), None).options._replace(
        check_files=httpd is not None or example.checked is not None
    )
    return lint_configuration(
        load_text(example.text, options, NAME),
        task,
        tuple(instances),
        checked=example.checked,
        pools=tuple(pools),
        backends=tuple(others),
    )


def _is_other(name: str, files: dict[str, str]) -> bool:
    """Whether a file is read by itself, and is neither uWSGI's nor of PHP-FPM."""
    service = name.removesuffix(".socket") + ".service"
    return kind_of(name, lambda: files[name]) is not None and not (name.endswith(".socket") and service in files)
