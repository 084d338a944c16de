"""The pieces of a text that a template's program replaces, by the syntax of each language.

Sources: the manuals of Jinja (Template Designer Documentation), ERB, Puppet (EPP), Go's text/template, Mustache,
Handlebars, Template Toolkit, Terraform (String Templates), Autoconf (config.status substitutions) and envsubst.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from hpatch.records import NamedTuple

Kind = Literal["control", "comment", "value"]

_LONGEST = 8192
"""How many characters a piece may have. A longer one has lost its end."""


class CodePiece(NamedTuple):
    """A piece of template code, `text[start:end]`, in a language.

    A control piece first ends `closes` blocks, or ends one arm of a block and begins another (`middle`), and then
    begins `opens` blocks.
    """

    start: int
    end: int
    kind: Kind
    language: str
    closes: int = 0
    middle: bool = False
    opens: int = 0

    @property
    def structural(self) -> bool:
        """Whether it begins or ends an arm of a block."""
        return self.closes > 0 or self.middle or self.opens > 0


class _Meaning(NamedTuple):
    kind: Kind
    language: str
    closes: int = 0
    middle: bool = False
    opens: int = 0


def _piece(kind: Kind, language: str, closes: int = 0, middle: bool = False, opens: int = 0) -> _Meaning:
    return _Meaning(kind=kind, language=language, closes=closes, middle=middle, opens=opens)


_OPENING = re.compile(
    r"(?<!%)\{%(?=[-+]?\s*[a-z])|\{\{(?!\s*[\d,}])|\{\#(?=[-\s\w])|<%(?=[=#|\s@$(a-zA-Z}-])|\[%(?=[-+~]?\s)"
    r"|%\{(?=(?:~\s*|\s)(?:if|for|else|endif|endfor)\b)"
    r"|%%[A-Z][A-Z0-9_]+%%|(?<![\w@+])@@?[A-Za-z_][A-Za-z0-9_.-]+@@?|(?<=[a-z])@[A-Z_]{3,}@"
)
_DOLLAR = re.compile(rf"{_OPENING.pattern}|\$[A-Z_][A-Z0-9_]+")
"""`$NAME` as well. Names with small letters are left out: `$host` and `$request_uri` are other programs' variables."""
_CLOSING = {"{%": "%}", "{{": "}}", "{#": "#}", "<%": "%>", "[%": "%]", "%{": "}"}
_WORDS = {"%": "%%NAME%%", "$": "$NAME"}
"""The languages whose pieces have no end of their own, by how they begin."""

_JINJA_OPENS = frozenset(
    "if for macro call filter block autoescape with trans unless case comment spaceless ifequal verbatim raw".split()
)
_JINJA_MIDDLE = frozenset("else elif elseif elsif when empty pluralize".split())
_JINJA_OTHER = frozenset(
    "set do include import from extends break continue load assign return debug capture cycle now url".split()
)
_RAW_END = re.compile(r"\{%[-+]?\s*end(?:raw|verbatim)\s*[-+]?%\}")


def tokens(text: str, *, dollar: bool = False) -> Iterator[CodePiece]:
    """The pieces of template code in a text, in order, with `dollar` also `$NAME`. They do not overlap."""
    at = 0
    pattern = _DOLLAR if dollar else _OPENING
    while (match := pattern.search(text, at)) is not None:
        start, opening = match.start(), match[0]
        closing = _CLOSING.get(opening)
        if closing is None:
            language = _WORDS.get(opening[0], "@NAME@")
            yield CodePiece(start=start, end=match.end(), kind="value", language=language)
            at = match.end()
            continue
        stop = text.find(closing, match.end(), start + _LONGEST)
        meaning = None if stop < 0 else _MEANINGS[opening](text[match.end() : stop])
        if meaning is None:
            at = match.end()
            continue
        at = stop + len(closing)
        if opening == "{{" and text.startswith("}", at) and text.startswith("{", start + 2):
            at += 1
        yield CodePiece(start, at, *meaning)
        if opening == "{%" and _first(text[match.end() : stop]) in ("raw", "verbatim"):
            end = _RAW_END.search(text, at)
            at = len(text) if end is None else end.start()


def _first(code: str) -> str:
    """The first word of a piece's code, without the signs that trim white space."""
    found = re.match(r"[-+~=]?\s*(\w*)", code)
    return "" if found is None else found[1]


def _jinja(code: str) -> _Meaning | None:
    word = _first(code)
    if word.startswith("end"):
        return _piece("control", "Jinja", closes=1)
    if word in _JINJA_MIDDLE:
        return _piece("control", "Jinja", middle=True)
    if word in _JINJA_OPENS:
        return _piece("control", "Jinja", opens=1)
    return _piece("control", "Jinja") if word in _JINJA_OTHER else None


