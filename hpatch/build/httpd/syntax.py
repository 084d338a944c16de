"""Run an installed httpd's syntax check, `httpd -t`, on a configuration, and read what it says."""

from __future__ import annotations

import os
import re
import select
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import TYPE_CHECKING

from hpatch.conf.checked import Complaint, SyntaxCheck, Weight
from hpatch.errors import ToolError

if TYPE_CHECKING:
    from hpatch.processes.keeper import Program

_PATIENCE = 60.0
"""Seconds: httpd may wait for the resolver if the configuration has host names."""
_MOST = 1 << 20
"""Bytes of output that are read."""
_NOT_RUN = (126, 127)
"""The shell's exit codes for a program that it cannot run."""
_KEPT = ("HOME", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")
"""What httpd gets of this process's environment. Other variables could change what the configuration means."""

_WALKING = re.compile(r"AH\d+: Syntax error on line (\d+) of (.+):$")
"""What httpd says of a directive that it refuses; the reason is on the next line."""
_READING = re.compile(r"(?:[^\s:]+: )?Syntax error on line (\d+) of (.+?): +")
"""What it says while it reads; for an included file once more, in the same line."""
_USED = re.compile(r'macro \'.*\' \(defined on line .*\) used on line (\d+) of "(.+?)"')
_DEFINED = re.compile(r" defined at (.+):(\d+)$")
_LOGGED = re.compile(r"\[[^\]]*\] \[[^\]:]*:(?P<level>\w+)\] \[pid [^\]]*\] (?P<text>.*)")
_START = re.compile(r"(?:\([^()]*\)[^:]*: )?AH\d+: |\S+: Syntax error |\[")
_WARNING = re.compile(r"AH\d+: warning: ", re.I)
_NAMELESS = "AH00558:"
"""httpd does not know this machine's name. Another machine may have one."""
_IGNORED = re.compile(r"AH00014:|Syntax OK$")
_WEIGHTS: dict[str, Weight] = {"warn": "warning", "notice": "info", "info": "info", "debug": "info"}
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|(.))")
_CONTROLS = {"b": "\b", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def check(
    program: str, main: str, *, root: str | None, defines: tuple[str, ...], environment: Mapping[str, str]
) -> SyntaxCheck:
    """Run `PROGRAM -t -f MAIN`, with the folder that relative paths start from, httpd's -D options, its environment.

    httpd opens no port and no log and starts no program. It runs the code of the modules that it loads, as this user;
    mod_cache, for one, tries whether it can write to the temporary folder.
    Raises ToolError when it cannot be run, does not end, crashes, or does not answer as httpd does.
    """
    found = shutil.which(program)
    if found is None:
        raise ToolError(f"{program} cannot be run: it is not a program")
    # A relative path would start from ServerRoot.
    path = os.path.abspath(main)  # noqa: PTH100 - text as given: links stay
    folder = os.path.dirname(path) if root is None else os.path.abspath(root)  # noqa: PTH100, PTH120 - as above
    command = [os.path.abspath(found), "-t", "-d", folder, "-f", path]  # noqa: PTH100 - as above
    for define in defines:
        command += ["-D", define]
    if any("\0" in word for word in command):
        raise ToolError(f"{program} -t cannot be run: a name has a zero byte")
    code, output = _run(program, command, {**_environment(), **environment, "LC_ALL": "C"})
    complaints = tuple(parse(output.decode("utf-8", "replace"), accepted=code == 0))
    if code < 0:
        raise ToolError(f"{program} -t was ended by signal {-code} when it read {main}")
    if code in _NOT_RUN:
        raise ToolError(f"{program} -t cannot be run (exit code {code})")
    if code == 0 and b"Syntax OK" not in output:
        raise ToolError(f"{program} does not answer -t as httpd does")
    if code != 0 and not complaints:
        raise ToolError(f"{program} -t fails with exit code {code} and says nothing about {main}")
    return SyntaxCheck(program, code == 0, complaints)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def _run(name: str, command: list[str], environment: Mapping[str, str]) -> tuple[int, bytes]:
    """The exit code (below zero: a signal) and the output."""
    from hpatch.processes.keeper import Keeper

    with Keeper() as keeper:
        running = keeper.start(name, command, folder=Path("/"), environment=environment, output=PIPE, errors=STDOUT)
        output = _output(running, name)
        if not running.wait(_PATIENCE):
            raise ToolError(f"{name} -t does not end")
        return running.code or 0, output


def _output(running: Program, name: str) -> bytes:
    assert running.output is not None
    limit = time.monotonic() + _PATIENCE
    parts: list[bytes] = []
    size = 0
    while select.select([running.output], [], [], max(0.0, limit - time.monotonic()))[0]:
        part = os.read(running.output.fileno(), 1 << 16)
        if not part:
            return b"".join(parts)
        size += len(part)
        if size > _MOST:
            raise ToolError(f"{name} -t writes more than {_MOST >> 20} MiB")
        parts.append(part)
    raise ToolError(f"{name} -t does not end within {_PATIENCE:.0f} seconds")


def parse(output: str, *, accepted: bool) -> Iterator[Complaint]:
    """The messages in the output of `httpd -t`, in order. A message may have several lines."""
    messages: list[list[str]] = []
    for line in output.splitlines():
        if not line.strip() or _IGNORED.match(line):
            continue
        if messages and not _START.match(line):
            messages[-1].append(line.strip())
        else:
            messages.append([line.strip()])
    for first, *more in messages:
        yield _complaint(first, more, accepted)


def _complaint(first: str, more: list[str], accepted: bool) -> Complaint:
    logged = _LOGGED.match(first)
    text = first if logged is None else logged["text"]
    place = _WALKING.match(text)
    if place is not None:
        text = ""
    while (read := _READING.match(text)) is not None:
        place, text = read, text[read.end() :]
    text = " ".join(filter(None, (text, *more)))
    file, line = None, 1
    if place is not None:
        used = _USED.search(place[0])
        file, line = (used[2], int(used[1])) if used else (place[2], int(place[1]))
    elif (defined := _DEFINED.search(text)) is not None:
        file, line = defined[1], int(defined[2])
    return Complaint(
        text="".join(character if character.isprintable() else "?" for character in text),
        file=None if file is None else _unescaped(file),
        line=line,
        weight=_weight(text, None if logged is None else logged["level"], accepted),
    )


def _weight(text: str, level: str | None, accepted: bool) -> Weight:
    """A line of the log is never the reason for a refusal: httpd tells that without the log's marks."""
    if _NAMELESS in text:
        return "info"
    if level is not None:
        return _WEIGHTS.get(level, "warning")
    return "warning" if accepted or _WARNING.match(text) else "error"


def _unescaped(file: str) -> str:
    r"""A file's name as this system has it: httpd writes other bytes than ASCII as `\xNN`."""

    def one(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _CONTROLS.get(match[2], match[2])

    return os.fsdecode(_ESCAPED.sub(one, file).encode("latin-1", "replace"))
