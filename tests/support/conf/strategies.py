"""Configurations made to be hard to read (hypothesis strategies).

About half of them are such that httpd builds a tree. They may include the files of the corpus's folder `include`, and
are to be read with the environment `ENVIRONMENT`.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

Strings = st.SearchStrategy[str]

ENVIRONMENT = {"SET": "from-outside", "WORDS": "two words", "EMPTY": "", "OPEN": "<Location", "CLOSE": ">"}


def often(common: list[str], rare: list[str], ratio: int = 12) -> Strings:
    """One of `common`, and once in about `ratio` times one of `rare`."""
    times = max(1, round(len(rare) * (ratio - 1) / len(common)))
    return st.sampled_from(common * times + rare)


def _join(*parts: str | Strings) -> Strings:
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map("".join)


def _many(parts: Strings, least: int, most: int) -> Strings:
    return st.lists(parts, min_size=least, max_size=most).map("".join)


_SPACES = often([" "], ["  ", "\t", "\v", "\f", "\r", " \\\n", " \\\r\n ", "\\\n", "\u00a0"], 4)
_INDENTS = often([""], [" ", "\t", "    ", "\v"], 4)
_ENDS = often(["\n"], ["\r\n", " \n", "\t\r\n", " \\\n\n", "\n\n", "\n \\\n", "\\\n", "\r"], 6)
_VARIABLES = often(["A", "a", "B", "SET", "WORDS"], ["EMPTY", "OPEN", "CLOSE", "NONE", "A:b", "A b", ""], 5)
_EXPANSIONS = _join("${", _VARIABLES, "}")

_ATOMS = st.sampled_from(
    ["a", "B", "x", "/a", "http://h/", "$x", "$xy", "%x", "@x", "@y", "<", ">", ">>", "</foo>", "#", "\\", "\\\\",
     "\\\"", "\\'", "\"", "'", "=", "!", "${", "}", "é", "\udcff", "\udce9", "\u2028", "\x85", "\x1c", "\x7f",
     "\x01", "|", "*", "İ", "K"]
)  # fmt: skip
_PIECES = _many(st.one_of(_ATOMS, _ATOMS, _EXPANSIONS), 1, 3)
_INNER = _many(st.one_of(_PIECES, _SPACES), 0, 3)
_QUOTED = st.one_of(_join('"', _INNER, often(['"'], ["", '"x'])), _join("'", _INNER, often(["'"], ["", "'x"])))
WORDS = st.one_of(st.sampled_from(["on", "80", '"a b"', "/"]), _PIECES, _QUOTED)
"""A word of a line, as it is written."""

ARGUMENTS = _many(_join(_SPACES, WORDS), 0, 3)
"""What follows a directive's name, the white space before it included."""

_LONG = st.sampled_from([190, 199, 200, 205, 206, 207, 210, 400, 413]).map(lambda length: "l" * length)


def _cased(names: list[str]) -> Strings:
    return st.sampled_from([case(name) for case in (str, str, str, str.lower, str.upper) for name in names])


_NAMES = st.one_of(
    _cased(["ServerName", "ProxyPass", "Order", "DAV", "Timeout", "foo", "x", "é"]),
    st.sampled_from(["\"Server Name\"", "'foo'", "foo>", "foo>>", "ServerName>", "\"Timeout", "f\\\\oo", "İ",
                     "${A}", "${SET}b"]),
)  # fmt: skip
_SECTIONS = often(
    ["VirtualHost", "Location", "Directory", "Proxy", "If", "foo", "é"], ["foo>", "", "${A}", "f\\\\oo", "/foo", "İ"]
)

_TRUE = {
    "IfModule": ["mod_proxy.c", "proxy_module", "core.c", "event.c", "!mod_none.c", "! mod_proxy",
                 "\"mod_proxy.c\"", "!!x"],
    "IfDefine": ["A", "\"A\"", "A B", "!NONE", "! a", "! SET"],
    "IfVersion": [">= 2.4", "> 2", "= 2.4.71", "!= 2.4.70", "~ ^2.4", "= /^2/", "/2.4.7/", "!~ 3", "== 2.4.071",
                  "\">=\" \"2.4.1\""],
    "IfFile": ["include/plain.conf", "include", "!/none", "\"include/a b.conf\"", "include/none/../plain.conf", "/",
               "."],
    "IfDirective": ["ServerName", "servername", "<Location", "Include", "!foo", "! Location"],
    "IfSection": ["Location", "location", "If", "Macro", "!foo", "! <Location"],
}  # fmt: skip
_FALSE = {
    "IfModule": ["!mod_proxy.c", "mod_proxy", "Mod_proxy.c", "mod_none.c", "mod_ldap.c", "\"!mod_none.c\"", "!${A}",
                 "core.c>"],
    "IfDefine": ["a", "B", "SET", "NONE", "!A"],
    "IfVersion": ["2.4", "> 2.4.71", "< 2.4", "2.", "~ /2/", "= 2"],
    "IfFile": ["/none", "include/*.conf", "include/plain.conf/"],
    "IfDirective": ["foo", "Location", "!Include"],
    "IfSection": ["<Location", "ServerName", "foo"],
}  # fmt: skip
_BROKEN = {
    "IfModule": ["", "!", "mod_proxy.c> x"],
    "IfDefine": ["", '""', "A> # x"],
    "IfVersion": ["", "2.x", "~", ">=2.4", "foo 2.4", "> 2.4.71.0", "<= 2.4 x", ">= 2.4> x", "~ [", "= /2"],
    "IfFile": ["", '""'],
    "IfDirective": [""],
    "IfSection": [""],
}

