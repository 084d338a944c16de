"""What sanitizers report while an httpd is tried: found in its log, named so that a name outlives a change of lines."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from hpatch.build.sanitize import Sanitizer
from hpatch.errors import ToolError
from hpatch.lab.model import GatewaySpec, Product, Sanitized
from hpatch.processes.run import environment, run
from hpatch.records import NamedTuple

_ERROR = re.compile(r"^==\d+==ERROR: \w+Sanitizer: (?:attempting )?([\w-]+)")
_RUNTIME = re.compile(r"^(\S+?):\d+(?::\d+)?: runtime error: (.*)")
_FRAME = re.compile(r"^\s*#\d+ 0x[0-9a-f]+ in (\S+) (\S+)")
_OFFSET = re.compile(r"^(\s*#\d+ 0x[0-9a-f]+)( +(?:in \S+ )?\((\S+)\+(0x[0-9a-f]+)\))", re.M)
"""A frame without its line; the parts are for `_placed`."""
_OWN = re.compile(r"libsanitizer|compiler-rt|^\(")
"""Where frames of the sanitizer itself are from, and those of libraries without lines."""
_NUMBER = re.compile(r"-?\b(?:0x[0-9a-f]+|\d+)\b")
_STACK = 12
"""So many lines after a report its own place is looked for."""
_SHOWN = 6


class SanitizerReport(NamedTuple):
    """A report: what it is of, in which function and file (empty where it does not say), and its first lines."""

    kind: str
    function: str
    file: str
    text: str

    @property
    def name(self) -> str:
        """What is the same before and after a change that moves lines."""
        function = f" in {self.function}" if self.function else ""
        return f"{self.kind}{function}{f' ({self.file})' if self.file else ''}"


_Made = TypeVar("_Made", bound=Product)


class Reported(NamedTuple):
    """Reports of one name: how many before and after, whether they are new, and the first lines of one."""

    name: str
    before: int
    after: int
    new: bool
    text: str


def reports(log: str) -> Iterator[SanitizerReport]:
    """The reports in what a program has written. Several threads may write at once: a part may be missing."""
    lines = log.splitlines()
    for at, line in enumerate(lines):
        text = "\n".join(lines[at : at + _SHOWN])
        runtime, error = _RUNTIME.match(line), _ERROR.match(line)
        if runtime is not None:
            function, _ = _place(lines[at + 1 : at + 2])
            yield SanitizerReport(_NUMBER.sub("N", runtime[2]), function, _base(runtime[1]), text)
        elif error is not None:
            function, file = _place(lines[at + 1 : at + 1 + _STACK])
            yield SanitizerReport(error[1], function, file, text)


def placed_reports(log: str) -> Iterator[SanitizerReport]:
    """The same, with the functions of children that could not name them."""
    return reports(_placed(log)) if next(reports(log), None) is not None else iter(())


def _place(lines: Sequence[str]) -> tuple[str, str]:
    """The function and file of the first frame that is the program's own."""
    for line in lines:
        frame = _FRAME.match(line)
        if frame is not None and not _OWN.search(frame[2]):
            return frame[1], _base(frame[2])
        if not line.strip():
            break  # what follows are the stacks of others
    return "", ""


def _base(path: str) -> str:
    return path.rpartition("/")[2].partition(":")[0]


def compared(before: Sequence[SanitizerReport], after: Sequence[SanitizerReport]) -> tuple[Reported, ...]:
    """The reports of both, by name. One that does not say its function is not new where the same was there in any."""
    counts = [Counter(one.name for one in reports) for reports in (before, after)]
    known = {(one.kind, one.file) for one in before}
    first: dict[str, SanitizerReport] = {}
    for one in (*before, *after):
        first.setdefault(one.name, one)
    return tuple(
        Reported(
            name=name,
            before=counts[0][name],
            after=counts[1][name],
            new=not counts[0][name] and (bool(one.function) or (one.kind, one.file) not in known),
            text=one.text,
        )
        for name, one in sorted(first.items())
    )


class Collected:
    """A folder in which sessions put the logs of gateways that were built with sanitizers."""

    def __init__(self, folder: Path, sanitizers: Sequence[Sanitizer], environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._on = bool(sanitizers)
        self._environment = environment
        self.remove()

    def watched(self, made: _Made, moment: str) -> _Made:
        """The server, so that what it reports is kept for a moment."""
        if not self._on:
            return made
        folder = self._folder / moment.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        assert isinstance(made, GatewaySpec), "only httpd is built with sanitizers"
        return made._replace(sanitized=Sanitized(self._environment, folder))

    def of(self, moment: str) -> tuple[SanitizerReport, ...]:
        """The reports of a moment by now."""
        logs = sorted((self._folder / moment.replace(" ", "-")).glob("*.log"))
        return tuple(one for path in logs for one in reports(path.read_bytes().decode("utf-8", "replace")))

    def compared(self, before: str, after: str) -> tuple[Reported, ...] | None:
        """What was reported in two moments; None without sanitizers."""
        return compared(self.of(before), self.of(after)) if self._on else None

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)


def keep(log: str, folder: Path) -> None:
    """Keep a gateway's log, where something is reported in it.

    Its places are looked up now: the next build may go over the files.
    """
    if next(reports(log), None) is not None:
        number = sum(1 for _ in folder.glob("*.log"))
        (folder / f"{number:06}.log").write_bytes(_placed(log).encode("utf-8", "surrogateescape"))


def _placed(log: str) -> str:
    """The log with functions and lines where it has offsets in files.

    A child that runs as another user cannot read what it was loaded from, and so cannot name its functions.
    """
    offsets: dict[str, dict[str, str]] = {}
    for frame in _OFFSET.finditer(log):
        offsets.setdefault(frame[3], {})[frame[4]] = ""
    for file, found in offsets.items():
        found.update(_looked_up(file, list(found)))
    return _OFFSET.sub(lambda frame: f"{frame[1]}{offsets[frame[3]][frame[4]] or frame[2]}", log)


def _looked_up(file: str, offsets: Sequence[str]) -> Mapping[str, str]:
    """By offset: ` in FUNCTION FILE:LINE`, of the innermost function, as far as addr2line knows it."""
    if not Path(file).is_file() or shutil.which("addr2line") is None:
        return {}
    try:
        told = run(["addr2line", "-f", "-e", file, *offsets], env=environment()).decode("utf-8", "surrogateescape")
    except ToolError:
        return {}
    lines = told.splitlines()
    pairs = zip(offsets, lines[::2], lines[1::2], strict=False)
    return {offset: f" in {function} {place}" for offset, function, place in pairs if not place.startswith("?")}
