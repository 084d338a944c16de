"""RewriteRule lines as mod_rewrite reads them: their words and flags."""

from __future__ import annotations

from typing import NamedTuple

from hpatch.conf.words import SPACE, rewrite_argument


class RewriteRule(NamedTuple):
    """A RewriteRule: pattern, substitution, and its flags in lower case (`p`, `l`, `e=x:y`)."""

    pattern: str
    substitution: str
    flags: tuple[str, ...]

    @property
    def proxied(self) -> bool:
        """Whether it passes the request to mod_proxy (`[P]`)."""
        return "p" in self.flags or "proxy" in self.flags


def parse(line: str) -> RewriteRule | None:
    """Read a RewriteRule's arguments (`parseargline` in mod_rewrite.c); None if there are fewer than two."""
    pattern, at = rewrite_argument(line, 0)
    if at > len(line):
        return None
    substitution, at = rewrite_argument(line, at)
    flags, _ = rewrite_argument(line, at)
    if not (flags.startswith("[") and flags.endswith("]")):
        return RewriteRule(pattern, substitution, ())
    return RewriteRule(pattern, substitution, tuple(flag.strip(SPACE).lower() for flag in flags[1:-1].split(",")))
