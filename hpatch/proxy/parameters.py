"""How httpd reads the value of a parameter of a worker, a balancer or a mapping.

Read in `set_worker_param`, `set_balancer_param` and `add_pass` (mod_proxy.c), `set_worker_hc_param`
(mod_proxy_hcheck.c), `ap_proxy_set_wstatus` (proxy_util.c) and `ap_timeout_parameter_parse` (server/util.c) of
every release from 2.4.1 to 2.4.62; the values tested on 2.4.71.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hpatch.facts.parameters import Parameter
from hpatch.facts.versions import since
from hpatch.records import NamedTuple
from hpatch.text import whole_number
from hpatch.versions import Version


class Reading(NamedTuple):
    """A value as httpd reads it.

    `value` is what it takes: for seconds and whole in seconds, for milliseconds and duration in milliseconds, for
    bytes in bytes, for a flag True or False, for the rest a number or the text. `refused` says why it does not
    start with it (then `value` is None, or the number that is out of range). `dropped` is the end of the text
    that it ignores (`ms` in `timeout=500ms`, the tail of what is too long).
    """

    value: float | str | bool | None
    refused: str = ""
    dropped: str = ""


ONE_AT_MOST = f"{since('loadfactor-decimals')} refuses a value above 1"
"""The reason for which the first release with decimals refuses a load factor."""

# Compiled at the first use: most runs need few of them.
_NUMBER = r"[ \t\n\v\f\r]*([+-]?[0-9]+)"
_DECIMAL = (
    r"[ \t\n\v\f\r]*([+-]?(?:0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?[0-9]+)?"
    r"|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?|nan(?:\([a-z0-9_]*\))?))"
)
_UNITS = r"s(?:ecs?|econds?)?|ms(?:ecs?)?|mi(?:ns?|nutes?)?|h(?:rs?|ours?)?"
_MILLISECONDS = {"s": 1000, "h": 3_600_000, "ms": 1, "mi": 60_000}
_LONG = 2**63


def _strtol(text: str) -> tuple[int, str]:
    """C's strtol on a 64-bit system, and what it leaves."""
    match = re.match(_NUMBER, text)
    if match is None:
        return 0, text
    return max(-_LONG, min(whole_number(match[1]), _LONG - 1)), text[match.end() :]


def _atoi(text: str) -> tuple[int, str]:
    """C's atoi: the lower 32 bits of what strtol gives."""
    number, rest = _strtol(text)
    return (number + 2**31) % 2**32 - 2**31, rest


def _atof(text: str) -> tuple[float, str]:
    match = re.match(_DECIMAL, text, re.I)
    if match is None:
        return 0.0, text
    digits = match[1].lower()
    number = float.fromhex(digits) if "0x" in digits else float(digits.partition("(")[0])
    return number, text[match.end() :]


def _duration(text: str, unit: str) -> Reading:
    """`ap_timeout_parameter_parse`: milliseconds."""
    number, rest = _strtol(text)
    written = rest or unit
    letters = written[:2] if written[0] == "m" else written[0]
    factor = _MILLISECONDS.get(letters)
    if factor is None:
        reason = '"m" alone is not a unit' if letters[0] == "m" else "its unit is not known"
        return Reading(None, f"{reason}; the units are ms, s, mi (minutes) and h")
    if number < 0:
        return Reading(number * factor, "it is negative")
    if number * factor * 1000 >= _LONG:
        return Reading(None, "it is too large")
    known = re.fullmatch(_UNITS, rest)
    return Reading(number * factor, "", "" if known else rest[len(letters) :])


def _in_range(parameter: Parameter, reading: Reading) -> Reading:
    """The same reading, refused if the number is out of the parameter's range."""
    value = reading.value
    if reading.refused or not isinstance(value, int | float):
        return reading
    unit = {"duration": " ms", "whole": " s", "seconds": " s", "milliseconds": " ms", "bytes": " bytes"}
    if parameter.minimum is not None and value < parameter.minimum:
        return reading._replace(refused=f"it must be at least {parameter.minimum:g}{unit.get(parameter.kind, '')}")
    if parameter.maximum is not None and value > parameter.maximum:
        return reading._replace(refused=f"it must be at most {parameter.maximum:.10g}{unit.get(parameter.kind, '')}")
    return reading


def _check_number(parameter: Parameter, text: str, _version: Version | None) -> Reading:
    wide = parameter.name in ("iobuffersize", "responsefieldsize")
    number, rest = _strtol(text) if wide else _atoi(text)
    if number == 0 and parameter.kind == "bytes":
        return Reading(0, "", rest)
    return _in_range(parameter, Reading(number, "", rest))