_INCLUDED = often(
    ["plain.conf", "balanced.conf", "no-line-feed.conf", "open-true.conf", "defines.conf", "macro.conf", "tree",
     "tree/", "tree/*.conf", "tree/*", "*/f.conf", "tree/?.conf", "tree/.*", "tree/[ab].conf", "tree/[!a].conf",
     "\"a b.conf\"", "./tree/../plain.conf", "/plain.conf", "pai[r]/"],
    ["open-false.conf", "open-section.conf", "closer.conf", "none.conf", "none/*.conf", "tree/none*", "a b.conf",
     "uses.conf", "loop.conf", "tree/*/f.conf", "plain.conf/*", "${A}.conf", "plain.con[", "*/s.conf"],
)  # fmt: skip
_MACROS = often(["m", "M", "n", "'n'", "o"], ["${A}", '""', "m'", "vhost", "p"], 15)
_PARAMETERS = often(["$x", "$xy", "%x", "@x", "$y", "@y"], ["x", "${A}", '"$a b"', "<foo", '""'])
_FLAGS = often([""], [" /IgnoreEmptyArgs", " /ignorebadnesting /x", " /x", "/", " /IgnoreEmptyArgs/IgnoreBadNesting"])

_DIRECTIVES = _join(_NAMES, ARGUMENTS)
_DEFINES = _join(
    _cased(["Define"]),
    _SPACES,
    often(["A", "a", "B", "SET"], ["OPEN", "CLOSE", "NONE", "A:b", "'a b'", "\\\\", "${B}"]),
    often([" a", ' "b c"', " ${B}", ""], [" a b", " foo>", " #", " \\\\", ' ""', " $x", " <foo>"]),
)
_ODD = st.sampled_from(
    ["", "#", "# <Location /a>", "# a \\", "\ufeff", "\"\" x", "\"", "''", "\\", "x\0y", "\0",
     "MacroIgnoreEmptyArgs", "MacroIgnoreBadNesting x", "LoadModule proxy_module none.so", "ServerRoot /",
     "UnDefine NONE"]
)  # fmt: skip
_WRONG = st.one_of(
    st.sampled_from(
        ["<", "</", "<>", "</>", "<!--", "LoadModule none_module ./none.so", "LoadModule a", "LoadModule so_module x",
         "ServerRoot", "ServerRoot /none", "DefaultRuntimeDir /none", "LoadFile /none.so", "LoadFile", "UndefMacro",
         "Use", "Define", "UnDefine"]
    ),
    _join("UndefMacro ", _MACROS),
    _join("</", _SECTIONS, ">"),
    _join(_cased(["Include", "IncludeOptional", "Define", "UnDefine", "Use"]), ARGUMENTS),
)  # fmt: skip
_USES = often(
    ["Use m", "use M", "Use n 1", "USE 'n' \"</foo>\"", "Use n \"a \\\"b\"", "Use o 1 '2 $x'", "Use o $y \"\"",
     "Use m \\\n", "Use n ${A}", "Use o \"#\" <foo>", "Use n x>",
     "Use n \\\n 1", "Use o @y x", "Use o \"x \\\\ \\\"\" '\"'",
     "Use n \"\\\\\"", "Use o x \"y \\\\\\\\\""],
    ["Use p", "Use", "Use m # x", "Use \"\"", "Use n", "Use m 1", "Use o ${WORDS}", "Use n \"a"],
)  # fmt: skip
_INCLUDES = _join(_cased(["Include", "IncludeOptional"]), " include/", _INCLUDED)
_KINDS = (
    [_DIRECTIVES] * 20 + [_ODD] * 3 + [_join(_NAMES, " ", _LONG), _join("UnDefine ", _VARIABLES)] + [_INCLUDES] * 3
    + [_USES] * 7 + [_DEFINES] * 5 + [_WRONG]
)  # fmt: skip
_LINES = _join(_INDENTS, st.integers(0, len(_KINDS) - 1).flatmap(_KINDS.__getitem__), _ENDS)
_PARTS: Strings = st.deferred(lambda: st.integers(0, 3).flatmap(lambda n: _LINES if n else _SECTION))
_INSIDE = _many(_PARTS, 0, 3)

