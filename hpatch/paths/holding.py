"""Whether a section holds for what is asked for, by the words that open it (httpd: server/request.c, mod_proxy.c)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING

from hpatch.conf.wildcards import is_wildcard
from hpatch.paths.layers import argument
from hpatch.paths.patterns import regex, wildcard

if TYPE_CHECKING:
    from hpatch.conf.tree import Node


def in_location(node: Node, uri: str) -> bool | None:
    """Whether a `<Location>` or `<LocationMatch>` holds for a decoded path; None: not known."""
    text, is_regex = argument(node)
    return _fits(text, is_regex, uri, _below)


def in_directory_match(node: Node, folder: str) -> bool | None:
    """Whether a `<DirectoryMatch>` holds for a folder's path; None: not known."""
    return _matches(argument(node)[0], folder)


def in_files(node: Node, name: str) -> bool | None:
    """Whether a `<Files>` or `<FilesMatch>` holds for a file's name; None: not known."""
    text, is_regex = argument(node)
    return _fits(text, is_regex, name, operator.eq)


def in_proxy(node: Node, url: str) -> bool | None:
    """Whether a `<Proxy>` or `<ProxyMatch>` holds for a URL; None: not known."""
    text, is_regex = argument(node)
    text = text[6:] if text[:6].lower() == "proxy:" else text
    return _fits(text, is_regex, url, str.startswith, pathname=False)


def _fits(
    text: str, is_regex: bool, asked: str, plain: Callable[[str, str], bool], *, pathname: bool = True
) -> bool | None:
    """Whether a section's text holds for what is asked for; None: not known.

    `plain` compares what is asked for with a text that is no pattern. With `pathname`, the `*` of a shell pattern
    matches no slash (`APR_FNM_PATHNAME`).
    """
    if is_regex:
        return _matches(text, asked)
    if "${" in text:
        return None
    if is_wildcard(text):
        pattern = wildcard(text, pathname=pathname)
        return None if pattern is None else pattern.match(asked) is not None
    return plain(asked, text)


def _matches(pattern: str, asked: str) -> bool | None:
    compiled = regex(pattern)
    return None if compiled is None else compiled.search(asked) is not None


def _below(path: str, section: str) -> bool:
    return path.startswith(section) and (section.endswith("/") or path[len(section) :][:1] in ("", "/"))
