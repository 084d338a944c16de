"""The responder's faults, by their names: what it does in a connection. One of them is to have none."""

from __future__ import annotations

import time
from collections.abc import Callable

from hpatch.errors import UsageError
from hpatch.lab.backends.exchange import Exchange
from hpatch.records import NamedTuple

Behave = Callable[[Exchange], None]
_PAUSE = 0.05
_PIECES = 20
_LARGE_HEADER = tuple(b"X-Large-%d: " % number + b"x" * 3000 for number in range(3))
"""Together more than the 8,192 bytes that httpd reads from a backend at once; each line is below its limit of 8,190."""


class Fault(NamedTuple):
    """A way to treat a gateway; `title` says it in one line. After `behave` the connection is closed, at once."""

    name: str
    title: str
    behave: Behave


FAULTS: dict[str, Fault] = {}
"""All of them, by name."""


def find(name: str) -> Fault:
    """A fault. Raises UsageError for one that there is not."""
    if name not in FAULTS:
        raise UsageError(f"the responder has no fault '{name}'; there are {', '.join(FAULTS)}")
    return FAULTS[name]


def _fault(behave: Behave) -> Behave:
    """Enter a function in the table: its name with hyphens, the first line of its docstring."""
    name = behave.__name__.replace("_", "-")
    FAULTS[name] = Fault(name, (behave.__doc__ or "").strip().rstrip("."), behave)
    return behave


@_fault
def sound(exchange: Exchange) -> None:
    """Has no fault: answers when it has the body, reads on to the end, and closes last (lingering close)."""
    exchange.head()
    exchange.body()
    exchange.send(exchange.answer())
    exchange.linger()


@_fault
def waits(exchange: Exchange) -> None:
    """Answers only after the end of the input: with FastCGI, after the empty FCGI_STDIN."""
    exchange.head()
    exchange.rest()
    exchange.send(exchange.answer())
    exchange.linger()


@_fault
def early(exchange: Exchange) -> None:
    """Answers as soon as it has the request's variables, before the input ends, and closes at once."""
    exchange.head()
    exchange.send(exchange.answer())


@_fault
def early_lingers(exchange: Exchange) -> None:
    """Answers before the input ends, but closes its sending side first and reads what still comes."""
    exchange.head()
    exchange.send(exchange.answer())
    exchange.linger()


@_fault
def unread(exchange: Exchange) -> None:
    """Answers and closes without lingering while input is still unread: over TCP that resets the connection."""
    exchange.head()
    exchange.await_input()
    exchange.send(exchange.answer())


@_fault
def never_reads(exchange: Exchange) -> None:
    """Takes the connection, never reads and never answers, until the gateway closes."""
    exchange.hold()


@_fault
def silent(exchange: Exchange) -> None:
    """Reads all, and closes without an answer."""
    exchange.head()
    exchange.rest()


@_fault
def resets(exchange: Exchange) -> None:
    """Sends half of the answer and resets the connection."""
    exchange.head()
    exchange.await_input()
    answer = exchange.answer()
    exchange.send(answer[: len(answer) // 2])
    exchange.reset()


@_fault
def truncates(exchange: Exchange) -> None:
    """Announces more than it sends, and ends in the middle."""
    exchange.head()
    exchange.rest()
    exchange.send(exchange.cut())
    exchange.linger()


@_fault
def slow(exchange: Exchange) -> None:
    """Sends its answer in twenty pieces, one every 50 ms."""
    exchange.head()
    exchange.rest()
    answer = exchange.answer()
    size = -(-len(answer) // _PIECES)
    for start in range(0, len(answer), size):
        exchange.send(answer[start : start + size])
        time.sleep(_PAUSE)
    exchange.linger()


@_fault
def headers_first(exchange: Exchange) -> None:
    """Sends the headers alone and the body 50 ms later, each in a record of its own."""
    exchange.head()
    exchange.rest()
    exchange.send(exchange.wrap(exchange.headers(), last=False))
    time.sleep(_PAUSE)
    exchange.send(exchange.wrap(exchange.content))
    exchange.linger()


@_fault
def large_header(exchange: Exchange) -> None:
    """Sends over 8 KiB of headers, more than httpd reads at once; no line of them is too long for it."""
    exchange.head()
    exchange.rest()
    exchange.send(exchange.answer(*_LARGE_HEADER))
    exchange.linger()
