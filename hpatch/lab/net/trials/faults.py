"""Backends that do not behave: what the client gets must stay as visibly wrong as it was."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hpatch.lab.model import Scheme
from hpatch.lab.net.model import Bench, Facts, NetTrial
from hpatch.lab.net.requests import content, head, with_length

_GROUP = "faults"
_KINDS = {
    "cut": "a response that ends in the middle",
    "reset": "a response that a reset ends",
    "reset-unannounced": "a response without a length that a reset ends",
    "silent": "an end without a response",
    "garbage": "what is no response",
    "no-head": "a response without a head",
    "part-head": "an end in the head",
    "head-only": "an end after the head",
    "dies": "a reset before anything",
    "waits": "no response in time",
}
_ENDS: tuple[Scheme, ...] = ("http", "https", "fcgi", "ajp")
"""The schemes in which a response's end is told by itself."""
_WITHOUT_TLS: tuple[Scheme, ...] = ("http", "fcgi", "scgi", "uwsgi", "ajp")
"""Where the end of the connection comes together with what is before it: with TLS, chance decides."""
_PAUSE = 0.05


def trials() -> Iterator[NetTrial]:
    """Faults."""
    for kind, title in _KINDS.items():
        schemes = _WITHOUT_TLS if kind == "no-head" else ()
        yield NetTrial(_GROUP, title, partial(_get, kind), schemes)
        if kind != "waits":
            yield NetTrial(_GROUP, f"{title}, to a body", partial(_post, kind), schemes)
    yield NetTrial(_GROUP, "a reset in the body", _in_body)
    yield NetTrial(_GROUP, "a backend that is not there", partial(_nobody, b""))
    yield NetTrial(_GROUP, "a backend that is not there, to a body", partial(_nobody, content(10_000)))
    yield NetTrial(_GROUP, "an early response", _early)
    yield NetTrial(_GROUP, "a whole response without its end", partial(_get, "no-end"), _ENDS)
    yield NetTrial(_GROUP, "a response that ends in a chunk", partial(_get, "cut-chunks"), ("http", "https"))


def _get(kind: str, bench: Bench) -> Facts:
    (reply, *_) = bench.converse((head("GET", bench.way.path + "fault", bench.order(fault=kind)),), "GET")
    return dict(reply.facts())


def _post(kind: str, bench: Bench) -> Facts:
    script = with_length("POST", bench.way.path + "fault", content(10_000), bench.order(fault=kind))
    (reply, *_) = bench.converse((script,), "POST")
    return dict(reply.facts())


def _in_body(bench: Bench) -> Facts:
    script = with_length("POST", bench.way.path + "fault", content(300_000), bench.order(fault="dies-in-body"))
    (reply, *_) = bench.converse((script,), "POST")
    return dict(reply.facts())


def _nobody(body: bytes, bench: Bench) -> Facts:
    path = bench.way.nobody + "fault"
    script = with_length("POST", path, body, bench.order()) if body else head("GET", path, bench.order())
    (reply, *_) = bench.converse((script,), "POST")
    return dict(reply.facts())


def _early(bench: Bench) -> Facts:
    """It comes before the body, which comes late."""
    body = content(10)
    first = head("POST", bench.way.path + "early", f"Content-Length: {len(body)}", bench.order(read="no"))
    (reply, *_) = bench.converse((first, _PAUSE, body), "POST")
    return dict(reply.facts())
