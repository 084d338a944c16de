"""The elements of an XML file, each with its place. Nothing is fetched, and no entity is expanded.

A document type is refused: all that an attacker could do with XML, and the inclusion of other files, needs one.
"""

from __future__ import annotations

from xml.parsers import expat

from hpatch.records import NamedTuple
from hpatch.text import Place, Source

_DEPTH = 64


class XmlElement(NamedTuple):
    """An element: its name, its attributes as written, the elements in it, and the place of its opening tag."""

    name: str
    attributes: dict[str, str]
    children: list[XmlElement]
    place: Place

    def inside(self, *names: str) -> list[XmlElement]:
        """The elements in it that have one of these names."""
        return [child for child in self.children if child.name in names]


class XmlFault(NamedTuple):
    """Why a file cannot be read, and where."""

    place: Place
    message: str


class _StopError(Exception):
    pass


def read(source: Source) -> XmlElement | XmlFault:
    """The element at the top of a file."""
    data = source.data
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    top: list[XmlElement] = []
    stack: list[XmlElement] = []

    at = characters = 0

    def place() -> Place:
        """Where the parser is. It counts bytes, and only ever goes on."""
        nonlocal at, characters
        here = parser.CurrentByteIndex
        characters += len(data[at:here].decode("utf-8", "surrogateescape"))
        at = here
        end = source.text.find(">", characters)
        return source.place(characters, characters if end < 0 else end + 1)

    def opened(name: str, attributes: dict[str, str]) -> None:
        if len(stack) >= _DEPTH:
            raise _StopError("elements are nested too deeply")
        element = XmlElement(name, attributes, [], place())
        (stack[-1].children if stack else top).append(element)
        stack.append(element)

    def closed(_name: str) -> None:
        stack.pop()

    def doctype(*_: object) -> None:
        raise _StopError("a document type (<!DOCTYPE>) may bring entities and other files, which hpatch does not read")

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except _StopError as error:
        return XmlFault(place(), str(error))
    except expat.ExpatError as error:
        line = min(error.lineno, source.text.count("\n") + 1)
        start = source.offset(line)
        return XmlFault(
            source.place(start, start + len(source.line(line))), f"not XML: {expat.ErrorString(error.code)}"
        )
    except (ValueError, LookupError) as error:  # an encoding that Python does not have
        return XmlFault(source.place(0, 0), f"not XML: {error}")
    return top[0]
