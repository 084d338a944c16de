"""Units that httpd does not read as they were meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import changed, uses

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_TIMEOUT = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxytimeout"

_AMOUNT = r"(?i)\s*\+?([0-9]+)(\.[0-9]+)?\s*([a-z]*)"
_SECONDS = {
    "ms": 0.001, "msec": 0.001, "msecs": 0.001, "millis": 0.001,
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "mi": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
}  # fmt: skip
_BYTES = {"k": 1024, "m": 1024**2, "g": 1024**3}
SIZE = r"(?i)\s*([0-9]+)\s*([kmg])(?:i?b)?"
"""A number of bytes with a unit, which httpd does not know."""
_MINUTES = r"(?i)\s*\+?([0-9]+)m(?![is])[a-z]*"


def _meant(text: str) -> float | None:
    """The seconds that a reader takes a text for; None where it has no unit or decimals."""
    match = re.fullmatch(_AMOUNT, text)
    if match is None or not (match[2] or match[3]):
        return None
    factor = _SECONDS.get(match[3].lower() or "s")
    return None if factor is None else float(match[1] + (match[2] or "")) * factor


def _plural(number: float, unit: str) -> str:
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


@rule("WK009", "param-unit-dropped", "error", references=(_PARAMETERS, _TIMEOUT))
def param_unit_dropped(context: Context) -> Iterator[Found]:
    """A unit that httpd drops, so that the number means something else.

    `timeout`, `retry`, `ttl` and a balancer's `timeout`, and ProxyTimeout, count in seconds, `flushwait` in
    milliseconds. httpd reads the digits and ignores the rest: `timeout=500ms` is 500 seconds, `retry=5m` is 5 seconds,
    and the syntax check says OK. `acquire`, `connectiontimeout`, `ping` and `hcinterval` (this from 2.4.28 on) do take
    units. A unit that happens to be the right one (`timeout=30s`) is no fault.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=500ms

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=1 connectiontimeout=500ms

    Source: set_worker_param, set_balancer_param and set_proxy_timeout (mod_proxy.c) use atoi; tried on httpd 2.4.71.
    """
    for use in uses(context):
        parameter, reading = use.parameter, use.reading
        if parameter is None or reading is None or not reading.dropped or not isinstance(reading.value, int | float):
            continue
        if parameter.kind == "milliseconds":
            read = reading.value / 1000
        elif parameter.kind == "seconds":
            read = reading.value
        elif parameter.name == "hcinterval" and context.before("2.4.28"):
            read = reading.value / 1000
        else:
            continue
        meant = _meant(use.param.value)
        if meant is None or meant == read or (reading.refused and meant < 1):
            continue
        unit = "millisecond" if parameter.kind == "milliseconds" else "second"
        scale = 1000 if unit == "millisecond" else 1
        whole = max(1, round(meant * scale))
        yield Found(
            use.place,
            f'"{use.text}" is {_plural(read * scale, unit)}: httpd drops "{reading.dropped}"',
            help=f"{parameter.name} counts in {unit}s: write {parameter.name}={whole}.",
            fix=changed(
                use.param.node, use.place, use.text, f"{use.param.key}={whole}", f'write "{use.param.key}={whole}"'
            ),
        )
    for node in context.configuration.find("proxytimeout"):
        text = node.args.strip("\"' \t")
        meant = _meant(text)
        digits = re.match(r"\s*\+?[0-9]+", text)
        if meant is None or digits is None or meant == int(digits[0]) or int(digits[0]) < 1:
            continue
        whole = max(1, round(meant))
        place = node.word_place(0)
        yield Found(
            place,
            f'"ProxyTimeout {text}" is {_plural(int(digits[0]), "second")}: httpd drops "{text[digits.end() :]}"',
            help=f"ProxyTimeout counts in seconds: write {whole}.",
            fix=changed(node, place, text, str(whole), f'write "{whole}"'),
        )


@rule("WK010", "param-unit-minute", "error", references=(_PARAMETERS,))
def param_unit_minute(context: Context) -> Iterator[Found]:
    """A bare m as a unit of time.

    Where httpd takes a unit, minutes are `mi` (or `min`) and milliseconds `ms`; it refuses to start with `m` alone.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" connectiontimeout=1m

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" connectiontimeout=1mi

    Source: ap_timeout_parameter_parse (server/util.c); tried on httpd 2.4.71.
    """
    for use in uses(context):
        if use.parameter is None or use.reading is None or not use.reading.refused:
            continue
        match = re.fullmatch(_MINUTES, use.param.value)
        if use.parameter.kind not in ("duration", "whole") or match is None:
            continue
        text = f"{use.param.key}={match[1]}mi"
        yield Found(
            use.place,
            f'httpd refuses to start with "{use.text}": a bare m is no unit of time',
            help="Minutes are mi, milliseconds are ms.",
            fix=changed(use.param.node, use.place, use.text, text, f'write "{text}"'),
        )


@rule("WK011", "bytes-suffix", "error", references=(_PARAMETERS,))
def bytes_suffix(context: Context) -> Iterator[Found]:
    """K, M or G on a number of bytes.

    `iobuffersize`, `receivebuffersize` and `responsefieldsize` count in bytes, and so do ProxyIOBufferSize and
    ProxyReceiveBufferSize; httpd reads the digits and drops the rest. `64K` is 64 bytes, which is below the least of
    512 and refused; `8192K` is silently 8192.

    Fires on::

        ProxyPass "/" "fcgi://10.0.0.5:9000/" receivebuffersize=64K

    Write instead::

        ProxyPass "/" "fcgi://10.0.0.5:9000/" receivebuffersize=65536

    Source: set_worker_param, set_io_buffer_size and set_recv_buffer_size (mod_proxy.c) use atol and atoi; tried
    on httpd 2.4.71.
    """
    for use in uses(context):
        if use.parameter is None or use.reading is None or use.parameter.kind != "bytes":
            continue
        match = re.fullmatch(SIZE, use.param.value)
        if match is None or int(match[1]) == 0:
            continue
        text = f"{use.param.key}={int(match[1]) * _BYTES[match[2].lower()]}"
        what = "httpd refuses to start with" if use.reading.refused else "httpd drops the unit of"
        yield Found(
            use.place,
            f'{what} "{use.text}": it is {_plural(int(match[1]), "byte")}',
            help=f"Write the number in bytes: {text}.",
            fix=changed(use.param.node, use.place, use.text, text, f'write "{text}"'),
        )
    for node in context.configuration.find("proxyiobuffersize", "proxyreceivebuffersize"):
        size = next(iter(node.words), "")
        match = re.fullmatch(SIZE, size)
        if match is None or int(match[1]) == 0:
            continue
        place, text = node.word_place(0), str(int(match[1]) * _BYTES[match[2].lower()])
        what = "httpd refuses to start with" if int(match[1]) < 512 else "httpd drops the unit of"
        yield Found(
            place,
            f'{what} "{node.name} {size}": it is {_plural(int(match[1]), "byte")}',
            help=f"Write the number in bytes: {text}.",
            fix=changed(node, place, size, text, f'write "{text}"'),
        )
