"""Configurations made to be hard to read (hypothesis strategies).

A configuration is made in parts that httpd would mostly accept, and then spoilt a little. It may include the files of
the corpus's `include` folder, and be read with the environment `ENVIRONMENT`.
"""

from __future__ import annotations

from hypothesis import strategies as st

ENVIRONMENT = {"SET": "from-outside", "WORDS": "two words", "EMPTY": "", "OPEN": "<Location", "CLOSE": ">"}

_SPACES = st.sampled_from([" "] * 8 + ["  ", "\t", "\v", "\f", "\r", " \\\n", " \\\r\n ", "\\\n", "\u00a0"])
_ENDS = st.sampled_from(["\n"] * 12 + ["\r\n", " \n", "\t\r\n", " \\\n\n", "\n\n", "\n \\\n"])
_ODD_LINES = st.sampled_from(
    ["", "#", "# <Location /a>", "# a \\", "\ufeff", "\"\" x", "\"", "''", "\\", "<", "</", "<>", "</>", "<!--", "x\0y", "\0"]
)  # fmt: skip
_LONG = st.sampled_from([190, 199, 200, 205, 206, 207, 210, 400, 413, 8180, 8191, 8192, 16400]).map(lambda n: "l" * n)

VARIABLES = st.sampled_from(["A", "a", "B", "SET", "WORDS", "EMPTY", "OPEN", "CLOSE", "NONE", "A:b", "A b", ""])
MACROS = st.sampled_from(["m", "M", "n", "o", "vhost", "'m'", "m'", "${A}"])
PARAMETERS = st.sampled_from(["$x", "$xy", "%x", "@x", "x", "$y", "@y", "${A}", "\"$a b\"", "<foo", "\"\""])

_ATOMS = st.sampled_from(
    ["a", "B", "x", "/a", "http://h/", "$x", "$xy", "%x", "@x", "@y", "<", ">", ">>", "</foo>", "#", "\\", "\\\\", "\\\"", "\\'",
     "\"", "'", "=", "!", "${", "}", "é", "\udcff", "\udce9", "\u2028", "\x85", "\x1c", "\x7f", "\x01", "|", "*", "İ", "K"]
)  # fmt: skip
_EXPANSIONS = VARIABLES.map(lambda name: f"${{{name}}}")
_PIECES = st.lists(st.one_of(_ATOMS, _ATOMS, _EXPANSIONS), min_size=1, max_size=4).map("".join)


@st.composite
def _quoted(draw: st.DrawFn) -> str:
    quote = draw(st.sampled_from("\"'"))
    inner = draw(st.lists(st.one_of(_PIECES, _SPACES), max_size=3).map("".join))
    return quote + inner + draw(st.sampled_from([quote] * 6 + ["", quote + "x"]))


WORDS = st.one_of(_PIECES, _PIECES, _quoted(), st.sampled_from(["on", "80", "\"a b\""]))
"""A word of a line, as it is written."""

ARGUMENTS = st.lists(st.tuples(_SPACES, WORDS).map("".join), max_size=3).map("".join)
"""What follows a directive's name, the white space before it included."""


@st.composite
def _cased(draw: st.DrawFn, name: str) -> str:
    return draw(st.sampled_from([name] * 5 + [name.lower(), name.upper(), name.swapcase()]))


