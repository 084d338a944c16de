"""`<IfVersion>` conditions (`modules/metadata/mod_version.c`)."""

from __future__ import annotations

import re

from hpatch.text import whole_number
from hpatch.versions import Version


class ConditionError(Exception):
    """A condition that httpd cannot parse."""


def if_version(arguments: list[str], version: Version | None) -> bool | None:
    """Whether `<IfVersion …>` holds; None if the version is not known.

    `arguments` are the words of its line, the closing `>` included. Raises ConditionError as httpd would.
    """
    if not 1 <= len(arguments) <= 3:
        raise ConditionError(f"takes one, two or three arguments, but has {len(arguments)}")
    operator, wanted, last = [*arguments, "", ""][:3]
    if len(arguments) == 1:
        operator, wanted = "=", arguments[0]
    if not last and wanted == ">":
        operator, wanted, last = "=", operator, ">"
    if last != ">":
        if not wanted.endswith(">"):
            raise ConditionError('has no closing ">"')
        wanted = wanted[:-1]
    elif not wanted:
        raise ConditionError('has no closing ">"')
    negated = operator.startswith("!")
    sign = operator.removeprefix("!")
    if sign not in ("=", "==", ">", ">=", "<", "<=", "~"):
        raise ConditionError(f'has the unknown operator "{operator}"')
    if sign == "~" or (sign in ("=", "==") and wanted.startswith("/")):
        if sign != "~":
            if len(wanted) < 2 or not wanted.endswith("/"):
                raise ConditionError(f'needs a regular expression that ends with "/", not "{wanted}"')
            wanted = wanted[1:-1]
        found = _matches(wanted, version)
    else:
        found = _compare(sign, wanted, version)
    return None if found is None else found is not negated


def _matches(pattern: str, version: Version | None) -> bool | None:
    try:
        compiled = re.compile(pattern)
    except re.error:
        raise ConditionError(f'has the regular expression "{pattern}", which does not compile') from None
    return None if version is None else compiled.search(str(version)) is not None


def _compare(sign: str, wanted: str, version: Version | None) -> bool | None:
    if re.fullmatch(r"[0-9][0-9.]*", wanted) is None or wanted.count(".") > (3 if wanted.endswith(".") else 2):
        raise ConditionError(f'needs a version of the form major[.minor[.patch]], not "{wanted}"')
    if version is None:
        return None
    numbers = [whole_number(part or "0") for part in wanted.split(".")]
    other = Version(*[*numbers, 0, 0][:3])
    if sign[0] == ">":
        return version > other or (sign == ">=" and version == other)
    if sign[0] == "<":
        return version < other or (sign == "<=" and version == other)
    return version == other
