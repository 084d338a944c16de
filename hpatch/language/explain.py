"""What hpatch knows of a directive, a parameter or a rule, as Markdown for an editor."""

from __future__ import annotations

from collections.abc import Iterable

from hpatch.conf.modules import MPMS
from hpatch.conf.walk import contexts
from hpatch.facts import directives, names, thirdparty
from hpatch.facts.directives import Directive
from hpatch.facts.parameters import Parameter
from hpatch.lint.rule import Rule
from hpatch.report.common.terminal import visible
from hpatch.report.lint import manual
from hpatch.versions import Version

_MANUAL = "https://httpd.apache.org/docs/2.4/mod"

_PAGES = {"util_ldap": "mod_ldap", "http_core": "core"}
"""The pages of the manual that are not called like the module's source file."""

_OS2 = "mpmt_os2"
"""An MPM whose directives the others have, too."""

_FORMS = {
    "RAW_ARGS": "read by the directive itself",
    "TAKE_ARGV": "read by the directive itself",
    "FLAG": "On or Off",
    "NO_ARGS": "none",
    "TAKE13": "1 or 3",
    "ITERATE": "1 or more, each as if it stood alone",
    "ITERATE2": "2 or more, the first with each of the others",
}
_KINDS = {
    "int": "a whole number",
    "seconds": "a whole number of seconds",
    "milliseconds": "a whole number of milliseconds",
    "bytes": "a whole number of bytes",
    "duration": "a duration, with a unit: ms, s, mi or h",
    "whole": "-1, or a duration of whole seconds",
    "decimal": "a number, with decimals",
    "flag": "On or Off",
    "string": "a text",
    "name": "a name",
    "separator": "one character, or Off",
    "status": "status letters, with + and - before them",
    "codes": "HTTP status codes, separated by commas",
    "word": "a word without a value",
}


def code(text: str) -> str:
    """A text of the user's as code, whatever it holds."""
    shown = visible(text)
    fence = "`" * (1 + max(map(len, _runs(shown)), default=0))
    pad = " " if shown[:1] == "`" or shown[-1:] == "`" else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _runs(text: str) -> list[str]:
    """The runs of backticks in a text."""
    return "".join(char if char == "`" else " " for char in text).split()


def directive(key: str, version: Version | None) -> str | None:
    """A directive or section by its name in lower case: modules, arguments, contexts, releases; None if unknown."""
    rows = directives.find(key, version)
    if not rows:
        return _missing(key, version) or _foreign(key)
    if version is None:
        rows = tuple(row for row in rows if row.until is None) or rows[-1:]
    current = tuple(row for row in rows if row.module != _OS2) or rows
    head = current[-1]
    modules = list(dict.fromkeys(row.module for row in current))
    lines = [
        f"**{_title(head.name)}** ({', '.join(modules)})",
        f"- Arguments: {_arguments(current)}",
    ]
    where = contexts.allowed(current)
    if where:
        lines.append(f"- Allowed: {_escaped(where)}")
    override = list(dict.fromkeys(word for row in current for word in row.override))
    if override:
        lines.append(f"- AllowOverride: {', '.join(override)}")
    lines.append(f"- {_releases(directives.find(key))}")
    if head.exec_on_read:
        lines.append("- httpd executes it while it reads the configuration.")
    link = _link(head)
    if link:
        lines.append(f"\n[httpd's manual]({link})")
    return "\n".join([lines[0], "", *lines[1:]])


def _title(name: str) -> str:
    return f"\\{name}\\>" if name.startswith("<") else name


def _escaped(text: str) -> str:
    return text.replace("<", "\\<").replace(">", "\\>")


def _arguments(rows: Iterable[Directive]) -> str:
    return " or ".join(dict.fromkeys(_count(row) for row in rows))


def _count(row: Directive) -> str:
    if row.form in _FORMS:
        return _FORMS[row.form]
    least, most = row.counts
    return str(least) if least == most else f"{least} to {most}"


def _releases(rows: tuple[Directive, ...]) -> str:
    since = None if any(row.since is None for row in rows) else min(row.since for row in rows if row.since is not None)
    ended = [row.until for row in rows if row.until is not None]
    first = "In all releases of httpd 2.4" if since is None else f"Since httpd {since}"
    return first + (f", up to {max(ended)}" if len(ended) == len(rows) else "")


def _missing(key: str, version: Version | None) -> str | None:
    """A directive that the version does not have, and others do."""
    rows = directives.find(key)
    if not rows or version is None:
        return None
    return f"**{_title(rows[-1].name)}** ({rows[-1].module})\n\n- httpd {version} does not have it. {_releases(rows)}."


def _foreign(key: str) -> str | None:
    found = thirdparty.find(key)
    if not found:
        return None
    modules = ", ".join(dict.fromkeys(one.module for one in found))
    return f"**{_title(found[0].name)}**\n\n- A directive of {modules}, which is not a module of httpd."


def _link(row: Directive) -> str | None:
    """The directive's entry in httpd's manual. Those of the MPMs stand in several pages."""
    if row.module in MPMS or row.module.startswith("mpm_"):
        return None
    return f"{_MANUAL}/{_PAGES.get(row.module, row.module)}.html#{row.name.lower().removeprefix('<')}"


def parameter(found: Parameter) -> str:
    """A parameter of workers, balancers or mappings."""
    lines = [f"**{found.name}** (parameter of a {found.scope})", ""]
    lines.append(f"- Value: {_value(found)}")
    if found.default:
        lines.append(f"- Default: {_escaped(found.default)}")
    if found.honoured is not None:
        schemes = [f"{name} (since {since})" if since else name for name, since in found.honoured.items()]
        lines.append(f"- Only these schemes read it: {', '.join(schemes)}")
    if found.member:
        lines.append("- It has an effect on members of a balancer only.")
    if found.module:
        lines.append(f"- It needs {found.module}.")
    lines.append(f"- Since httpd {found.since}" if found.since else "- In all releases of httpd 2.4")
    return "\n".join(lines)


def _value(found: Parameter) -> str:
    if found.kind == "choice":
        return ", ".join(f"{name} (since {since})" if since else name for name, since in found.values.items())
    text = _KINDS[found.kind]
    if found.minimum is not None and found.maximum is not None:
        text += f", {found.minimum:g} to {found.maximum:g}"
    elif found.minimum is not None:
        text += f", at least {found.minimum:g}"
    if found.max_length is not None:
        text += f", at most {found.max_length} bytes"
    return text


def rule(found: Rule) -> str:
    """A rule with its manual."""
    weight = "advice" if found.advice else found.severity
    head = f"**{found.code} {found.name}** ({weight}, {found.confidence} confidence)"
    links = "\n".join(f"- <{one}>" for one in found.references if one.startswith(("https://", "http://")))
    parts = (head, _escaped(found.summary.replace("``", "`")), manual.markdown(found.manual), links)
    return "\n\n".join(part for part in parts if part)


def known_directives() -> list[str]:
    """Every directive and section of httpd once, as it is spelt."""
    return names.everything()