def _names(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from(names).flatmap(_cased)


_DIRECTIVES = st.one_of(
    _names("ServerName", "ProxyPass", "Order", "DAV", "Timeout", "foo", "x", "İ", "é", "RemoteIPTrustedProxyList"),
    _EXPANSIONS,
    st.sampled_from(["\"Server Name\"", "'foo'", "foo>", "foo>>", "ServerName>", "\"Timeout", "f\\\\oo"]),
)
_SECTIONS = st.one_of(
    _names("VirtualHost", "Location", "Directory", "Proxy", "If", "foo", "é", "Limit"),
    st.sampled_from(["foo>", "", "${A}", "${OPEN}", "f\\\\oo", "/foo"]),
)

_CONDITIONS = st.one_of(
    st.tuples(
        st.just("IfModule"),
        st.sampled_from(["mod_proxy.c", "proxy_module", "mod_none.c", "core.c", "event.c", "Mod_proxy.c", "mod_proxy", "mod_ldap.c"]),
    ),
    st.tuples(st.just("IfDefine"), st.sampled_from(["A", "a", "B", "SET", "NONE", "\"A\"", "A B"])),
    st.tuples(
        st.just("IfVersion"),
        st.sampled_from(["2.4", ">= 2.4", "> 2", "< 2.4.71", "= 2.4.71", "!= 2.4.71", "~ ^2.4", "= /^2/", "/2.4.7/", "2.x", "~", "2.",
                         ">=2.4", "!~ 3", "== 2.4.071", "<= 2.4.71 x", "foo 2.4", "> 2.4.71.0", "\">=\" \"2.4.1\""]),
    ),
    st.tuples(st.just("IfFile"), st.sampled_from(["include/plain.conf", "include", "/none", "include/*.conf", "\"include/a b.conf\"",
                                                  "include/none/../plain.conf", "include/plain.conf/", "/", "."])),
    st.tuples(st.just("IfDirective"), st.sampled_from(["ServerName", "servername", "foo", "<Location", "Location", "Include"])),
    st.tuples(st.just("IfSection"), st.sampled_from(["Location", "location", "<Location", "ServerName", "foo", "If", "Macro"])),
)  # fmt: skip
_PREFIXES = st.sampled_from([""] * 8 + ["!", "! ", "!!", "\"", "${A}"])
_SUFFIXES = st.sampled_from([""] * 10 + [" ", " x", "\"", ">", "> x", " > # x"])

INCLUDES = st.sampled_from(
    ["plain.conf", "balanced.conf", "no-line-feed.conf", "open-true.conf", "open-false.conf", "open-section.conf", "closer.conf",
     "defines.conf", "macro.conf", "uses.conf", "tree", "tree/", "tree/*.conf", "tree/*", "*/f.conf", "tree/?.conf", "tree/.*",
     "tree/[ab].conf", "tree/[!a].conf", "none.conf", "none/*.conf", "tree/none*", "\"a b.conf\"", "a b.conf", "", "loop.conf",
     "./tree/../plain.conf", "//plain.conf", "tree/*/f.conf", "p*/", "plain.conf/*", "${A}.conf"]
)  # fmt: skip

_SIMPLE = st.one_of(
    st.tuples(_DIRECTIVES, ARGUMENTS).map("".join),
    st.tuples(_DIRECTIVES, ARGUMENTS).map("".join),
    _ODD_LINES,
    st.tuples(_names("Define"), _SPACES, VARIABLES, st.one_of(st.just(""), ARGUMENTS)).map("".join),
    st.tuples(_names("UnDefine"), _SPACES, VARIABLES).map("".join),
    st.tuples(_names("Use"), _SPACES, MACROS, ARGUMENTS).map("".join),
    st.tuples(_names("Use"), _SPACES, st.sampled_from(["m", "n"]), st.sampled_from(["", " 1", " 1 2", " \"</foo>\"", " \"a\\\"b\""])).map("".join),
    st.tuples(_names("UndefMacro"), _SPACES, MACROS).map("".join),
    st.tuples(_names("Include", "IncludeOptional"), st.just(" include/"), INCLUDES).map("".join),
    st.tuples(_names("Include", "IncludeOptional"), ARGUMENTS).map("".join),
    st.sampled_from(["LoadModule proxy_module none.so", "LoadModule none_module none.so", "LoadModule a", "LoadModule so_module x",
                     "ServerRoot /", "ServerRoot /none", "MacroIgnoreEmptyArgs", "MacroIgnoreBadNesting x", "ServerRoot",
                     "DefaultRuntimeDir /none", "LoadFile /none.so", "LoadFile"]),
    st.tuples(_DIRECTIVES, st.just(" "), _LONG).map("".join),
    st.tuples(st.just("</"), _SECTIONS, st.just(">")).map("".join),
)  # fmt: skip


@st.composite
def _line(draw: st.DrawFn, text: str) -> str:
    return draw(st.sampled_from([""] * 4 + [" ", "\t", "  ", "\v"])) + text + draw(_ENDS)


@st.composite
def _section(draw: st.DrawFn, inner: st.SearchStrategy[str], name: str, argument: str, closed: bool = True) -> str:
    opened = draw(_line(f"<{draw(_cased(name))}{argument}{draw(st.sampled_from(['>'] * 12 + ['', '> x', '>>', ' >']))}"))
    closer = draw(_line(f"</{draw(_cased(name))}>{draw(st.sampled_from([''] * 10 + [' # x', '>', ' ']))}")) if closed else ""
    return opened + draw(inner) + closer


@st.composite
def _sections(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    return draw(_section(inner, draw(_SECTIONS), draw(ARGUMENTS), draw(st.sampled_from([True] * 12 + [False]))))


@st.composite
def _conditionals(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    name, condition = draw(_CONDITIONS)
    argument = f" {draw(_PREFIXES)}{condition}{draw(_SUFFIXES)}"
    return draw(_section(inner, name, argument, draw(st.sampled_from([True] * 10 + [False]))))


@st.composite
def _macros(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    flags = draw(st.sampled_from([""] * 10 + [" /IgnoreEmptyArgs", " /ignorebadnesting /x", " /x", "/", " /IgnoreEmptyArgs/IgnoreBadNesting"]))
    parameters = "".join(f" {name}" for name in draw(st.lists(PARAMETERS, max_size=3, unique=draw(st.integers(0, 9)) > 0)))
    return draw(_section(inner, "Macro", f" {draw(MACROS)}{flags}{parameters}", draw(st.sampled_from([True] * 12 + [False]))))


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    part = st.one_of(inner, _sections(inner), _conditionals(inner), _conditionals(inner), _macros(inner))
    return st.lists(part, max_size=4).map("".join)


PARTS = st.recursive(_SIMPLE.flatmap(_line), _blocks, max_leaves=8)


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """A configuration's text; lone surrogates stand for bytes that are not UTF-8."""
    text = "".join(draw(st.lists(PARTS, min_size=1, max_size=8)))
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 0, 1, 1, 3, 20]))
        text = text[:at] + draw(st.one_of(st.just(""), _ATOMS, _SPACES, _ENDS)) + text[at + cut :]
    if draw(st.booleans()):
        text = text.rstrip("\n")
    return _cut_nul(text)


def _cut_nul(text: str) -> str:
    """Without what depends on the size of httpd's buffer: a NUL in a long line ends it where the buffer does."""
    lines = text.split("\n")
    return "\n".join(line.replace("\0", "") if len(line) > 150 else line for line in lines)