_BRACES: tuple[tuple[re.Pattern[str], _Meaning], ...] = (
    (re.compile(r"/\*"), _piece("comment", "Go")),
    (re.compile(r"!"), _piece("comment", "Mustache")),
    (re.compile(r"[#^][^#^]"), _piece("control", "Mustache", opens=1)),
    (re.compile(r"/"), _piece("control", "Mustache", closes=1)),
    (re.compile(r"end[-~\s]*$"), _piece("control", "Go", closes=1)),
    (re.compile(r"else\b"), _piece("control", "Go", middle=True)),
    (re.compile(r"(?:if|range|with|define|block)\s"), _piece("control", "Go", opens=1)),
    (re.compile(r"\$\w+\s*:?=|(?:break|continue)[-~\s]*$"), _piece("control", "Go")),
    (re.compile(r"[.$]|(?:template|include)\s"), _piece("value", "Go")),
    (re.compile(r"[\w\"'(\[>&@*-]"), _piece("value", "{{name}}")),
)
"""What the code in double braces begins with, in Go's templates, Mustache, Handlebars and Jinja."""


def _braces(code: str) -> _Meaning | None:
    inner = code.lstrip("{").removeprefix("-").removeprefix("~").strip()
    if "{{" in inner:
        return None
    return next((meaning for pattern, meaning in _BRACES if pattern.match(inner)), None)


_STRINGS = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
_RUBY_OPENS = re.compile(r"(?:if|unless|case|while|until|for|begin|def)\b|.*\bdo\b\s*(?:\|[^|]*\|)?$|.*\{\s*\|[^|]*\|$")
_RUBY_MIDDLE = re.compile(r"(?:else|elsif|when|rescue|ensure)\b")


def _erb(code: str) -> _Meaning | None:
    """`<%…%>`: Ruby's ERB, and Puppet's EPP, whose blocks have braces."""
    if code.startswith("#") or code.startswith("-#"):
        return _piece("comment", "ERB")
    if code.startswith("="):
        return _piece("value", "EPP" if re.match(r"=\s*\$", code) else "ERB")
    inner = _STRINGS.sub("''", code.removeprefix("-").removesuffix("-")).strip()
    if inner.startswith("|"):
        return _piece("control", "EPP")
    closes = opens = 0
    middle = False
    puppet = inner.endswith("{") or inner.startswith("}")
    if puppet:
        closes, opens = int(inner.startswith("}")), int(inner.endswith("{"))
        middle = closes + opens == 2
        closes, opens = (0, 0) if middle else (closes, opens)
    for statement in () if puppet else re.split(r"[;\n]", inner):
        line = re.sub(r"#.*", "", statement).strip()
        ends = len(re.findall(r"(?<![.\w])end(?![\w?!])", line))
        if _RUBY_MIDDLE.match(line):
            middle = True
        elif _RUBY_OPENS.match(line):
            opens += 1
        if opens and ends:
            ended = min(opens, ends)
            opens, ends = opens - ended, ends - ended
        closes += ends
    return _piece("control", "EPP" if puppet else "ERB", closes, middle, opens)


def _toolkit(code: str) -> _Meaning | None:
    word = _first(code)
    if code.startswith("#"):
        return _piece("comment", "Template Toolkit")
    if word == "END":
        return _piece("control", "Template Toolkit", closes=1)
    if word in ("ELSE", "ELSIF", "CASE"):
        return _piece("control", "Template Toolkit", middle=True)
    if word in ("IF", "UNLESS", "FOREACH", "FOR", "WHILE", "BLOCK", "SWITCH", "FILTER", "WRAPPER"):
        return _piece("control", "Template Toolkit", opens=1)
    if word in ("SET", "DEFAULT", "USE", "PROCESS", "INCLUDE", "INSERT", "CALL", "MACRO", "META") or "=" in code:
        return _piece("control", "Template Toolkit")
    return _piece("value", "Template Toolkit")


def _terraform(code: str) -> _Meaning | None:
    if "\n" in code:
        return None
    word = _first(code)
    if word in ("endif", "endfor"):
        return _piece("control", "Terraform", closes=1)
    if word == "else":
        return _piece("control", "Terraform", middle=True)
    return _piece("control", "Terraform", opens=1)


def _comment(code: str) -> _Meaning | None:
    return _piece("comment", "Jinja")


_MEANINGS: dict[str, Callable[[str], _Meaning | None]] = {
    "{%": _jinja,
    "{{": _braces,
    "{#": _comment,
    "<%": _erb,
    "[%": _toolkit,
    "%{": _terraform,
}
