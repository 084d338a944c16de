"""What servers of the lab wrote to their error logs, told to whoever listens before their folders go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hpatch.lab.model import GatewaySpec

Hear = Callable[[GatewaySpec, str], None]
"""Gets the gateway and the text of its error log."""
_listening: ContextVar[Hear | None] = ContextVar("listening", default=None)

_HEAD = re.compile(r"^\[[^]]*\] \[\w*:(?P<level>\w+)\]\s*(?P<rest>.*)$")
_LEVELS = frozenset({"emerg", "alert", "crit", "error", "warn"})
_FIELDS = re.compile(r"\[(?:pid|client|remote) [^]]*\] ?")
_PORT = re.compile(r"(\b127\.0\.\d+\.\d+:)\d+")
_SOCKET = re.compile(r"(/\w+)\.\d+\.sock\b")
"""The lab's sockets are numbered."""
_NUMBER = re.compile(r"\bAH\d{5}\b")
_CRASH = re.compile(r"\bexit signal ")
_OUTSIDE = re.compile(r"ERROR: \w+Sanitizer|runtime error:|Assertion .* failed")
"""What a program writes past httpd's log."""


@contextmanager
def heard(hear: Hear) -> Iterator[None]:
    """Let a function hear of the logs of all sessions that end within."""
    token = _listening.set(hear)
    try:
        yield
    finally:
        _listening.reset(token)


def listening() -> Hear | None:
    """Who listens, if anybody."""
    return _listening.get()


def messages(text: str) -> Iterator[tuple[str, str]]:
    """The warnings, errors and crashes of httpd's error log: what tells equal ones from others, and the message.

    Without the time, the process and the client, which differ from line to line.
    """
    for line in text.splitlines():
        head = _HEAD.match(line)
        serious = head is not None and head["level"] in _LEVELS
        if not serious and not _CRASH.search(line) and not _OUTSIDE.search(line):
            continue
        rest = _FIELDS.sub("", head["rest"] if head is not None else line).strip()
        rest = _SOCKET.sub(r"\1.sock", _PORT.sub(r"\1PORT", rest))
        number = _NUMBER.search(rest)
        message = f"{head['level']}: {rest}" if head is not None else rest
        yield (number[0] if number is not None else re.sub(r"\d+", "0", rest)), message
