"""A baseline: the findings that are known already. They are hidden until they are gone, and then leave the baseline.

It is a file of JSON with a line an entry, sorted, so that a change of it can be read. Names of files are relative to
the baseline's folder, so that it holds in every checkout and from every working folder.
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hpatch import log
from hpatch.errors import InputError
from hpatch.lint.fingerprint import Fingerprints, fingerprints
from hpatch.lint.known import TEXTS, Baseline, Compared, KnownFinding
from hpatch.lint.names import absolute

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.lint.engine.task import LintTask
    from hpatch.lint.finding import Finding

SCHEMA = "hpatch.baseline/1"


def read(file: str) -> Baseline:
    """Read a baseline. Raises InputError if it cannot be read or is not a baseline."""
    if os.path.exists(file) and not os.path.isfile(file):  # noqa: PTH110, PTH113 - a pipe may never end
        raise InputError(f"{file}: the baseline cannot be read: it is not a file")
    try:
        data = json.loads(Path(file).read_bytes())
    except OSError as error:
        hint = f"; write it with --write-baseline {file}" if isinstance(error, FileNotFoundError) else ""
        raise InputError(f"{file}: the baseline cannot be read: {error.strerror or error}{hint}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file}: not a baseline of hpatch: {_fault(error)}") from None
    log.tell("read %s, the baseline", file)
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        other = f"its schema is {schema}, not {SCHEMA}" if isinstance(schema, str) else f'it lacks "schema": "{SCHEMA}"'
        raise InputError(f"{file}: not a baseline of hpatch: {other}")
    entries = data.get("findings")
    if not isinstance(entries, list):
        raise InputError(f'{file}: not a baseline of hpatch: "findings" is not a list')
    known: dict[str, KnownFinding] = {}
    for number, entry in enumerate(entries, 1):
        values = [entry.get(name) for name in TEXTS] if isinstance(entry, dict) else []
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) < len(TEXTS):
            raise InputError(f"{file}: entry {number} of the baseline lacks one of the texts {', '.join(TEXTS)}")
        known[texts[-1]] = KnownFinding(**dict(zip(TEXTS, texts, strict=True)), part=entry.get("part") is True)
    return Baseline(entries=known, numbered=data.get("numbered") is True)


def _fault(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else "a number in it is too long"


def compare(result: LintResult, task: LintTask, file: str, known: Baseline) -> LintResult:
    """The result without the findings that a baseline has."""
    given = _fingerprinted(result, file)
    shown = [
        (finding, own)
        for (finding, print_), own in zip(given, fingerprints(result), strict=True)
        if print_ not in known.entries
    ]
    compared = Compared(
        file=file,
        known=tuple(finding for finding, print_ in given if print_ in known.entries),
        gone=tuple(_gone(result, task, file, known, {print_ for _, print_ in given})),
        prints=tuple(other for _, other in shown),
    )
    return result._replace(findings=tuple(finding for finding, _ in shown), compared=compared)


def renew(result: LintResult, task: LintTask, file: str, known: Baseline) -> tuple[LintResult, Baseline]:
    """A new baseline with all findings of a result, and the result held against it.

    Of the old entries, those stay that were not looked for, such as those of other files.
    """
    name = _namer(result, file)
    parts = {one.name for one in result.read if one.part}
    entries = {
        print_: KnownFinding(
            file=name(finding.place.file),
            rule=finding.rule.code,
            message=finding.message,
            fingerprint=print_,
            part=finding.place.file in parts,
        )
        for finding, print_ in _fingerprinted(result, file)
    }
    gone = tuple(_gone(result, task, file, known, entries))
    dropped = {entry.fingerprint for entry in gone}
    kept = {print_: entry for print_, entry in known.entries.items() if print_ not in dropped}
    # Entries that stay may have needed httpd's version, also where this run does not know it.
    numbered = not result.unnumbered or (known.numbered and any(print_ not in entries for print_ in kept))
    compared = compare(result, task, file, Baseline(entries=entries))
    assert compared.compared is not None
    return (
        compared._replace(compared=compared.compared._replace(gone=gone, written=True)),
        Baseline(entries={**kept, **entries}, numbered=numbered),
    )


def text(baseline: Baseline) -> str:
    """A baseline's text."""
    lines = []
    for entry in sorted(baseline.entries.values()):
        values = entry._asdict()
        if not entry.part:
            del values["part"]
        lines.append(json.dumps(values))
    inner = "\n" + ",\n".join(lines) + "\n" if lines else ""
    numbered = '"numbered": true, ' if baseline.numbered else ""
    return f'{{"schema": "{SCHEMA}", {numbered}"findings": [{inner}]}}\n'


def _fingerprinted(result: LintResult, file: str) -> list[tuple[Finding, str]]:
    prints = Fingerprints(result.sources, _namer(result, file))
    return [(finding, prints.of(finding)) for finding in result.findings]


def _namer(result: LintResult, baseline: str) -> Callable[[str], str]:
    """Names of files from the baseline's folder, whatever the working folder is."""
    folder = os.path.dirname(absolute(baseline, result.root))  # noqa: PTH120 - text only
    return lambda file: os.path.relpath(absolute(file, result.root), folder)


def _gone(
    result: LintResult, task: LintTask, baseline: str, known: Baseline, found: Iterable[str]
) -> Iterable[KnownFinding]:
    """The entries without a finding that were looked for, with as much known as when they were written.

    A part of a configuration shows less than the whole, and httpd without its version less than with it.
    """
    if result.unread or (task.severity, task.confidence) != ("info", "low"):
        return
    less = known.numbered and result.unnumbered
    name = _namer(result, baseline)
    folder = os.path.dirname(absolute(baseline, result.root))  # noqa: PTH120 - text only
    read = {name(file.name): file for file in result.read}
    rules = {rule.code for rule in result.rules}
    there = set(found)
    for print_, entry in known.entries.items():
        if print_ in there or entry.rule not in rules:
            continue
        file = read.get(entry.file)
        if file is None:
            if not os.path.lexists(os.path.join(folder, entry.file)):  # noqa: PTH118 - text only
                yield entry
        elif not less and not (file.part and not entry.part) and not task.ignores(entry.rule, file.name):
            yield entry
