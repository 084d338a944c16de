"""A proposal's title, by the convention of STATUS: `mod_example: One line that says what it does. PR 12345.`

It is what the revisions' entry for CHANGES says, or else the log message's first paragraph, without what committers put
around them, and with the area in front where they have none: what the revision's paths tell. Of 730 proposals of 2013
to 2024 whose revisions bring one entry, the committer's title is nearer to that in 264 and to the message in 97.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from hpatch.backport.history import messages
from hpatch.backport.history.revisions import Revision

_LONG = 200
"""Columns from which on a title ends with its first sentence, unless it is a list."""
_AREA = re.compile(r"(?:\w[\w.()*/-]*)(?:(?:,| and| ?/|:) ?[\w.()*-]+){0,3}(?: MPM)?: (?=\S)|SECURITY: ")
_TRAILER = re.compile(
    r"(?i)^[ \t]*(?:(?:submitted|reviewed|committed|obtained|reported|contributed|suggested|proposed|tested)"
    r"(?:[/ ]\w+)*[ \t]*by\b|obtained from\b|PR[:# \t]*\d+[ \t.]*$|github:|closes?\b.*#\d+|git-svn-id:).*$",
    re.MULTILINE,
)
_LOG = re.compile(
    r"(?=[\w-]*[./])(?P<path>[\w./-]+(?:, ?[\w./-]+)*)"
    r"(?:(?:\s*\([^)]*\))?(?:,? ?\[[^]]*\])?:|\s*\(\w+(?:,\s*\w+)*\)(?=\s+[A-Z]))\s+",
    re.ASCII,
)
"""A file, as a log message begins with it; the colon can be missing behind its functions."""
_FUNCTION = re.compile(r"\n[ \t]+\([^()\n]+\):\s+")
"""Begins what a log message says about a further function of the file above."""
_NOWHERE = re.compile(r"(?i)on (?:the )?trunk:")
_MARK = re.compile(r"^\*\)[ \t]+")
_BULLET = re.compile(r"^[ \t]*(?:[*-][ \t]+(?=\S)|\*(?=[\w-]+/[\w./-]+))", re.MULTILINE)
_AUTHORS = re.compile(r"\s*\[[^][]{3,}\]\.?$")
_PR = re.compile(r"\b(?:PR|BZ|Bug(?:zilla)?)[:# \t]*(\d{4,6})\b", re.IGNORECASE)
"""Shorter numbers are GitHub's."""
_SPELT = re.compile(r"\b(?:PR|BZ)[:# \t]*(\d{3,6})\b")
_REPORTED = re.compile(r"\bPR \d+\.\Z")
_SKIP = re.compile(r"\[skip ci\]", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[^.A-Z]\.)\s+(?=[A-Z\"'(]|\d+\.\d+\.[\dx])")
_MPM = re.compile(r"(?i)\A(?:mpm[ _](event|prefork|winnt|worker)|(event|prefork|winnt|worker)[ _]mpm)(?=:)")
_FIRST = re.compile(r"\A[a-z]+(?=[ ,])")
_REPORT = re.compile(r"\A(?:PR ?\d+[:,. ]+)+")
_MODULE = re.compile(r"\bmod_(?!auth\b)[a-z]\w*\b(?!\*)")
_OF_PROXY = ("mod_proxy", "mod_lbmethod_")
_FOLDERS = ("modules", "server", "include", "support", "docs", "os", "build", "test", "srclib")
_ENDS = ".;:, "
"""Ends a lead or an item that does not end the title."""

_AREAS: tuple[tuple[str, str], ...] = (
    (r"modules/http2/(?:mod_proxy_http2|h2_proxy)", "mod_proxy_http2"),
    (r"modules/(?:http2|ssl|md|lua|tls)/", "mod_{}"),
    (r"modules/dav/(?:main|fs|lock)/", "mod_dav"),
    (r"modules/proxy/balancers/(mod_\w+)", "{}"),
    (r"modules/(?:.*/)?(mod_\w+)\.[ch]$", "{}"),
    (r"modules/(?:cache|ldap)/", "mod_{}"),
    (r"modules/filters/(?:libsed|sed\d|regexp)", "mod_sed"),
    (r"modules/http/", "http"),
    (r"modules/proxy/ajp", "mod_proxy_ajp"),
    (r"modules/proxy/", "mod_proxy"),
    (r"server/mpm/(\w+)/", "mpm_{}"),
    (r"(?:server|include)/", "core"),
    (r"support/(\w+)\.(?:c|in)$", "{}"),
    (r"docs/manual/", "docs"),
    (r"(?:.*/)?(?:configure\.in|config\d*\.m4|acinclude\.m4)$", "configure"),
    (r"(?:.*/)?CMakeLists\.txt$", "CMake"),
    (r"\.github/|\.travis|test/", "CI"),
    (r"\.gdbinit$", "gdbinit"),
)
_ASIDE = re.compile(r"CHANGES$|STATUS$|changes-entries/|docs/(?!conf/)|include/ap_mmn\.h$|modules/http2/h2_version\.h$")


def title(revisions: Sequence[Revision], entry: str = "") -> str:
    """The title for revisions: of `entry`, what they say in CHANGES, or else of the first that changes more than
    records and pages; where they are several changes, of each.
    """
    heads = [] if entry else _heads(revisions)
    if len(heads) > 1:
        return _collected(heads)
    first = next((one for one in revisions if any(map(is_code, one.paths))), revisions[0])
    text = _MPM.sub(lambda name: f"mpm_{(name[1] or name[2]).lower()}", summary(entry) or summary(first.message))
    if not _AREA.match(text):
        name = area(first.paths) or _only_module(text) or _two(first.paths)
        if name is not None and not text.startswith(name):
            text = f"{name}: {_FIRST.sub(lambda word: word[0].capitalize(), text, count=1)}"
    numbers = dict.fromkeys(number for one in revisions for number in reports(one.message))
    missing = [number for number in numbers if number not in reports(text)]
    text = text.rstrip(":;, ")
    text = text if text.endswith((".", "!", "?")) or not text else f"{text}."
    if not missing:
        return text
    text = f"{text[:-1]}," if _REPORTED.search(text) else text
    return f"{text} {', '.join(f'PR {number}' for number in missing)}."


def _heads(revisions: Sequence[Revision]) -> list[Revision]:
    """The revisions of which each begins a change of its own: it names none before it, and shares no file with one."""
    heads: list[Revision] = []
    earlier: list[Revision] = []
    for one in revisions:
        code = set(filter(is_code, one.paths))
        named = (messages.relation(one.message, each.number, each.commit) for each in earlier)
        if code and not any(named) and not any(code.intersection(each.paths) for each in earlier):
            heads.append(one)
        earlier.append(one)
    return heads


def _collected(heads: Sequence[Revision]) -> str:
    """The titles of several changes in one line, those of one area behind it, and one that several have behind all."""
    said: dict[str, tuple[str, list[str]]] = {}
    for one in heads:
        whole = title((one,)).rstrip(_ENDS)
        lead = _AREA.match(whole)
        name, text = ("", whole) if lead is None else (lead[0].rstrip(": "), whole[lead.end() :])
        names = said.setdefault(text.lower(), (text, []))[1]
        names += [name] if name and name not in names else []
    areas: dict[str, list[str]] = {}
    for text, names in said.values():
        areas.setdefault(", ".join(names), []).append(text)
    return "; ".join(f"{name}: {'; '.join(texts)}" if name else "; ".join(texts) for name, texts in areas.items()) + "."


def summary(message: str) -> str:
    """What a log message or an entry of CHANGES says first, in one line."""
    text = _SKIP.sub("", _TRAILER.sub("", message)).strip()
    text = "".join(char if char.isprintable() or char.isspace() else " " for char in _MARK.sub("", text))
    paragraph, *others = [some.strip("\n") for some in text.split("\n\n") if some.strip()] or [""]
    if paragraph.endswith(":") and others:
        following = others.pop(0)
        paragraph = following if _NOWHERE.fullmatch(paragraph) else f"{paragraph}\n{following}"
    if _BULLET.search(paragraph):
        paragraph = "\n".join([paragraph, *itertools.takewhile(_BULLET.match, others)])
    lead, *items = _BULLET.split(paragraph)
    line = _flat(lead) if not items else _listed(_flat(lead), items)
    line = _REPORT.sub("", _SPELT.sub(r"PR \1", _AUTHORS.sub("", line)))
    is_list = len(items) > 1 and _LOG.match(items[0]) is None and len(_flat(lead)) <= _LONG
    return line if is_list or len(line) <= _LONG else _SENTENCE.split(line)[0]


def _listed(lead: str, items: Sequence[str]) -> str:
    """A list in one line, of each item the first sentence. A log in the form `* path (function): …` is none: its first
    item is what the change is about, and stands behind the area of its files.
    """
    log = _LOG.match(items[0])
    if log is not None:
        said = _flat(_FUNCTION.split(items[0][log.end() :])[0])
        return f"{_named(log)}{_led(lead, [said])}"
    if not lead and len(items) == 1:
        return _flat(items[0])
    return _led(lead, [_SENTENCE.split(_flat(item))[0].rstrip(_ENDS) for item in items])


def _led(lead: str, items: Sequence[str]) -> str:
    told = "; ".join(dict.fromkeys(items))
    return f"{lead.rstrip(_ENDS)}: {told}" if lead else told


def _flat(text: str) -> str:
    return " ".join(text.split())


def reports(text: str) -> tuple[str, ...]:
    """The numbers of problem reports that a text names."""
    return tuple(dict.fromkeys(_PR.findall(text)))


def area(paths: Iterable[str]) -> str | None:
    """What paths are about, in the words of STATUS; None where there is not one thing, or it is not known."""
    known = list(paths)
    code = list(filter(is_code, known))
    areas = {_area(path) for path in code or known}
    areas.discard(None)
    if len(areas) > 1:
        areas.difference_update(("core", "configure"))
    if "mod_proxy" in areas and all(name is not None and name.startswith(_OF_PROXY) for name in areas):
        return "mod_proxy"
    return areas.pop() if len(areas) == 1 else None


def _two(paths: Iterable[str]) -> str | None:
    """Two modules that paths are about; None where there are more or fewer, or anything else."""
    areas = sorted({_area(path) or "" for path in paths if is_code(path)})
    return ", ".join(areas) if len(areas) == 2 and all(name.startswith("mod_") for name in areas) else None


def _only_module(text: str) -> str | None:
    """The one module that a text names; None where it names none or several."""
    names = set(_MODULE.findall(text))
    return names.pop() if len(names) == 1 else None


def is_code(path: str) -> bool:
    """Whether a file is more than a page, a record or a number."""
    return _ASIDE.match(path) is None


def _area(path: str) -> str | None:
    for pattern, name in _AREAS:
        match = re.match(pattern, path)
        if match is not None:
            word = match[1] if match.re.groups else path.split("/")[1] if "/" in path else path
            return name.format(word)
    return None


def _named(match: re.Match[str]) -> str:
    """What stands for the file names that a message begins with (`* modules/proxy/mod_proxy.c (function): …`)."""
    names = [path.strip() for path in match["path"].split(",")]
    name = area(names)
    if name is None and not any("." in one or one.partition("/")[0] in _FOLDERS for one in names):
        name = match["path"]  # no path, but areas ("core/mpm")
    return "" if name is None else f"{name}: "
