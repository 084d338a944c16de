"""RewriteRule and RewriteCond lines as mod_rewrite reads them: their words and flags."""

from __future__ import annotations

from hpatch.conf.words import SPACE, rewrite_argument
from hpatch.records import NamedTuple


class RewriteRule(NamedTuple):
    """A RewriteRule: pattern, substitution, and its flags in lower case (`p`, `l`, `e=x:y`)."""

    pattern: str
    substitution: str
    flags: tuple[str, ...]

    @property
    def proxied(self) -> bool:
        """Whether it passes the request to mod_proxy (`[P]`)."""
        return "p" in self.flags or "proxy" in self.flags

    def has(self, *names: str) -> bool:
        """Whether it has one of these flags, with a value or without (`r` for `[R=301]`)."""
        return any(flag.partition("=")[0] in names for flag in self.flags)


class RewriteCond(NamedTuple):
    """A RewriteCond: what it looks at (`%{HTTPS}`), its pattern, and its flags in lower case."""

    test: str
    pattern: str
    flags: tuple[str, ...]


def parse(line: str) -> RewriteRule | None:
    """Read a RewriteRule's arguments (`parseargline` in mod_rewrite.c); None if there are fewer than two."""
    pattern, at = rewrite_argument(line, 0)
    if at > len(line):
        return None
    substitution, at = rewrite_argument(line, at)
    return RewriteRule(pattern, substitution, _flags(line, at))


def parse_condition(line: str) -> RewriteCond | None:
    """Read a RewriteCond's arguments; None if there are fewer than two."""
    test, at = rewrite_argument(line, 0)
    if at > len(line):
        return None
    pattern, at = rewrite_argument(line, at)
    return RewriteCond(test, pattern, _flags(line, at))


def _flags(line: str, at: int) -> tuple[str, ...]:
    flags, _ = rewrite_argument(line, at)
    if not (flags.startswith("[") and flags.endswith("]")):
        return ()
    return tuple(flag.strip(SPACE).lower() for flag in flags[1:-1].split(","))
