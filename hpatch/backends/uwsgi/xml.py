"""The options in an XML file, as uWSGI reads them with libxml2 (`core/xmlconf.c`; compared with uWSGI 2.0.21).

An option is an element within `<uwsgi>`; its value is what comes first in it, text or a comment's. hpatch reads no file
that has a document type: only that can define entities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.parsers import expat

from hpatch.backends.uwsgi.line import OptionLine, UnreadableError
from hpatch.backends.uwsgi.magic import Expanded

ROOT = "uwsgi"
_DEPTH = 64


def lines(text: str, name: str, known: Mapping[str, str]) -> Iterator[OptionLine]:
    """The options of `<uwsgi>`, or of the one whose id is `name`, if that is not empty. Raises UnreadableError."""
    expanded = Expanded(text, known)
    reader = _Reader(expanded.text, name)
    try:
        reader.read()
    except UnreadableError as error:
        raise UnreadableError(str(error), expanded.origin(error.at)) from None
    for element in reader.found:
        yield OptionLine(
            key=element.key,
            value=element.value,
            start=expanded.origin(element.start),
            end=expanded.origin(element.end),
            known=element.known and expanded.known(element.start, element.end),
        )


class _Element:
    """An option that is being read. `first` is the kind of its first child."""

    __slots__ = ("end", "first", "key", "known", "start", "value")

    def __init__(self, key: str, start: int) -> None:
        self.key = key
        self.value = ""
        self.first = ""
        self.start = self.end = start
        self.known = True


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.data = text.encode("utf-8", "surrogateescape")
        self.text = text
        self.name = name
        self.found: list[_Element] = []
        self.stack: list[str] = []
        self.holder = 0
        self.element: _Element | None = None
        self.last = ""
        self.cdata = False
        self.done = False
        self.passed = 0, 0
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = lambda text: self._child("comment", text)
        parser.ProcessingInstructionHandler = lambda _, text: self._child("instruction", text)
        parser.StartCdataSectionHandler = self._cdata_start
        parser.EndCdataSectionHandler = self._cdata_end

    def read(self) -> None:
        try:
            self.parser.Parse(self.data, True)
        except expat.ExpatError as error:
            at = self._at(self.parser.ErrorByteIndex)
            reason = expat.errors.messages[error.code]
            raise UnreadableError(f"this file is not XML ({reason}): uWSGI does not start", at) from None
        except (LookupError, ValueError):
            raise UnreadableError("this file names an encoding that hpatch does not know", 0) from None

    def _at(self, index: int) -> int:
        """The offset into the text of a byte. The parser goes forwards, and so do the bytes that are asked for."""
        index = max(index, 0)
        if len(self.data) == len(self.text):
            return index
        byte, char = self.passed if index >= self.passed[0] else (0, 0)
        char += len(self.data[byte:index].decode("utf-8", "surrogateescape"))
        self.passed = index, char
        return char

    def _here(self) -> int:
        return self._at(self.parser.CurrentByteIndex)

    def _doctype(self, *_: object) -> None:
        raise UnreadableError("this file has a document type: hpatch does not read it", self._here())

    def _start(self, key: str, attributes: dict[str, str]) -> None:
        depth = len(self.stack)
        self.stack.append(key)
        if depth > _DEPTH:
            raise UnreadableError(f"this file has more than {_DEPTH} elements in each other", self._here())
        if self.done:
            return
        if not self.holder:
            asked = not self.name or attributes.get("id", self.name) == self.name
            if key == ROOT and (depth == 0 or (depth == 1 and self.stack[0] != ROOT and asked)):
                self.holder = depth + 1
        elif depth == self.holder:
            self.element = None
            if not self.name or attributes.get("id", self.name) == self.name:
                self.element = _Element("mount" if key == "app" else key, self._here())
                # uWSGI's --mode decides whether it reads it.
                self.element.known = "mode" not in attributes
                if key == "app" and ("mountpoint" in attributes or "domain" in attributes):
                    self.element.known = False
        else:
            self._child("element", "")

    def _end(self, key: str) -> None:
        self.stack.pop()
        depth = len(self.stack)
        element = self.element
        if depth == self.holder and element is not None:
            here = self._here()
            element.end = self.text.find(">", here) + 1 if self.text.startswith("</", here) else here
            if key == "app":
                if element.first:
                    element.known = element.known and element.first == "text"
                    self.found.append(element)
                app = _Element("app", element.start)
                app.end = element.end
                self.found.append(app)
            else:
                if not element.first:
                    element.value = "1"
                element.known = element.known and element.first != "element"
                self.found.append(element)
            self.element = None
        elif self.holder and depth == self.holder - 1:
            self.done = True
            self.holder = 0

    def _characters(self, text: str) -> None:
        self._child("cdata" if self.cdata else "text", text)

    def _cdata_start(self) -> None:
        self.cdata = True
        self.last = ""
        self._child("cdata", "")

    def _cdata_end(self) -> None:
        self.cdata = False
        self.last = ""

    def _child(self, kind: str, text: str) -> None:
        """A part of what is in an option: only the first child counts, and it may come in several pieces."""
        element = self.element
        if element is None or len(self.stack) - (kind == "element") > self.holder + 1:
            return
        if not element.first:
            element.first = self.last = kind
            element.value = text
        elif kind == self.last and kind in ("text", "cdata"):
            element.value += text
        else:
            self.last = "other"
