"""How a command's answer is shown: one Protocol, and tables of the forms that answers can be given in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Protocol, TypeAlias, TypeVar

from hpatch.records import NamedTuple
from hpatch.report.common.json import compact, pieces


class Page(NamedTuple):
    """Where text goes: its width in columns (None: nothing is wrapped), whether it is coloured and has hyperlinks."""

    width: int | None = None
    color: bool = False
    links: bool = False

    @property
    def measure(self) -> int:
        """The width of running text: no line is longer than 100 columns, however wide the terminal is."""
        return min(self.width or 100, 100)


class Renderer(Protocol):
    """An answer that can be shown to people and to programs."""

    schema: ClassVar[str]
    """The name and version of what `data` has, as docs/output.md describes it: `hpatch.plan/1`."""

    def text(self, page: Page) -> Iterable[str]:
        """The answer for people, in lines without their ends."""

    def data(self) -> dict[str, Any]:
        """The answer for programs, without the schema's name."""


AnswerT = TypeVar("AnswerT")
Form: TypeAlias = Callable[[AnswerT, Page], Iterable[str] | bytes]
"""Shows an answer in pieces of text with their line ends, or in bytes where they must stay as they are."""


def text(answer: Renderer, page: Page) -> Iterable[str]:
    """For people."""
    return ("".join(f"{line}\n" for line in answer.text(page)),)


def json(answer: Renderer, page: Page) -> Iterable[str]:
    """For programs: one object, with its schema's name; indented on a terminal."""
    data = {"schema": answer.schema, **answer.data()}
    return compact(data) if page.width is None else pieces(data)


FORMS: Mapping[str, Form[Renderer]] = {"text": text, "json": json}
"""The forms that every answer has. A command whose answer has more names a table of its own."""


class Ticket(Renderer, Protocol):
    """An answer that can also be pasted into a ticket."""

    def markdown(self) -> Iterable[str]:
        """The answer in Markdown, in lines without their ends."""


def markdown(answer: Ticket, page: Page) -> Iterable[str]:
    """For a ticket."""
    return ("".join(f"{line}\n" for line in answer.markdown()),)


TICKET_FORMS: Mapping[str, Form[Ticket]] = {**FORMS, "markdown": markdown}
"""The forms of such an answer."""