_OPENED = often([">"], ["", "> x", ">>", " >"], 20)
_CLOSED = often([">"], ["> # x", ">>", ">x", ""], 20)
_CLOSERS = often(["once"], ["never", "upper", "twice"], 20)
_CONDITIONS = {name: often(_TRUE[name] + _FALSE[name], _BROKEN[name], 25) for name in _TRUE}
_CONDITIONALS = st.sampled_from(list(_TRUE))
_PARAMETER_LISTS = st.lists(_PARAMETERS, max_size=3, unique=True).map(" ".join)


@st.composite
def _sections(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["section", "section", "conditional", "conditional", "conditional", "macro"]))
    if kind == "conditional":
        name = draw(_CONDITIONALS)
        argument = f" {draw(_CONDITIONS[name])}"
    elif kind == "macro":
        name = "Macro"
        argument = f" {draw(_MACROS)}{draw(_FLAGS)} {draw(_PARAMETER_LISTS)}"
    else:
        name = draw(_SECTIONS)
        argument = draw(ARGUMENTS)
    opened = f"{draw(_INDENTS)}<{name}{argument}{draw(_OPENED)}{draw(_ENDS)}"
    closer = f"{draw(_INDENTS)}</{name}{draw(_CLOSED)}{draw(_ENDS)}"
    closers = {"once": closer, "never": "", "upper": closer.upper(), "twice": closer * 2}
    return opened + draw(_INSIDE) + closers[draw(_CLOSERS)]


_SECTION: Strings = _sections()
_BEGINNINGS = st.sampled_from(
    r"""
----
Define A "a b"
<Macro m>
m 1
# not counted
m \
2
</Macro>
<Macro n $x>
n $x
</Macro>
<Macro o $x $y>
$x $y
</Macro>
----
<Macro n $x>
  n $x
</Macro>
<Macro o $x @y>
use N $x
o @y
<foo $x>
</Macro>
<Macro m>
</foo>
</Macro>
Define A a
----
<Macro m>
<IfModule none>
</Macro>
<Macro n @x>
@x
</Macro>
<macro o @x x>
Use n @x
Use m
x
</macro>
----
<Macro m>
<IfModule core.c>
m
</Macro>
<Macro n %x>
</IfModule>
%x${A}
</Macro>
<Macro o a $x>
a $x
</Macro>
Define a b
""".removeprefix("\n").split("----\n")
)
"""What a configuration may begin with, so that what follows has macros to use."""

_TEXTS = _join(_BEGINNINGS, _many(_PARTS, 1, 8))
_FULL = st.tuples(_NAMES, st.integers(205, 207)).map(lambda drawn: _filled(f"{drawn[0]} ", drawn[1]))
"""Lines about as long as the buffer that httpd begins with: the last of a file may be lost."""

_CUTS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3), st.one_of(_ATOMS, _SPACES, _ENDS)), max_size=2)


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """A configuration's text; lone surrogates stand for bytes that are not UTF-8."""
    text = draw(_TEXTS)
    for percent, length, new in draw(_CUTS) if draw(st.integers(0, 3)) == 3 else ():
        at = len(text) * percent // 100
        text = text[:at] + new + text[at + length :]
    end = draw(st.integers(0, 15))
    if end == 0:
        text += draw(_FULL)
    elif end < 4:
        text = text.rstrip("\n")
    return _end_long(_cut_nul(text))


def _filled(start: str, size: int) -> str:
    return start + "l" * (size - len(start.encode("utf-8", "surrogateescape")))


def _end_long(text: str) -> str:
    """With a line feed where httpd's memory decides whether it loses a last line, from 414 bytes on."""
    last = re.search(r"(?:[^\n]*\\\r?\n)*[^\n]*\Z", text)
    assert last is not None
    return text + "\n" if len(last[0].encode("utf-8", "surrogateescape")) >= 414 else text


def _cut_nul(text: str) -> str:
    """Without what depends on the size of httpd's buffer: a NUL in a long line ends it where the buffer does."""
    return "\n".join(line.replace("\0", "") if len(line) > 150 else line for line in text.split("\n"))
