"""A text's lines and sections as they stand, whether or not they parse: what an editor asks about while one types."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from hpatch.conf import words
from hpatch.conf.lines import logical
from hpatch.records import NamedTuple

_DEEPEST = 100
"""How many sections deep a text is shown."""


class OutlineWord(NamedTuple):
    """A word of a line: its value by httpd's rules, and where it stands in the text, quotes included."""

    value: str
    start: int
    end: int


class OutlineLine(NamedTuple):
    """A logical line that is not blank: `text[start:end]` without white space around it; the next begins at `after`.

    `name` is its first word as written, without the `>` of a section without arguments; `key` the same in lower case
    (`proxypass`, `<location`, `</location`); both are empty for a comment.
    """

    start: int
    end: int
    name: str
    key: str
    after: int

    @property
    def opens(self) -> bool:
        """Whether it opens a section."""
        return self.key[:1] == "<" and self.key[1:2] != "/"

    @property
    def closes(self) -> bool:
        """Whether it closes one."""
        return self.key[:2] == "</"


class OutlineSection(NamedTuple):
    """A section with its opening line, and its closing one unless it is open to the end of the text.

    `inside` are the sections in it.
    """

    opened: OutlineLine
    closed: OutlineLine | None
    end: int
    inside: tuple[OutlineSection, ...]


def entries(text: str) -> Sequence[OutlineLine]:
    """All lines of a text that are not blank."""
    return _entries(text)


@lru_cache(maxsize=8)
def _entries(text: str) -> tuple[OutlineLine, ...]:
    return tuple(_read(text))


def _read(text: str) -> Iterator[OutlineLine]:
    at, end = 0, len(text)
    while at < end:
        line = logical(text, at, end)
        at = line.after
        if not line.value:
            continue
        if line.value[0] == "#":
            yield OutlineLine(start=line.start, end=line.end, name="", key="", after=at)
            continue
        name, after = words.get_word(line.value)
        if after >= len(line.value) and name[:1] == "<":
            name = name.removesuffix(">")
        key = words.lower(name).removesuffix(">")
        yield OutlineLine(start=line.start, end=line.end, name=name, key=key, after=at)


def entry_at(text: str, offset: int) -> OutlineLine | None:
    """The line that an offset is in, or behind whose last word it is."""
    index = bisect_right(_entries(text), offset, key=lambda entry: entry.start) - 1
    if index < 0:
        return None
    entry = _entries(text)[index]
    open_ended = entry.after == len(text) and (not text.endswith("\n") or text.endswith(("\\\n", "\\\r\n")))
    return entry if offset < entry.after or open_ended else None


def around(text: str, offset: int) -> list[OutlineLine]:
    """The opening lines of the sections that an offset is in, the outermost first.

    A closing line ends the innermost section of its name, and what is open in it; one that closes nothing is passed
    over.
    """
    stack = _Stack()
    for entry in _entries(text):
        if entry.end >= offset:
            break
        if entry.opens:
            stack.push(entry)
        elif entry.closes:
            stack.end(entry)
    return stack.open


class _Stack:
    """The sections that are open. To close one takes no longer however many there are."""

    def __init__(self) -> None:
        self.open: list[OutlineLine] = []
        self._count: dict[str, int] = {}

    def push(self, entry: OutlineLine) -> None:
        """Open a section."""
        self.open.append(entry)
        self._count[entry.key] = self._count.get(entry.key, 0) + 1

    def end(self, entry: OutlineLine) -> list[OutlineLine]:
        """The sections that a closing line ends, the innermost first: up to the innermost of its name; none without."""
        key = f"<{entry.key[2:]}"
        ended: list[OutlineLine] = []
        while self._count.get(key) and not (ended and ended[-1].key == key):
            ended.append(self.open.pop())
            self._count[ended[-1].key] -= 1
        return ended


def sections(text: str) -> list[OutlineSection]:
    """The sections of a text, and in them those inside, down to a depth that no configuration has.

    One that is not closed ends where the one around it does.
    """
    top: list[OutlineSection] = []
    stack = _Stack()
    inside: list[list[OutlineSection]] = []

    def close(entry: OutlineLine, closed: OutlineLine | None, end: int) -> None:
        within = inside.pop()
        made = OutlineSection(opened=entry, closed=closed, end=end, inside=tuple(within))
        here = inside[-1] if inside else top
        if len(inside) < _DEEPEST:
            here.append(made)

    for entry in _entries(text):
        if entry.opens:
            stack.push(entry)
            inside.append([])
        elif entry.closes:
            ended = stack.end(entry)
            for one in ended[:-1]:
                close(one, None, entry.start)
            for one in ended[-1:]:
                close(one, entry, entry.end)
    for entry in reversed(stack.open):
        close(entry, None, len(text))
    return top


def words_of(text: str, entry: OutlineLine) -> list[OutlineWord]:
    """The words of a line, its name first; of an opening line without its last `>`."""
    raw = text[entry.start : entry.end]
    if entry.opens and raw.endswith(">"):
        raw = raw[:-1]
    found = words.spans_joined(raw) if "\n" in raw else words.spans(raw)
    return [OutlineWord(value, entry.start + start, entry.start + end) for value, start, end in found]
