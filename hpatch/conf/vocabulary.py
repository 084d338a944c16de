"""What the reader asks of every directive: its spelling, the modules that bring it, whether it is executed at once."""

from __future__ import annotations

from hpatch.facts import directives

_EVERYWHERE = frozenset(("core", "http_core", "event", "worker", "prefork"))
"""The modules of which every httpd has its share: what an MPM brings, some MPM always does."""

Word = tuple[str, tuple[str, ...]]
"""A directive as it is spelt, and the modules of which one brings it; none where every httpd has it."""

ON_READ = frozenset(directives.on_read())
"""What httpd executes while it reads, in lower case; none of these is in its tree."""

LUA_SECTION = ("<luahook", "<luaquickhandler")
"""How the names of mod_lua's sections start, all of which are executed at once."""

_known: dict[str, Word | None] = {}


def find(key: str) -> Word | None:
    """A directive by its lower-case name (sections with their `<`); None for one that httpd does not have."""
    if key not in _known:
        spelling = directives.spelling(key)
        if spelling is None:
            _known[key] = None
        else:
            modules = directives.modules(key)
            _known[key] = spelling, () if _EVERYWHERE.intersection(modules) else modules
    return _known[key]
