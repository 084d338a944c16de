"""Units that httpd ignores or reads differently from what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import changed, uses_where
from hpatch.text import whole_number

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
"""A number of bytes with a unit, which httpd does not understand."""
_MINUTES = r"(?i)\s*\+?([0-9]+)m(?![is])[a-z]*"


def _meant(text: str) -> float | None:
    """The seconds that a reader understands by a text; None if it has neither a unit nor decimals."""
    match = re.fullmatch(_AMOUNT, text)
    if match is None or not (match[2] or match[3]):
        return None
    factor = _SECONDS.get(match[3].lower() or "s")
    return None if factor is None else float(match[1] + (match[2] or "")) * factor


def _plural(number: float, unit: str) -> str:
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


@rule("WK009", "param-unit-dropped", "error", references=(_PARAMETERS, _TIMEOUT), fix="unsafe")
def param_unit_dropped(context: Context) -> Iterator[Found]:
    """httpd ignores the unit, so the number means something else.

    `timeout`, `retry`, `ttl`, a balancer's `timeout` and ProxyTimeout count in seconds, and `flushwait` counts in
    milliseconds. httpd reads the digits and ignores the rest: `timeout=500ms` is 500 seconds, `retry=5m` is 5 seconds.
    The syntax check reports no error.

    `acquire`, `connectiontimeout`, `ping` and, from 2.4.28 on, `hcinterval` do accept units. The rule is also silent
    about a unit that happens to be right (`timeout=30s`).

    Write the number without a unit.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=500ms

    Fires on (in a directive)::

        ProxyTimeout 2m

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=1 connectiontimeout=500ms

    Silent on (the unit happens to be right)::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=30s

    Silent on (`connectiontimeout` reads units)::

        ProxyPass "/" "http://10.0.0.5:8080/" connectiontimeout=500ms

    Source: set_worker_param, set_balancer_param and set_proxy_timeout (mod_proxy.c) use atoi; tested on httpd 2.4.71.
    """
    for use in uses_where(context, lambda written: written.reading is not None and bool(written.reading.dropped)):
        parameter, reading = use.parameter, use.reading
        if parameter is None or reading is None or not reading.dropped or not isinstance(reading.value, int | float):
            continue
        if parameter.kind == "milliseconds":
            read = reading.value / 1000
        elif parameter.kind == "seconds":
            read = reading.value
        elif parameter.name == "hcinterval" and context.before("hcinterval-units"):
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
            f'"{use.text}" means {_plural(read * scale, unit)}: httpd ignores "{reading.dropped}"',
            help=f"{parameter.name} counts in {unit}s: write {parameter.name}={whole}.",
            fix=changed(
                use.param.node, use.place, use.text, f"{use.param.key}={whole}", f'write "{use.param.key}={whole}"'
            ),
        )
    for node in context.configuration.find("proxytimeout"):
        text = node.args.strip("\"' \t")
        meant = _meant(text)
        digits = re.match(r"\s*\+?[0-9]+", text)
        if meant is None or digits is None or meant == (read := whole_number(digits[0])) or read < 1:
            continue
        whole = max(1, round(meant))
        place = node.word_place(0)
        yield Found(
            place,
            f'"ProxyTimeout {text}" means {_plural(read, "second")}: httpd ignores "{text[digits.end() :]}"',
            help=f"ProxyTimeout counts in seconds: write {whole}.",
            fix=changed(node, place, text, str(whole), f'write "{whole}"'),
        )


@rule("WK010", "param-unit-minute", "error", references=(_PARAMETERS,), fix="unsafe")
def param_unit_minute(context: Context) -> Iterator[Found]:
    """`m` alone is not a unit of time.

    httpd refuses to start. Where it accepts a unit, `mi` (or `min`) stands for minutes and `ms` for milliseconds.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" connectiontimeout=1m

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" connectiontimeout=1mi

    Source: ap_timeout_parameter_parse (server/util.c); tested on httpd 2.4.71.
    """
    for use in uses_where(context, lambda written: written.refused):
        if use.parameter is None or use.reading is None or not use.reading.refused:
            continue
        match = re.fullmatch(_MINUTES, use.param.value)
        if use.parameter.kind not in ("duration", "whole") or match is None:
            continue
        text = f"{use.param.key}={match[1]}mi"
        yield Found(
            use.place,
            f'httpd refuses to start with "{use.text}": "m" alone is not a unit of time',
            help='Write "mi" for minutes or "ms" for milliseconds.',
            fix=changed(use.param.node, use.place, use.text, text, f'write "{text}"'),
        )


@rule("WK011", "bytes-suffix", "error", references=(_PARAMETERS,), fix="unsafe")
def bytes_suffix(context: Context) -> Iterator[Found]:
    """httpd does not understand K, M or G after a number of bytes.

    `iobuffersize`, `receivebuffersize`, `responsefieldsize`, ProxyIOBufferSize and ProxyReceiveBufferSize count in
    bytes. httpd reads the digits and ignores the rest. `receivebuffersize=64K` means 64 bytes; that is below the
    minimum of 512, so httpd refuses to start. `8192K` means 8192 bytes, and httpd does not say so.

    Write the number in bytes.

    Fires on::

        ProxyPass "/" "fcgi://10.0.0.5:9000/" receivebuffersize=64K

    Write instead::

        ProxyPass "/" "fcgi://10.0.0.5:9000/" receivebuffersize=65536

    Source: set_worker_param, set_io_buffer_size and set_recv_buffer_size (mod_proxy.c) use atol and atoi; tested on
    httpd 2.4.71.
    """
    for use in uses_where(context, lambda written: written.parameter is not None and written.parameter.kind == "bytes"):
        if use.parameter is None or use.reading is None or use.parameter.kind != "bytes":
            continue
        match = re.fullmatch(SIZE, use.param.value)
        if match is None or whole_number(match[1]) == 0:
            continue
        text = f"{use.param.key}={whole_number(match[1]) * _BYTES[match[2].lower()]}"
        what = "httpd refuses to start with" if use.reading.refused else "httpd ignores the unit of"
        yield Found(
            use.place,
            f'{what} "{use.text}": it means {_plural(whole_number(match[1]), "byte")}',
            help=f"Write the number in bytes: {text}.",
            fix=changed(use.param.node, use.place, use.text, text, f'write "{text}"'),
        )
    for node in context.configuration.find("proxyiobuffersize", "proxyreceivebuffersize"):
        size = next(iter(node.words), "")
        match = re.fullmatch(SIZE, size)
        if match is None or whole_number(match[1]) == 0:
            continue
        place, text = node.word_place(0), str(whole_number(match[1]) * _BYTES[match[2].lower()])
        what = "httpd refuses to start with" if whole_number(match[1]) < 512 else "httpd ignores the unit of"
        yield Found(
            place,
            f'{what} "{node.name} {size}": it means {_plural(whole_number(match[1]), "byte")}',
            help=f"Write the number in bytes: {text}.",
            fix=changed(node, place, size, text, f'write "{text}"'),
        )
