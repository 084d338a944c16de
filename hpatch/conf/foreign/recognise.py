"""Tell files that are not configurations of httpd."""

from __future__ import annotations

import re

from hpatch.conf import words
from hpatch.conf.foreign.model import Seeming, Start
from hpatch.facts import names

_FIRST = 100
"""How many lines are looked at."""

_MOST = 64 * 1024
"""How many characters are looked at."""

_LINE = re.compile(r"^[ \t\ufeff]*([^\s#][^\n]*)", re.M)
_NOT_TEXT = re.compile(
    r"\x7fELF|PK\x03\x04|\x1f\udc8b|BZh[1-9]|\udcfd7zXZ|\(\udcb5/\udcfd|%PDF-|\udc89PNG|\udcff\udcd8\udcff|GIF8|!<arch>"
    r"|SQLite format 3\0|\udcff\udcfe|\udcfe\udcff|\udcca\udcfe\udcba\udcbe|7z\udcbc\udcaf"
)
_NUL_SHARE = 100
"""One character in so many is a NUL in a file that is not text, at least."""

_NULS = 16
_ENOUGH = 5
_ODD = r"(?!</?\w+[\s>])(?:\S*[^\w\s]|[^\n]*[;{},()\[\]:]$|\w+\s*\+?=)"
"""A line that does not begin with a name as directives have them, or ends as no directive does."""


def foreign(text: str) -> Seeming | None:
    """What a file seems to be that is not a configuration of httpd; None for one that may be one.

    A file of which half the first lines begin with directives of httpd is one, whatever else is in it.
    """
    if _NOT_TEXT.match(text):
        return _binary(text)
    lines: list[tuple[int, str]] = []
    known = 0
    for match in _LINE.finditer(text, 0, _MOST):
        line = match[1].rstrip()
        if text.endswith(("\\\n", "\\\r\n"), 0, text.rfind("\n", 0, match.start(1)) + 1):
            continue  # the rest of a line
        lines.append((match.start(1), line))
        known += _is_httpd(line)
        if len(lines) == _FIRST:
            break
    if not lines or known * 2 >= len(lines):
        return None
    nuls = text.count("\0", 0, _MOST)
    if not known and nuls >= _NULS and nuls * _NUL_SHARE > min(len(text), _MOST):
        return _binary(text)
    from hpatch.conf.foreign.kinds import KINDS

    start = Start(text[:_MOST], tuple(lines))
    for recogniser in KINDS:
        span = recogniser.show(start)
        if span is not None:
            return Seeming(recogniser.kind, *span)
    return _other(lines, known)


def _binary(text: str) -> Seeming:
    from hpatch.conf.foreign import binary

    return binary.foreign(text)


def _other(lines: list[tuple[int, str]], known: int) -> Seeming | None:
    """A file of which almost no line can be a directive, not even of an unknown module."""
    odd = [(at, line) for at, line in lines if re.match(_ODD, line) and not _is_httpd(line)]
    if len(lines) < _ENOUGH or known * 10 > len(lines) or len(odd) * 2 < len(lines):
        return None
    at, line = odd[0]
    return Seeming("a file of another program", at, at + len(line))


def _is_httpd(line: str) -> bool:
    """Whether a line may be a directive of httpd, by its name and by how it ends."""
    if line[-1] in ";{:" or line[0] in "{}[]":
        return False
    name = line.split(None, 1)[0]
    if name.startswith("</"):
        name = "<" + name[2:]
    key = words.lower(name.removesuffix(">"))
    return names.spelling(key) is not None or _third_party(key)


def _third_party(key: str) -> bool:
    from hpatch.facts import thirdparty  # only names that httpd does not have pay for it

    return bool(thirdparty.find(key))
