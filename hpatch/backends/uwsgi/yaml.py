"""The options in a YAML file, as uWSGI reads them with libyaml (`core/yaml.c`; compared with uWSGI 2.0.21).

uWSGI does not build what YAML describes. It goes through the tokens: the section begins at a block below the key of
that name, each scalar after a key is an option of it, and blocks within the section count like the section itself. An
alias gives nothing, and at a tag or an anchor before a scalar uWSGI stops reading. hpatch tells tokens by a small
part of YAML's grammar and says where a file leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from hpatch.backends.uwsgi.line import OptionLine, UnreadableError
from hpatch.backends.uwsgi.magic import Expanded
from hpatch.records import NamedTuple

_Kind = Literal["key", "value", "scalar", "sequence", "entry", "mapping", "end", "flow end", "other"]

_ENTRY = re.compile(r"-(?=[ \t\n]|\Z)")
_COMMENT = re.compile(r"[ \t]*(?:(?:(?<![^ \t\n])|\A)#[^\n]*)?(?:\n|\Z)")
_COLON = re.compile(r"[ \t]*:(?=[ \t\n]|\Z)")
# What a magic variable stands for is not known here, only that it is no sign of YAML's.
_PLAIN = re.compile(
    r"(?![\[\]{},#&*!|>'\"@`]|%(?![bghijkotuvGIJOTUV])|[-?:](?:[ \t\n]|\Z))(?:[^:#\n]|:(?![ \t\n]|\Z)|(?<![ \t])#)+"
)
_PLAIN_IN_FLOW = re.compile(
    r"(?![#&*!|>'\"@`]|%(?![bghijkotuvGIJOTUV])|[-?:](?:[ \t\n,\[\]{}]|\Z))"
    r"(?:[^:#\n,\[\]{}]|:(?![ \t\n,\[\]{}]|\Z)|(?<![ \t])#)+"
)
_MORE = re.compile(r"(?:[^:#\n]|:(?![ \t\n]|\Z)|(?<![ \t])#)+")
_DOUBLE = re.compile(r'"((?:[^"\\\n]|\\[^\n])*)"')
_SINGLE = re.compile(r"'((?:[^'\n]|'')*)'")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))")
_ESCAPED = dict(zip('0abtnvfre "/\\N_LP\t', '\0\a\b\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029\t', strict=True))
_ALIAS = re.compile(r"\*[^ \t\n,\[\]{}]+")
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_MARK = re.compile(r"(?:---|\.\.\.)(?=[ \t\n]|\Z)")
_INDENT = re.compile(r" *")
_BLANKS = re.compile(r"[ \t]*")
_LINE_END = re.compile(r"[ \t]*\n")
_FLOW_BLANKS = re.compile(r"(?:[ \t\n]+|(?<=[ \t\n])#[^\n]*)*")
_FLOW_COLON = re.compile(r"[ \t]*:(?=[ \t\n,\[\]{}]|\Z)")
_FLOW_END = re.compile(r"[ \t\n]*(?:[,\]}]|\Z)")
_PROPERTIES = re.compile(r"(?:[&!][^ \t\n,\[\]{}]*[ \t]*)*")
_DEPTH = 64


class _Token(NamedTuple):
    kind: _Kind
    text: str = ""
    start: int = 0
    end: int = 0
    known: bool = True


def lines(text: str, section: str, known: Mapping[str, str]) -> Iterator[OptionLine]:
    """The options of the first block below a key of this name. Raises UnreadableError where hpatch cannot go on."""
    expanded = Expanded(text, known)
    try:
        yield from _options(expanded, section)
    except UnreadableError as error:
        raise UnreadableError(str(error), expanded.origin(error.at)) from None


def _options(expanded: Expanded, section: str) -> Iterator[OptionLine]:
    """uWSGI's way through the tokens, state by state."""
    status = inside = 0
    key: _Token | None = None
    for token in _Tokens(expanded.text).all():
        kind = token.kind
        if kind == "key":
            status = 1
        elif kind == "value":
            status = 2
        elif kind in ("sequence", "entry"):
            inside += kind == "sequence" and inside > 0
            status = 3
        elif kind == "mapping":
            if inside:
                inside += 1
            elif key is not None and key.text == section:
                inside = 1
        elif kind in ("end", "flow end"):
            if inside:
                inside -= 1
                if not inside:
                    return
            key, status = None, 0
        elif kind == "other":
            status = 0
        elif status == 1:
            key = token
        elif status in (2, 3):
            if key is not None and inside:
                start = key.start if status == 2 else token.start
                yield OptionLine(
                    key=key.text,
                    value=token.text,
                    start=expanded.origin(start),
                    end=expanded.origin(token.end),
                    known=token.known and expanded.known(token.start, token.end),
                )
            if status == 2:
                key, status = None, 0
        else:
            raise UnreadableError("uWSGI stops reading here: it knows no tags and anchors", token.start)


