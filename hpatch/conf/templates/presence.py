"""Whether a file may be a template: a quick look, since most files are not."""

from __future__ import annotations

import re

from hpatch.text import has_any

REASON = "the template decides it"
"""The reason of conditions that a template has."""

_ENDINGS = frozenset(
    "j2 jinja jinja2 erb epp tmpl tpl in mustache hbs ctmpl gotmpl template tftpl twig mako tt tt2 envsubst".split()
)
"""How the names of templates end, `.conf` behind them or not."""

_SUBSTITUTED = frozenset("tmpl tpl in template envsubst".split())
"""How the names of templates end that programs such as envsubst may fill in, by `$NAME`."""

_OPENINGS = ("{{", "{%", "<%", "[%", "%{ ", "%{~")
_NAMES = (re.compile(r"@[A-Za-z_]\w+(?:@|%%)"), re.compile(r"%%[A-Za-z_]\w+(?:@|%%)"))
"""Two, because a search for text that begins in one way only is ten times as fast."""


def is_named(name: str) -> bool:
    """Whether a file's name says that it is a template."""
    return _ending(name) in _ENDINGS


def is_substituted(name: str) -> bool:
    """Whether a file's name says that `$NAME` in it may be filled in. httpd itself takes it as it is written."""
    return _ending(name) in _SUBSTITUTED


def _ending(name: str) -> str:
    return name.removesuffix(".conf").rpartition(".")[2].lower()


def may_be(name: str, text: str) -> bool:
    """Whether a file may be a template: by its name, or by how template code begins."""
    return is_named(name) or has_any(text, _OPENINGS) or any(name.search(text) for name in _NAMES)
