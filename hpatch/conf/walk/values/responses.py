"""Status codes: of redirects, error documents and responses that mod_proxy replaces."""

from __future__ import annotations

import re

from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, suggestion, unknown
from hpatch.conf.walk.values.numbers import c_atoi, strtol
from hpatch.conf.walk.values.regex import miscompiled

CODES = frozenset(
    (*range(100, 104), *range(200, 209), 226, *range(300, 306), 307, 308, *range(400, 419), *range(421, 427))
) | {428, 429, 431, 451, *range(500, 509), 510, 511}
"""The status codes that httpd has a line for (`status_lines`, modules/http/http_protocol.c)."""

_URL = re.compile(r"[A-Za-z0-9+.-]+:")
_WORDS = {"permanent": 301, "temp": 302, "seeother": 303, "gone": 410}
_SECTIONS = (
    "<directory", "<directorymatch", "<location", "<locationmatch", "<files", "<filesmatch", "<if", "<elseif",
    "<else", "<proxy", "<proxymatch",
)  # fmt: skip


def document(_: str) -> Judge:
    """`set_error_document` (server/core.c)."""

    def judged(given: Arguments) -> Wrong | None:
        if not given.words or unknown(given.words[0]) or c_atoi(given.words[0]) in CODES:
            return None
        return Wrong(0, f'takes the code of an HTTP status, not "{given.words[0]}"')

    return judged


def redirect(parameters: str) -> Judge:
    """`add_redirect_internal` (mod_alias.c); with `match` as parameter RedirectMatch."""
    match = parameters == "match"

    def judged(given: Arguments) -> Wrong | None:
        words = given.words
        if not 1 <= len(words) <= 3 or any(map(unknown, words)) or not words[0]:
            return None
        status, takes_url = _status(words[0].lower())
        if status is None and len(words) == 3:
            return Wrong(
                0,
                f'takes permanent, temp, seeother, gone or a status code before a path and a URL, not "{words[0]}"',
                suggestion(words[0], tuple(_WORDS)),
            )
        start = 0 if status is None else 1
        if _in_section(given) and len(words) - start == (1 if takes_url else 0):
            return None  # a URL alone is an expression there, a status alone is enough
        wrong = miscompiled(words[start], start) if match and len(words) > start else None
        return wrong or _redirect(words, start, takes_url=takes_url, match=match)

    return judged


def _redirect(words: list[str], start: int, *, takes_url: bool, match: bool) -> Wrong | None:
    """A path and a URL, from the word `start`."""
    if len(words) <= start + 1:
        return Wrong(None, "has no URL to redirect to") if takes_url else None
    url = words[start + 1]
    if not takes_url:
        return Wrong(start + 1, f'takes no URL with the status "{words[0]}", here "{url}"')
    if match or url.startswith("/") or _URL.match(url):
        return None
    return Wrong(start + 1, f'takes a URL or a path that starts with /, not "{url}"')


def _status(word: str) -> tuple[int | None, bool]:
    """The status that a first word stands for (None: it stands for a path), and whether it goes with a URL."""
    if word in _WORDS:
        return _WORDS[word], word != "gone"
    if word[:1].isascii() and word[:1].isdigit():
        code = c_atoi(word)
        return code, 300 <= code < 400
    return None, True


def _in_section(given: Arguments) -> bool:
    return given.node.inside(*_SECTIONS) is not None or given.configuration.root.endswith(".htaccess")


def intercepted(_: str) -> Judge:
    """`set_proxy_error_override` (mod_proxy.c)."""

    def judged(given: Arguments) -> Wrong | None:
        words = given.words
        if not words or any(map(unknown, words)):
            return None
        if words[0].lower() not in ("on", "off"):
            return Wrong(0, f'takes On or Off first, not "{words[0]}"', suggestion(words[0], ("On", "Off")))
        switch = words[0].lower()
        for index, word in enumerate(words[1:], 1):
            if word.lower() in ("on", "off"):
                switch = word.lower()
            elif not (word[:1].isascii() and word[:1].isdigit()):
                return Wrong(index, f'takes status codes behind On, not "{word}"')
            elif switch == "off":
                return Wrong(index, f'takes no status codes behind Off, here "{word}"')
            elif not 400 <= strtol(word)[0] <= 599:
                return Wrong(index, f'takes status codes from 400 to 599, not "{word}"')
        return None

    return judged
