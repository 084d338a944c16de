"""RewriteRule lines as mod_rewrite reads them: their words and flags."""

from __future__ import annotations

from typing import NamedTuple

from hpatch.conf.words import SPACE


class RewriteRule(NamedTuple):
    """A RewriteRule: pattern, substitution, and its flags in lower case (`p`, `l`, `e=x:y`)."""

    pattern: str
    substitution: str
    flags: tuple[str, ...]

    @property
    def proxied(self) -> bool:
        """Whether it passes the request to mod_proxy (`[P]`)."""
        return "p" in self.flags or "proxy" in self.flags


def _argument(line: str, at: int) -> tuple[str, int]:
    """The argument from `at` and where the next begins: a backslash keeps white space in it, and stays."""
    while at < len(line) and line[at] in SPACE:
        at += 1
    quote = line[at : at + 1] if line[at : at + 1] in ('"', "'") else ""
    at += len(quote)
    start = at
    while at < len(line):
        if line[at] == quote or (not quote and line[at] in SPACE):
            break
        if line[at] == "\\" and line[at + 1 : at + 2] and line[at + 1] in SPACE:
            at += 1
        at += 1
    return line[start:at], at + 1


def parse(line: str) -> RewriteRule | None:
    """Read a RewriteRule's arguments (`parseargline` in mod_rewrite.c); None if there are fewer than two."""
    pattern, at = _argument(line, 0)
    if at > len(line):
        return None
    substitution, at = _argument(line, at)
    flags, _ = _argument(line, at)
    if not (flags.startswith("[") and flags.endswith("]")):
        return RewriteRule(pattern, substitution, ())
    return RewriteRule(pattern, substitution, tuple(flag.strip(SPACE).lower() for flag in flags[1:-1].split(",")))
