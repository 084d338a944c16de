"""The options in a JSON file, as uWSGI reads them with yajl (`core/json.c`; compared with uWSGI 2.0.21).

Strings, numbers and literals are options, and so is each of them in a list; objects, and lists within a list, are not.
Comments (`//`, `/* */`) are allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from json import loads

from hpatch.backends.uwsgi.line import OptionLine, UnreadableError
from hpatch.backends.uwsgi.magic import Expanded

_BLANK = re.compile(r"(?:[ \t\n\v\f\r]+|//[^\n]*|/\*[\s\S]*?\*/)*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrtu])*"')
_LITERALS = {"true": "1", "false": "0", "null": "0"}
_DEPTH = 64
"""How deep objects and lists may lie in each other."""


class _Scalar:
    __slots__ = ("end", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end


def lines(text: str, section: str, known: Mapping[str, str]) -> Iterator[OptionLine]:
    """The options of the first object of this name. Raises UnreadableError."""
    expanded = Expanded(text, known)
    reader = _Reader(expanded)
    try:
        reader.whole(section)
    except UnreadableError as error:
        raise UnreadableError(str(error), expanded.origin(error.at)) from None
    for key, start, value in reader.found:
        yield OptionLine(
            key=key,
            value=value.text,
            start=expanded.origin(start),
            end=expanded.origin(value.end),
            known=expanded.known(value.start, value.end),
        )


class _Reader:
    def __init__(self, expanded: Expanded) -> None:
        self.text = expanded.text
        self.at = 0
        self.found: list[tuple[str, int, _Scalar]] = []

    def whole(self, section: str) -> None:
        self._blank()
        if not self._next("{"):
            raise self._fault("is not a JSON object")
        seen = False
        for name in self._members():
            if not seen and name.text == section and self.text[self.at : self.at + 1] == "{":
                self.at += 1
                for key in self._members():
                    self._value(key, 0)
            else:
                self._value(None, 0)
            seen = seen or name.text == section
        self._blank()
        if self.at < len(self.text):
            raise self._fault("has text after its end")

    def _members(self) -> Iterator[_Scalar]:
        """Each name in an object, at the start of its value; whoever takes it reads the value."""
        self._blank()
        if self._next("}"):
            return
        while True:
            self._blank()
            if self.text[self.at : self.at + 1] != '"':
                raise self._fault("needs a name in quotes here")
            name = self._string()
            self._blank()
            if not self._next(":"):
                raise self._fault('needs a ":" here')
            self._blank()
            yield name
            self._blank()
            if self._next("}"):
                return
            if not self._next(","):
                raise self._fault('needs a "," or "}" here')

    def _value(self, key: _Scalar | None, depth: int) -> None:
        """Read a value. It, or each value of a list, is an option of this key, if there is one."""
        if depth > _DEPTH:
            raise self._fault(f"has more than {_DEPTH} objects and lists in each other")
        if self._next("{"):
            for _ in self._members():
                self._value(None, depth + 1)
        elif self._next("["):
            self._blank()
            if self._next("]"):
                return
            while True:
                self._blank()
                self._value(key if depth == 0 else None, depth + 1)
                self._blank()
                if self._next("]"):
                    return
                if not self._next(","):
                    raise self._fault('needs a "," or "]" here')
        else:
            scalar = self._scalar()
            if key is not None:
                start = key.start if depth == 0 else scalar.start
                self.found.append((key.text, start, scalar))

    def _scalar(self) -> _Scalar:
        if self.text[self.at : self.at + 1] == '"':
            return self._string()
        start = self.at
        for word, value in _LITERALS.items():
            if self._next(word):
                return _Scalar(value, start, self.at)
        number = _NUMBER.match(self.text, start)
        if number is None:
            raise self._fault("needs a value here")
        self.at = number.end()
        return _Scalar(number.group(), start, self.at)

    def _string(self) -> _Scalar:
        match = _STRING.match(self.text, self.at)
        try:
            value = loads("" if match is None else match.group())
        except ValueError:
            raise self._fault("has a string that is not valid") from None
        assert match is not None
        self.at = match.end()
        return _Scalar(value.partition("\0")[0], match.start(), match.end())

    def _blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def _next(self, word: str) -> bool:
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    def _fault(self, message: str) -> UnreadableError:
        return UnreadableError(f"this file {message}: uWSGI does not start", self.at)
