"""What may come at a place: directives by their context, parameters, balancers, modules, names, closing tags."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal

from hpatch.conf.walk.contexts import Where, fits, inside
from hpatch.facts import directives, modules, parameters
from hpatch.facts.directives import Directive
from hpatch.facts.parameters import Parameter
from hpatch.language import explain
from hpatch.language.hover import PROXY
from hpatch.language.model import Cursor, proxy_of
from hpatch.language.outline import around
from hpatch.lint import registry
from hpatch.records import NamedTuple
from hpatch.versions import Version

CompletionKind = Literal[
    "directive", "section", "closing", "parameter", "value", "balancer", "module", "variable", "macro", "rule"
]

_COMMENT = re.compile(r"#[ \t]*hpatch:[ \t]*ignore(?:-file)?[ \t]*\[(?:[^\]\n]*,)?[ \t]*([\w-]*)\Z")
_VARIABLE = re.compile(r"\$\{([^}\n]*)\Z")
_DEFINE = re.compile(r"^[ \t]*Define[ \t]+([^\s\"'<>]+)", re.I | re.M)
_MACRO = re.compile(r"^[ \t]*<Macro[ \t]+([^\s\"'<>]+)", re.I | re.M)
_MPMS = frozenset(("mpmt_os2", "mpm_netware", "mpm_winnt"))
"""The MPMs of other systems than Unix."""


class CompletionEntry(NamedTuple):
    """A proposal: what it is called, what it is, and what replaces the text from `start` to the place.

    `about` tells what `explain` may be asked of it.
    """

    label: str
    kind: CompletionKind
    text: str
    start: int
    about: str = ""


def _entry(label: str, kind: CompletionKind, text: str, start: int, about: str = "") -> CompletionEntry:
    return CompletionEntry(label=label, kind=kind, text=text, start=start, about=about)


def complete(asked: Cursor) -> list[CompletionEntry]:
    """What may come at a place."""
    entry = asked.entry
    first = asked.offset if entry is None else entry.start
    written = asked.text[first : asked.offset]
    if written.startswith("#"):
        return list(_rules(written, asked.offset))
    variable = _VARIABLE.search(written)
    if variable is not None:
        return [
            _entry(name, "variable", name + "}", asked.offset - len(variable[1])) for name in _named(asked, _DEFINE)
        ]
    if not re.search(r"\s", written):
        return list(_names(asked, first, written))
    return list(_arguments(asked, written))


# Names of directives.


def _names(asked: Cursor, start: int, written: str) -> Iterator[CompletionEntry]:
    closings = [f"</{section.name[1:]}>" for section in reversed(asked.sections)]
    yield from (_entry(one, "closing", one, start) for one in dict.fromkeys(closings))
    if written.startswith("</"):
        return
    for row in _allowed(_where(asked), _version(asked)):
        if row.section:
            yield _entry(f"{row.name}>", "section", row.name, start, row.name.lower())
        elif not written.startswith("<"):
            yield _entry(row.name, "directive", row.name, start, row.name.lower())


def _version(asked: Cursor) -> Version | None:
    return asked.units[0].configuration.version if asked.units else None


def _where(asked: Cursor) -> Where:
    """Where the place is: in the sections of its file, and in those in which an Include reads that file."""
    htaccess = os.path.basename(asked.path or "") == ".htaccess"  # noqa: PTH119 - text only
    where = Where.top("htaccess" if htaccess else "server")
    for key in (*_outer(asked), *(section.key for section in asked.sections)):
        where = inside(key, where)
    return where


def _outer(asked: Cursor) -> Sequence[str]:
    """The sections in which the file is read, the outermost first: around the Include that names it, and so on."""
    for unit in asked.units:
        files = {os.path.realpath(file.name): file for file in reversed(unit.configuration.files)}
        keys: list[str] = []
        file = files.pop(os.path.realpath(asked.path or ""), None)
        while file is not None and file.source is not None:
            keys = [section.key for section in around(file.source.text, file.start)] + keys
            file = files.pop(os.path.realpath(file.source.name), None)
        return keys
    return ()


@lru_cache(maxsize=64)
def _allowed(where: Where, version: Version | None) -> tuple[Directive, ...]:
    """The directives that httpd accepts somewhere, each once, in the order of their names."""
    found: dict[str, Directive] = {}
    for row in directives.everything():
        there = row.until is None if version is None else row.in_version(version)
        if there and row.module not in _MPMS and fits(row, where):
            found.setdefault(row.name.lower(), row)
    return tuple(found[key] for key in sorted(found))


# Arguments.


def _arguments(asked: Cursor, written: str) -> Iterator[CompletionEntry]:
    entry = asked.entry
    if entry is None:
        return
    current = re.search(r"""["']?([^\s"']*)\Z""", written)
    assert current is not None
    word, start = current[1], asked.offset - len(current[1])
    # The words before the one that is being written.
    before = [one.value for one in asked.words if one.end < asked.offset - len(current[0]) + 1][1:]
    key = entry.key
    if key in PROXY:
        yield from _proxy(asked, key, before, word, start)
    elif key == "<ifmodule":
        negated = word.startswith("!")
        yield from (_entry(one, "module", one, start + negated, "") for one in _modules())
    elif key == "loadmodule" and not before:
        yield from (_entry(one.identifier, "module", one.identifier, start) for one in modules.everything())
    elif key == "use" and not before:
        yield from (_entry(one, "macro", one, start) for one in _named(asked, _MACRO))
    elif key in ("<ifdefine", "undefine"):
        yield from (_entry(one, "variable", one, start) for one in _named(asked, _DEFINE))
    elif not before and any(row.form == "FLAG" for row in directives.find(key, _version(asked))):
        yield from (_entry(one, "value", one, start) for one in ("On", "Off"))


@lru_cache(maxsize=1)
def _modules() -> tuple[str, ...]:
    """What IfModule may name: source files, then identifiers."""
    found = list(modules.everything())
    return (*(f"{one.source}.c" for one in found), *(one.identifier for one in found))


def _proxy(asked: Cursor, key: str, before: Sequence[str], word: str, start: int) -> Iterator[CompletionEntry]:
    name, equals, _ = word.partition("=")
    if equals and "/" not in name:
        values = [
            value for one in _parameters(asked, key, before) if one.name == name.lower() for value in _values(one)
        ]
        yield from (_entry(value, "value", value, start + len(name) + 1) for value in dict.fromkeys(values))
        return
    targets = [one for one in before if ":/" in one or one == "!"]
    section = asked.sections[-1].key if asked.sections else ""
    inner = key == "proxyset" and section == "<proxy"
    if not inner and len(targets) < (2 if key == "balancermember" and before[:1] and _is_balancer(before[0]) else 1):
        yield from (_entry(one, "balancer", one, start) for one in _balancers(asked))
    if targets or inner:
        given = {one.partition("=")[0].lower() for one in before}
        for one in _parameters(asked, key, before):
            if one.name not in given:
                text = one.name if one.kind == "word" else f"{one.name}="
                yield _entry(text, "parameter", text, start, one.name)


def _is_balancer(text: str) -> bool:
    return text.lower().startswith("balancer:")


def _parameters(asked: Cursor, key: str, before: Sequence[str]) -> list[Parameter]:
    """The parameters that a line takes: those of a balancer or of a worker, and on ProxyPass of the mapping."""
    section = asked.sections[-1] if asked.sections else None
    target = next((one for one in before if ":/" in one), "")
    if key == "proxyset" and not target and section is not None and section.key == "<proxy":
        target = asked.text[section.start : section.end].partition(" ")[2].strip(" \"'>")
    if key == "balancermember":
        tables = [parameters.WORKER]
    else:
        tables = [parameters.BALANCER if _is_balancer(target) else parameters.WORKER]
    if key in ("proxypass", "proxypassmatch"):
        tables += [parameters.MAPPING, parameters.WORDS]
    version = _version(asked)
    scheme = target.rpartition("|")[2].partition(":")[0].lower()
    found: dict[str, Parameter] = {}
    for table in tables:
        for one in table.values():
            late = version is not None and one.since is not None and version < one.since
            alone = one.member and key != "balancermember"
            if not late and not alone and (_is_balancer(target) or one.honoured_by(scheme, version)):
                found.setdefault(one.name, one)
    return list(found.values())


def _values(one: Parameter) -> Iterable[str]:
    return ("On", "Off") if one.kind == "flag" else one.values if one.kind == "choice" else ()


# Names that a configuration defines.


def _balancers(asked: Cursor) -> list[str]:
    found = {
        balancer.name
        for unit in asked.units
        for server in proxy_of(unit.configuration).servers
        for balancer in server.balancers
    }
    return sorted(found)


def _named(asked: Cursor, pattern: re.Pattern[str]) -> list[str]:
    """The names that lines of a pattern define, in the text and in the files of its configurations."""
    texts = [asked.text, *(source.text for unit in asked.units for source in unit.configuration.sources.values())]
    return sorted({match[1] for text in texts for match in pattern.finditer(text)})


def _rules(written: str, offset: int) -> Iterator[CompletionEntry]:
    match = _COMMENT.match(written)
    if match is None:
        return
    start = offset - len(match[1])
    for one in registry.rules():
        yield _entry(one.code, "rule", one.code, start, one.code)
        yield _entry(one.name, "rule", one.name, start, one.code)


def explained(kind: str, about: str, version: Version | None) -> str | None:
    """What is known of an item."""
    if kind in ("directive", "section"):
        return explain.directive(about, version)
    if kind == "rule":
        found = registry.by_code().get(about)
        return None if found is None else explain.rule(found)
    if kind == "parameter":
        tables = (parameters.WORKER, parameters.BALANCER, parameters.MAPPING, parameters.WORDS)
        return "\n\n".join(explain.parameter(table[about]) for table in tables if about in table) or None
    return None
