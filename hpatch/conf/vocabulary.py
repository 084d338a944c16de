"""The facts about a directive that the reader needs: its spelling, its modules, and whether it is executed at once."""

from __future__ import annotations

from hpatch.facts import names

_EVERYWHERE = frozenset(("core", "http_core", "event", "worker", "prefork"))
"""Modules whose directives every httpd has: an MPM's directives are there, because some MPM always is."""

Word = tuple[str, tuple[str, ...]]
"""The spelling of a directive, and the modules that may provide it; none if every httpd has it."""

ON_READ = frozenset(names.on_read())
"""The directives that httpd executes while it reads, in lower case; its tree contains none of them."""

LUA_SECTION = ("<luahook", "<luaquickhandler")
"""The prefixes of mod_lua's sections, which httpd executes at once."""

_known: dict[str, Word | None] = {}


def find(key: str) -> Word | None:
    """A directive by its lower-case name (sections with their `<`); None for one that httpd does not have."""
    if key not in _known:
        spelling = names.spelling(key)
        if spelling is None:
            _known[key] = None
        else:
            modules = names.modules(key)
            _known[key] = spelling, () if _EVERYWHERE.intersection(modules) else modules
    return _known[key]
