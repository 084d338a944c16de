"""Sections that no request meets, so that what they forbid stays open."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.wildcards import is_wildcard
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import restricts
from hpatch.lint.rules._shared.passes import encoded
from hpatch.lint.rules._shared.spelling import ENCODED, QUERY

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_SECTIONS = "https://httpd.apache.org/docs/2.4/sections.html"


@rule("AC044", "section-unmatched", "warning", references=(_SECTIONS,))
def section_unmatched(context: Context) -> Iterator[Found]:
    """No request meets this section: its argument is no path, folder or file name as httpd compares it.

    `<Location>` wants a decoded path with one slash at its beginning, and no query. Only `<LocationMatch>`,
    `<DirectoryMatch>` and `<FilesMatch>` take regular expressions; elsewhere `^` and `$` are ordinary characters.
    `<Files>` looks at the name of the file alone. httpd accepts such a section without a word, and what it forbids
    stays open: if it has an access rule that keeps somebody out, the severity is error.

    A URL with a scheme, in `<Location>`, means requests to a forward proxy. The rule is silent about it if there is
    a ProxyRequests line. A ProxyPass with `mapping=` leaves paths encoded: with one, the rule is silent about these.

    Write the path, or use the section whose name ends in Match.

    Fires on::

        <Location "^/admin">
            Require ip 10.0.0.0/8
        </Location>

    Fires on (no slash)::

        <Location "admin">
            Require ip 10.0.0.0/8
        </Location>

    Fires on (httpd compares `/my admin`)::

        <Location "/my%20admin">
            Require ip 10.0.0.0/8
        </Location>

    Fires on (a regular expression)::

        <Files "\\.(env|ini|log)$">
            Require all denied
        </Files>

    Write instead::

        <LocationMatch "^/admin">
            Require ip 10.0.0.0/8
        </LocationMatch>
        <FilesMatch "\\.(env|ini|log)$">
            Require all denied
        </FilesMatch>

    Silent on (a tilde makes it a regular expression)::

        <Location ~ "^/admin">
            Require ip 10.0.0.0/8
        </Location>
        <Files "*.log">
            Require all denied
        </Files>

    Source: ap_location_walk, ap_file_walk and ap_directory_walk (server/request.c); tested on httpd 2.4.71.
    """
    sound: set[tuple[str, str]] = set()  # most sections of a large configuration are for what others are for, too
    for section in context.configuration.find("<location", "<files", "<directory"):
        written = (section.key, section.args)
        if written in sound:
            continue
        words = section.words
        if len(words) != 1 or not words[0] or "${" in words[0] or "%{" in words[0]:
            continue
        why = _why(context, section.key, words[0])
        if why is None:
            sound.add(written)
        else:
            yield Found(
                section.word_place(0),
                f'no request meets this section: "{words[0]}" {why}',
                help=_help(section, words[0]),
                severity="error" if restricts(section) else None,
                node=section,
            )


def _why(context: Context, key: str, text: str) -> str | None:
    if text.startswith("^") or (text.endswith("$") and len(text) > 1):
        return "is a regular expression, and httpd does not take it for one here"
    if key == "<location" and text.startswith("/"):
        return _no_path(context, text)
    if key == "<location" and not text.startswith("/") and not is_wildcard(text) and text[0] not in "$@":
        if "://" in text:
            return None if "proxyrequests" in context.configuration.by_key else "is a URL, and httpd compares paths"
        return "does not begin with a slash"
    if key == "<files" and "/" in text and text[0] not in "$@":
        return "is a path, and httpd compares the name of the file alone"
    return None


def _no_path(context: Context, text: str) -> str | None:
    """Why no request has a path, though it begins with a slash."""
    found = ENCODED.search(text)
    if found is not None and not _as_sent(context):
        return f'has "{found[0]}", and httpd compares the decoded path'
    if QUERY.search(text) is not None:
        return "has a query, and httpd compares the path alone"
    if text.startswith("//") and "mergeslashes" not in context.configuration.by_key:
        return "has two slashes in a row, and httpd merges those of a request"
    return None


@lru_cache(maxsize=1)
def _as_sent(context: Context) -> bool:
    """Whether httpd leaves the path of some requests encoded: those of a ProxyPass with `mapping=`."""
    return any(encoded(mapping) for mapping in context.passes)


def _help(section: Node, text: str) -> str:
    name = section.name.lstrip("<")
    if text.startswith("^") or text.endswith("$"):
        return f"Use <{name}Match>, or write it without the signs of a regular expression."
    if name.lower() == "files":
        return "Write the file's name, in a <Directory> section for its folder."
    if text.startswith("//"):
        return "Write one slash."
    if text.startswith("/"):
        return "Write the path as it is decoded, without a query."
    if "://" in text:
        return "Write the path alone, in the virtual host of that name."
    return f'Write "/{text}".'