def _check_decimal(parameter: Parameter, text: str, version: Version | None) -> Reading:
    """Load factors are hundredths; httpd drops further decimals."""
    if version is not None and version < since("loadfactor-decimals"):
        return _check_number(parameter, text, version)
    number, rest = _atof(text)
    hundredths = int(min(number, 2.0**24) * 100.0) if number > 0 else 0
    if version is not None and version < since("loadfactor-above-one") and hundredths > 100:
        return Reading(number, ONE_AT_MOST, rest)
    reading = _in_range(parameter, Reading(hundredths / 100, "", rest))
    return reading._replace(value=number) if reading.refused else reading


def _check_whole(parameter: Parameter, text: str, _version: Version | None) -> Reading:
    if text == "-1":
        return Reading(-1)
    reading = _duration(text, "s")
    if reading.refused or not isinstance(reading.value, int):
        return reading
    if reading.value % 1000:
        return Reading(None, "it must be a whole number of seconds")
    return _in_range(parameter, reading._replace(value=reading.value // 1000))


def _check_duration(parameter: Parameter, text: str, version: Version | None) -> Reading:
    if parameter.name == "hcinterval" and version is not None and version < since("hcinterval-units"):
        number, rest = _atoi(text)
        refused = "it must be at least 2 s" if number < 2 else ""
        return Reading(number * 1000, refused, rest)
    return _in_range(parameter, _duration(text, parameter.unit))


def _check_flag(_parameter: Parameter, text: str, _version: Version | None) -> Reading:
    word = text.lower()
    if word not in ("on", "off"):
        return Reading(None, "it must be on or off")
    return Reading(word == "on")


def _known(parameter: Parameter, version: Version | None) -> list[str]:
    """The values, or status letters, that a version accepts."""
    return [value for value, first in parameter.values.items() if first is None or version is None or version >= first]


def _check_choice(parameter: Parameter, text: str, version: Version | None) -> Reading:
    word = text.lower()
    values = _known(parameter, version)
    if word not in values:
        return Reading(None, f"it must be one of {', '.join(values)}")
    return Reading(word)


def _check_text(parameter: Parameter, text: str, version: Version | None) -> Reading:
    data = text.encode("utf-8", "surrogateescape")
    limit = parameter.max_length
    if limit is None or len(data) <= limit:
        return Reading(text)
    if parameter.cut is not None and parameter.cut.covers(version or since("newest-known")):
        return Reading(
            data[:limit].decode("utf-8", "surrogateescape"), "", data[limit:].decode("utf-8", "surrogateescape")
        )
    return Reading(None, f"it must be at most {limit} bytes long")


def _check_separator(_parameter: Parameter, text: str, _version: Version | None) -> Reading:
    if len(text.encode("utf-8", "surrogateescape")) != 1 and text.lower() != "off":
        return Reading(None, "it must be one character, or off")
    return Reading(text)


def _check_status(parameter: Parameter, text: str, version: Version | None) -> Reading:
    known = _known(parameter, version)
    at = 0
    while at < len(text):
        if text[at] in "+-":
            at += 1
        letter = text[at : at + 1]
        if letter.lower() not in known or not letter.isascii():
            return Reading(None, f'"{letter}" is not a status letter' if letter else "a sign needs a letter after it")
        at += 1
    return Reading(text)


def status_letters(text: str) -> frozenset[str]:
    """The letters that an accepted value of `status` leaves set, in lower case: `d` for `D`, `+D` and `+H-H+D`."""
    found: set[str] = set()
    sign = "+"
    for letter in text.lower():
        if letter in "+-":
            sign = letter
            continue
        (found.add if sign == "+" else found.discard)(letter)
        sign = "+"
    return frozenset(found)


def _check_codes(parameter: Parameter, text: str, version: Version | None) -> Reading:
    dropped = ""
    for word in re.split("[, ]+", text):
        if not word:
            continue
        reading = _check_number(parameter, word, version)
        if reading.refused:
            return Reading(None, "it must be a list of HTTP status codes from 100 to 599")
        dropped = dropped or reading.dropped
    return Reading(text, "", dropped)


_CHECKS: dict[str, Callable[[Parameter, str, Version | None], Reading]] = {
    "int": _check_number,
    "seconds": _check_number,
    "milliseconds": _check_number,
    "bytes": _check_number,
    "duration": _check_duration,
    "whole": _check_whole,
    "decimal": _check_decimal,
    "flag": _check_flag,
    "choice": _check_choice,
    "string": _check_text,
    "name": _check_text,
    "separator": _check_separator,
    "status": _check_status,
    "codes": _check_codes,
}


def check(parameter: Parameter, text: str, version: Version | None = None) -> Reading:
    """Read a value as httpd does; without a version, as the newest httpd does.

    Of a `name`, which must be defined elsewhere, only the length is checked.
    """
    return _CHECKS[parameter.kind](parameter, text, version)
