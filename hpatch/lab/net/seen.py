"""What the backend saw, as facts that are to stay as they are."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from hpatch.lab.backends.exchange import Seen
from hpatch.lab.net.model import Facts

_CHANGING = frozenset(
    {
        "REMOTE_PORT",
        "AJP_REMOTE_PORT",
        "UNIQUE_ID",
        "DOCUMENT_ROOT",
        "CONTEXT_DOCUMENT_ROOT",
        "PATH",
        "SERVER_PORT",
        "REQUEST_TIME",
    }
)
"""Variables that differ from connection to connection or from httpd to httpd."""


FRAMING = frozenset({"CONTENT_LENGTH", "TRANSFER-ENCODING"})
"""How a body's end is told to the backend: where no length came from the client, chance decides between the two."""


def facts(seen: Sequence[Seen], masks: Mapping[str, str], left_out: Container[str] = ()) -> Facts:
    """The facts of a trial's requests, in the order of their texts. `masks` replaces names of this run's places.

    `left_out` are variables that do not count, in capitals. The sizes of records are left out: they follow what came
    from the client at once.
    """
    found = {"backend.requests": str(len(seen))}
    told = sorted((_masked("\n".join(_lines(one, left_out)), masks), number) for number, one in enumerate(seen))
    for number, (text, at) in enumerate(told, 1):
        one = seen[at]
        prefix = "backend." if len(seen) == 1 else f"backend.{number}."
        found[prefix + "request"] = text
        found[prefix + "body"] = f"{one.body} bytes, {one.digest[:16]}"
        if one.turn > 1:
            found[prefix + "connection"] = "kept"
        if one.trailers:
            found[prefix + "trailers"] = b"\n".join(one.trailers).decode("latin-1")
        if one.error:
            found[prefix + "error"] = one.error
    return found


def _lines(seen: Seen, left_out: Container[str]) -> Iterator[str]:
    first = [value.decode("latin-1") for name, value in seen.variables if name == b"REQUEST_LINE"]
    yield from first
    pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in seen.variables)
    kept = ((name, value) for name, value in pairs if name.upper() not in _CHANGING and name.upper() not in left_out)
    yield from sorted(f"{name}: {value}" for name, value in kept if name != "REQUEST_LINE")


def _masked(text: str, masks: Mapping[str, str]) -> str:
    for name, mask in masks.items():
        text = text.replace(name, mask)
    return text
