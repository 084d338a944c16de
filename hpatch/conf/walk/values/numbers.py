"""Numbers, as the functions of C that httpd reads them with: each has its own idea of what stands behind the digits."""

from __future__ import annotations

import re
from collections.abc import Callable

from hpatch.conf.walk.values.model import Kind, listed

_NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?)([0-9]+)")
_DECIMAL = r"(?i)[ \t\n\v\f\r]*[+-]?(?:[0-9]|\.[0-9]|inf|nan)"
_EXACT_DECIMAL = r"[ \t\n\v\f\r]*[+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_OTHER_DECIMAL = r"(?i)[ \t\n\v\f\r]*[+-]?(?:0x|inf|nan)"
_BIGGEST = 2**63 - 1
_SMALLEST = -(2**63)
_LONGEST = 25
"""Digits that are more than any number of 64 bits has. Python reads no endless ones."""

_SECONDS = {"s": 1.0, "h": 3600.0, "ms": 0.001, "mi": 60.0}


def strtol(word: str) -> tuple[int, bool, str]:
    """C's strtol with 64 bits: the number (0 where there is none), whether it is out of range, and the rest."""
    match = _NUMBER.match(word)
    if match is None:
        return 0, False, word
    digits = match[2].lstrip("0")[:_LONGEST] or "0"
    number = -int(digits) if match[1] == "-" else int(digits)
    rest = word[match.end() :]
    if number > _BIGGEST or number < _SMALLEST:
        return (_BIGGEST if number > 0 else _SMALLEST), True, rest
    return number, False, rest


def c_atoi(word: str) -> int:
    """C's atoi: strtol, cut to 32 bits. What follows the digits is dropped, and a word without digits is 0."""
    return (strtol(word)[0] + 2**31) % 2**32 - 2**31


def _inside(ranges: str) -> tuple[Callable[[float], bool], str]:
    """Ranges as in the table, `0|512..`: whether a number is in one, and their words."""
    bounds: list[tuple[float, float]] = []
    texts = []
    for part in ranges.split("|"):
        low, dots, high = part.partition("..")
        if not dots:
            high = low
        bounds.append((float(low or "-inf"), float(high or "inf")))
        if not dots:
            texts.append(low)
        elif low and high:
            texts.append(f"a number from {low} to {high}")
        elif low:
            texts.append(f"a number of at least {low}")
        else:
            texts.append(f"a number of at most {high}" if high else "a number")
    return lambda number: any(low <= number <= high for low, high in bounds), listed(texts)


def atoi(ranges: str) -> Kind:
    """`atoi`, or `apr_atoi64` cut to an int."""
    inside, takes = _inside(ranges)
    return Kind(lambda word: inside(c_atoi(word)), takes)


def atol(ranges: str) -> Kind:
    """`atol`, or `apr_atoi64`: 64 bits."""
    inside, takes = _inside(ranges)
    return Kind(lambda word: inside(strtol(word)[0]), takes)


def long(ranges: str) -> Kind:
    """`strtol`, with a look at what is out of range and none at what follows the digits."""
    inside, takes = _inside(ranges)

    def fits(word: str) -> bool:
        number, over, _ = strtol(word)
        return not over and inside(number)

    return Kind(fits, takes)


def whole(ranges: str) -> Kind:
    """`apr_strtoff` or `strtol`, with a look at what follows the digits: nothing may."""
    inside, takes = _inside(ranges)

    def fits(word: str) -> bool:
        number, over, rest = strtol(word)
        return not over and not rest and inside(number)

    return Kind(fits, takes)


def trailing(_: str) -> Kind:
    """`strtol`, with a look at what follows the digits alone."""
    return Kind(lambda word: not strtol(word)[2], "a number and nothing behind it")


def digits(_: str) -> Kind:
    """Digits and nothing else."""
    return Kind(lambda word: not word.strip("0123456789"), "a number without a sign")


def decimal(_: str) -> Kind:
    """`sscanf` with %lg."""
    return Kind(lambda word: re.match(_DECIMAL, word) is not None, "a number")


def positive(_: str) -> Kind:
    """`strtod` of the whole word, and more than 0. Hexadecimal numbers, infinity and the like are not judged."""

    def fits(word: str) -> bool:
        if re.fullmatch(_EXACT_DECIMAL, word) is None:
            return re.match(_OTHER_DECIMAL, word) is not None
        return float(word) > 0

    return Kind(fits, "a number greater than 0")


def power(most: str) -> Kind:
    """0 or a power of 2, up to a number."""
    powers = {0, *(2**exponent for exponent in range(31) if 2**exponent <= int(most))}
    return Kind(lambda word: c_atoi(word) in powers, f"0 or a power of 2 up to {most}")


_UNITS = {"b": 1, "k": 1024, "m": 1048576}


def memory(least: str) -> Kind:
    """`set_shmem_size` (mod_auth_digest.c): bytes, or a number with K or M behind it, of at least so many bytes."""

    def fits(word: str) -> bool:
        number, _, rest = strtol(word)
        factor = _UNITS.get(rest.lstrip(" \t\n\v\f\r")[:1].lower() or "b")
        return factor is not None and number * factor >= int(least)

    return Kind(fits, f"a number of bytes, or of K or M, of at least {least} bytes")


def interval(parameters: str) -> Kind:
    """`ap_timeout_parameter_parse`: the unit of a bare number, and the seconds that it may be."""
    unit, _, ranges = parameters.partition(" ")
    inside, _ = _inside(ranges or "..")
    takes = f"a whole number with ms, s, mi or h (none means {unit})"
    if ranges:
        low, _, high = ranges.partition("..")
        takes += f", at least {low} s" if low and low != "0" else ""
        takes += f", at most {high} s" if high else ""

    def fits(word: str) -> bool:
        number, over, rest = strtol(word)
        named = rest or unit
        factor = _SECONDS.get(named[:2] if named[0] == "m" else named[0])
        return (
            not over
            and number >= 0
            and factor is not None
            and number * factor * 1_000_000 <= _BIGGEST
            and inside(number * factor)
        )

    return Kind(fits, takes)