class _Tokens:
    """The tokens of a text, in libyaml's order."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", " \n")
        self.at = 0
        self.indents: list[int] = []

    def all(self) -> Iterator[_Token]:
        while self.at < len(self.text):
            start = self.at
            indent = _match(_INDENT, self.text, start).end()
            blank = _COMMENT.match(self.text, indent)
            if blank is not None:
                self.at = max(blank.end(), start + 1)
                continue
            if self.text[indent] == "\t":
                raise UnreadableError("a tab indents this line: uWSGI does not start", indent)
            column = indent - start
            mark = _MARK.match(self.text, start)
            if mark is not None:
                yield from self._unroll(-1)
                yield _Token(kind="other")
                self.at = mark.end()
                self._rest_of_line()
                continue
            yield from self._unroll(column)
            self.at = indent
            yield from self._node(column)
        yield from self._unroll(-1)

    def _unroll(self, column: int) -> Iterator[_Token]:
        while self.indents and self.indents[-1] > column:
            self.indents.pop()
            yield _Token(kind="end")

    def _roll(self, column: int, kind: _Kind) -> Iterator[_Token]:
        if not self.indents or self.indents[-1] < column:
            if len(self.indents) >= _DEPTH:
                raise UnreadableError(f"this file has more than {_DEPTH} blocks in each other", self.at)
            self.indents.append(column)
            yield _Token(kind=kind)

    def _node(self, column: int) -> Iterator[_Token]:
        """A line from its first character on: entries of a list, a key and its value, or a value."""
        while (entry := _ENTRY.match(self.text, self.at)) is not None:
            yield from self._roll(column, "sequence")
            yield _Token(kind="entry")
            blanks = _match(_BLANKS, self.text, entry.end())
            column += blanks.end() - self.at
            self.at = blanks.end()
            if self._line_ends():
                return
        start = self.at
        scalar = self._scalar(start)
        colon = None if scalar is None else _COLON.match(self.text, scalar.end)
        if scalar is not None and colon is not None:
            yield from self._roll(column, "mapping")
            yield _Token(kind="key")
            yield scalar
            yield _Token(kind="value")
            self.at = _match(_BLANKS, self.text, colon.end()).end()
            if self._line_ends():
                return
        yield from self._value()

    def _value(self) -> Iterator[_Token]:
        """A value to its end, which may be on a later line."""
        properties = _match(_PROPERTIES, self.text, self.at)
        if properties.group():
            yield _Token(kind="other")
            self.at = properties.end()
            if self._line_ends():
                return
        alias = _ALIAS.match(self.text, self.at)
        block = _BLOCK.match(self.text, self.at)
        if alias is not None:
            yield _Token(kind="other")
            self.at = alias.end()
            self._rest_of_line()
        elif block is not None:
            yield self._block(block)
        elif self.text[self.at] in "[{":
            yield from self._flow()
            self._rest_of_line()
        else:
            scalar = self._scalar(self.at)
            if scalar is None:
                raise UnreadableError("hpatch cannot read the YAML from here on", self.at)
            self.at = scalar.end
            if self.text[scalar.start] not in "\"'":
                scalar = self._continued(scalar)
            self._rest_of_line()
            yield scalar

    def _scalar(self, at: int, plain: re.Pattern[str] = _PLAIN) -> _Token | None:
        """The scalar that starts here, on one line; None if there is none."""
        if (double := _DOUBLE.match(self.text, at)) is not None:
            return _Token(kind="scalar", text=_ESCAPE.sub(self._escaped, double[1]), start=at, end=double.end())
        if (single := _SINGLE.match(self.text, at)) is not None:
            return _Token(kind="scalar", text=single[1].replace("''", "'"), start=at, end=single.end())
        if (match := plain.match(self.text, at)) is not None:
            text = match.group().rstrip(" \t")
            return _Token(kind="scalar", text=text, start=at, end=at + len(text))
        return None

    def _escaped(self, match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        found = _ESCAPED.get(match[4]) if code is None else chr(int(code, 16)) if int(code, 16) < 0x110000 else None
        if found is None:
            raise UnreadableError(f'"{match.group()}" is no escape of YAML: uWSGI does not start', self.at)
        return found

    def _continued(self, scalar: _Token) -> _Token:
        """A plain scalar with the lines below it that belong to it: those that are indented further than the block."""
        outer = self.indents[-1] if self.indents else -1
        parts, end = [scalar.text], scalar.end
        while True:
            rest = _LINE_END.match(self.text, end)
            if rest is None:
                break
            indent = _match(_INDENT, self.text, rest.end())
            if indent.end() - rest.end() <= outer or _COMMENT.match(self.text, indent.end()) is not None:
                break
            more = _MORE.match(self.text, indent.end())
            if more is None or _COLON.match(self.text, more.end()) is not None:
                raise UnreadableError("a key stands where a value goes on: uWSGI does not start", indent.end())
            parts.append(more.group().rstrip(" \t"))
            end = indent.end() + len(parts[-1])
        self.at = end
        return scalar._replace(text=" ".join(parts), end=end)

    def _block(self, header: re.Match[str]) -> _Token:
        """A value of whole lines (`|`, `>`). What uWSGI makes of its line ends is not known here."""
        outer = self.indents[-1] if self.indents else -1
        start, at = self.at, header.end()
        while at < len(self.text):
            indent = _match(_INDENT, self.text, at).end()
            end = self.text.find("\n", indent)
            end = len(self.text) if end < 0 else end
            if self.text[indent:end].strip(" \t") and indent - at <= outer:
                break
            at = end + 1
        self.at = min(at, len(self.text))
        return _Token(kind="scalar", text=self.text[header.end() : self.at], start=start, end=self.at, known=False)

    def _flow(self) -> Iterator[_Token]:
        """Lists and mappings in brackets."""
        opened: list[str] = []
        text = self.text
        while True:
            self.at = _match(_FLOW_BLANKS, text, self.at).end()
            char = text[self.at : self.at + 1]
            if not char:
                raise UnreadableError("a bracket is not closed: uWSGI does not start", len(text))
            if char in "[{":
                if len(opened) >= _DEPTH:
                    raise UnreadableError(f"this file has more than {_DEPTH} brackets in each other", self.at)
                opened.append(char)
                yield _Token(kind="sequence" if char == "[" else "other")
                self.at += 1
            elif char in "]}":
                if opened.pop() != ("[" if char == "]" else "{"):
                    raise UnreadableError("a bracket is not closed: uWSGI does not start", self.at)
                yield _Token(kind="flow end" if char == "]" else "other")
                self.at += 1
                if not opened:
                    return
            elif char == ",":
                yield _Token(kind="entry")
                self.at += 1
            elif char in "&!":
                yield _Token(kind="other")
                self.at = _match(_PROPERTIES, text, self.at).end()
            elif (alias := _ALIAS.match(text, self.at)) is not None:
                yield _Token(kind="other")
                self.at = alias.end()
            else:
                scalar = self._scalar(self.at, _PLAIN_IN_FLOW)
                if scalar is None:
                    raise UnreadableError("hpatch cannot read the YAML from here on", self.at)
                self.at = scalar.end
                colon = _FLOW_COLON.match(text, self.at)
                if colon is None:
                    if _FLOW_END.match(text, self.at) is None:
                        raise UnreadableError("hpatch cannot read the YAML from here on", self.at)
                    yield scalar
                else:
                    yield _Token(kind="key")
                    yield scalar
                    yield _Token(kind="value")
                    self.at = colon.end()

    def _line_ends(self) -> bool:
        """Whether nothing but a comment follows on this line; then it is passed."""
        blank = _COMMENT.match(self.text, self.at)
        if blank is None:
            return False
        self.at = blank.end()
        return True

    def _rest_of_line(self) -> None:
        if not self._line_ends():
            raise UnreadableError("hpatch cannot read the YAML from here on", self.at)


def _match(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    """A match of a pattern that may be empty."""
    match = pattern.match(text, at)
    assert match is not None
    return match
