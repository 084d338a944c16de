"""The regular expressions of ProxyPassMatch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf import regexes
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.passes import pattern

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping
    from hpatch.text import Place

_MATCH = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch"


@rule("MP013", "regex-invalid", "error", references=(_MATCH,))
def regex_invalid(context: Context) -> Iterator[Found]:
    """The regular expression does not compile.

    httpd refuses to start ("Regular expression could not be compiled."). httpd compiles the path as a regular
    expression in ProxyPassMatch, in `ProxyPass ~`, and for a ProxyPass in a Location with a wildcard.

    The rule reports only faults that every dialect has: unbalanced parentheses and brackets, a repetition of nothing, a
    range whose ends are in the wrong order.

    Fires on::

        ProxyPassMatch "^/(.*\\.cgi$" "fcgi://10.0.0.5:9000/srv/$1"

    Write instead::

        ProxyPassMatch "^/(.*\\.cgi)$" "fcgi://10.0.0.5:9000/srv/$1"

    Silent on (a bracket in a class, and one that is escaped)::

        ProxyPassMatch "^/[(](.*)\\)$" "http://10.0.0.5/$1"

    Source: `add_pass` in mod_proxy.c (`ap_pregcomp`); pcre2pattern(3). Each fault tested on httpd 2.4.71 with PCRE2
    10.42.
    """
    for mapping in context.passes:
        regex = pattern(mapping)
        fault = None if regex is None else regexes.fault(regex)
        if fault is not None:
            yield Found(
                _place(mapping),
                f'the regular expression "{regex}" does not compile ({fault}): httpd refuses to start',
            )


def _place(mapping: Mapping) -> Place:
    """The place of the pattern; the whole line if a section gives it."""
    if mapping.section is not None:
        return mapping.place
    return mapping.node.word_place(1 if mapping.node.words[:1] == ["~"] else 0)


_ANCHORED = r"\({0,20}(?:\?:)?(?:\(\?[a-zA-Z]+\))*\({0,20}(?:\?:)?(?:\^|\\A|/?\(*(?:\?:)?\.[*+]|/\Z|/\)*[?]|\Z)"
_SUFFIX = r"(?i)(?<!\\)\$\)*\Z|\\z\)*\Z"
_DOT = (
    r"(?<=[\w)*+\]])\.(?P<word>php\d?|html?|cgi|pl|py|jsp|jspx|do|action|asp|aspx|js|css|png|gif|jpe?g|svg|ico|txt|xml|json)"
    r"(?=\$|\)|\||/|\(|\Z)"
)


@rule("MP014", "regex-unanchored", "warning", confidence="medium", references=(_MATCH,))
def regex_unanchored(context: Context) -> Iterator[Found]:
    """The ProxyPassMatch matches more paths than it seems to.

    Without `^`, a pattern matches anywhere in the path: `/api/(.*)` also matches `/static/api/x`, and httpd sends `x`
    to the backend. In an alternation, each part needs its own `^`, or a group around all parts. A dot before a file
    extension stands for any character: `.php` also matches `/alphphp` (severity info).

    Of an exclusion (`!`), the rule reports a part that is a mere word: in `/css|js`, `js` also keeps `/ajson` from the
    backend. Words behind slashes are an info (`/img|/fonts`), a warning if other words begin like one of them: `/js`
    also keeps `/api/jsonp` from the backend. It reports the ending of a file without `$`, if another one begins like
    it: `\\.(css|js)` also keeps `/data.json` from the backend.

    The rule is silent about other exclusions, about patterns that end with `$` and have no `^` (`\\.php$`), and about
    patterns that begin with `.*`.

    Begin the pattern with `^`, and write the dot as `\\.`.

    Fires on::

        ProxyPassMatch "/api/(.*)" "http://10.0.0.5/$1"

    Fires on (`^` holds for the first alternative only)::

        ProxyPassMatch "^/api/|/app/" "http://10.0.0.5"

    Fires on (`js` and `images` match anywhere)::

        ProxyPassMatch "/css|js|images" "!"
        ProxyPass "/" "http://10.0.0.5/"

    Fires on (`/js` matches in the middle of `/api/jsonp`, too)::

        ProxyPassMatch "/css|/js" "!"
        ProxyPass "/" "http://10.0.0.5/"

    Write instead::

        ProxyPassMatch "^/api/(.*)" "http://10.0.0.5/$1"

    Silent on (an exclusion that begins with `^`)::

        ProxyPassMatch "^/(css|js|images)/" "!"
        ProxyPass "/" "http://10.0.0.5/"

    Silent on (any path with this ending is meant)::

        ProxyPassMatch "\\.php$" "fcgi://10.0.0.5:9000/srv"

    Source: `ap_proxy_trans_match` in mod_proxy.c (`ap_regexec` without an anchor). Tested on httpd 2.4.71.
    """
    for mapping in context.passes:
        if mapping.kind != "ProxyPassMatch" or mapping.section is not None:
            continue
        regex = mapping.path
        if "${" in regex or regexes.fault(regex) is not None:
            continue
        loose = _word(regex) if mapping.target is None else _loose(regex)
        beginning = _beginning(regex) if loose is None and mapping.target is None else None
        if loose is not None or beginning is not None:
            yield Found(
                _place(mapping),
                f'"{loose or beginning}" is not anchored: it matches anywhere in a path, not only at its start',
                help='Begin it with "^".',
                severity=None if loose or (beginning or "")[1:] in _BEGINNINGS else "info",
            )
            continue
        dot = re.search(_DOT, regex)
        if dot is not None and mapping.target is not None:
            yield Found(
                _place(mapping),
                f'the dot of ".{dot["word"]}" in "{regex}" matches any character',
                help=f'Write "\\.{dot["word"]}".',
                severity="info",
            )


def _loose(regex: str) -> str | None:
    """The part of a pattern that may match in the middle of a path, although that is probably not meant."""
    for part in regexes.alternatives(regex):
        if re.match(_ANCHORED, part) is None and re.search(_SUFFIX, part) is None:
            return part
    return None


_BEGINNINGS = frozenset(("js", "htm", "doc", "xls", "ppt", "php"))
"""Endings of files with which longer ones begin: .json, .html, .docx."""


def _word(regex: str) -> str | None:
    """The part of a pattern for an exclusion that is a mere word, beside other parts."""
    parts = regexes.alternatives(regex)
    ending = re.fullmatch(r"\\\.\(?(?:\?:)?(?P<names>\w+(?:\|\w+)*)\)?", regex)
    if ending is not None and _BEGINNINGS.intersection(ending["names"].split("|")):
        return regex
    if len(parts) < 2:
        return None
    return next((part for part in parts if re.fullmatch(r"[\w-]+/?", part)), None)


def _beginning(regex: str) -> str | None:
    """The part of a pattern for an exclusion that is a word behind a slash, beside other parts: the gravest one."""
    words = [part for part in regexes.alternatives(regex) if re.fullmatch(r"/[\w-]+", part)]
    if len(words) < 2:
        return None
    return min(words, key=lambda word: word[1:] not in _BEGINNINGS)
