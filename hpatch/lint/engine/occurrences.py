"""The directives that httpd reads at a place of a file: none, one, or one for each use of a macro."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, groupby
from operator import attrgetter

from hpatch.conf.tree import Condition, Configuration, Node
from hpatch.lint.finding import Finding
from hpatch.lint.found import Confidence, Related
from hpatch.records import NamedTuple
from hpatch.text import Place

_SHOWN = 3
_START = attrgetter("start")
_FILE = attrgetter("source.name")
_LESS: dict[Confidence, Confidence] = {"high": "medium", "medium": "low", "low": "low"}


def less(confidence: Confidence) -> Confidence:
    """The next lower confidence."""
    return _LESS[confidence]


FixKey = tuple[str, Place, tuple[Place, ...], tuple[str, ...]]
"""What makes two fixes one: the rule, the finding's place, and the places and texts of the edits."""


def fix_key(finding: Finding) -> FixKey | None:
    """What makes the finding's fix the same as that of another use of the file; None where it has none."""
    fix = finding.fix
    if fix is None or not fix.edits:
        return None
    return (
        finding.rule.code,
        finding.place,
        tuple(edit.place for edit in fix.edits),
        tuple(edit.replacement for edit in fix.edits),
    )


class _Read(NamedTuple):
    """What all directives that httpd reads at one place have in common; there are `number`.

    `certain` is whether one of them is surely read, `conditions` the different ones that they depend on, `uses` where
    their macros are used, each place once; none if one of them is in no macro.
    """

    number: int
    certain: bool
    conditions: tuple[tuple[Condition, ...], ...]
    variable: bool
    uses: tuple[Place, ...]


class Occurrences:
    """The directives of a configuration by place. The index is built only when there is a finding.

    What is known of a place is worked out once: a macro that is used often has as many findings there.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._by_file: dict[str, tuple[list[int], list[Node]]] | None = None
        self._known: dict[Place, _Read] = {}
        self._used_at: dict[Node, Place] = {}

    def complete(self, finding: Finding, node: Node | None) -> tuple[Finding, tuple[Place, ...]]:
        """The finding, one step less sure where all that it is about is uncertain; and where its macro is used."""
        if self._plain:
            return finding, ()
        here = self._here(finding.place) if node is None else self._read([node])
        if here.number and not here.certain:
            finding = finding._replace(confidence=less(finding.confidence))
        if finding.fix is not None and finding.fix.safe and self._depends(finding, here):
            finding = finding._replace(fix=finding.fix._replace(safe=False))
        return finding, here.uses

    def shared(self, found: Iterable[tuple[Finding, tuple[Place, ...]]]) -> set[FixKey]:
        """The fixes that would also change a line for a use of it that does not have the fault.

        A file that is read several times, and a macro, has a fault for each use if it is right to mend it there.
        """
        read = self.configuration
        if not (read.uses_macros or read.rereads):
            return set()
        times = Counter(key for finding, _ in found if (key := fix_key(finding)) is not None)
        return {key for key, number in times.items() if number < max(self._here(place).number for place in key[2])}

    def _depends(self, finding: Finding, here: _Read) -> bool:
        """Whether a finding is there because of lines that httpd may leave out, while it reads those of the finding."""
        around = [set(conditions) for conditions in here.conditions]
        others = {one for other in finding.related for one in self._here(other.place).conditions}
        if any(not one.issuperset(conditions) for one in around for conditions in others):
            return True
        return self._variable and here.variable

    @cached_property
    def _variable(self) -> bool:
        """Whether a variable may have another value than the one put in: an undecided section may define it."""
        return any(one.verdict is None for one in self.configuration.conditions)

    @cached_property
    def _plain(self) -> bool:
        """Whether httpd surely reads each directive, and once: no conditional is undecided, no macro is used."""
        read = self.configuration
        return not read.templates and not read.uses_macros and all(one.verdict is not None for one in read.conditions)

    def _here(self, place: Place) -> _Read:
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = self._read(self._at(place))
        return known

    def _read(self, nodes: Sequence[Node]) -> _Read:
        in_macros = all(node.frame.use is not None for node in nodes)
        return _Read(
            number=len(nodes),
            certain=any(node.certain for node in nodes),
            conditions=tuple({node.conditions for node in nodes}),
            variable=any("${" in node.source.text[node.start : node.end] for node in nodes),
            uses=tuple(dict.fromkeys(place for node in nodes for place in self._uses(node))) if in_macros else (),
        )

    def _uses(self, node: Node) -> Iterator[Place]:
        """The places that use the macro of a node, the innermost use first."""
        use = node.frame.use
        while use is not None:
            place = self._used_at.get(use)
            if place is None:
                place = self._used_at[use] = use.place
            yield place
            use = use.frame.use

    def _at(self, place: Place) -> list[Node]:
        if self._by_file is None:
            self._by_file = self._index()
        source = self.configuration.sources.get(place.file)
        starts, nodes = self._by_file.get(place.file, ((), ()))
        if source is None or not nodes:
            return []
        offset = source.offset(place.line, place.column)
        at = bisect_right(starts, offset)
        found = []
        while at and nodes[at - 1].end > offset:
            at -= 1
            found.append(nodes[at])
        return found[::-1]

    def _index(self) -> dict[str, tuple[list[int], list[Node]]]:
        by_file: dict[str, list[Node]] = {}
        for name, together in groupby(self.configuration.walk(), _FILE):
            by_file.setdefault(name, []).extend(together)
        index = {}
        for name, nodes in by_file.items():
            nodes.sort(key=_START)
            index[name] = list(map(_START, nodes)), nodes
        return index


def merged(found: Sequence[tuple[Finding, tuple[Place, ...]]]) -> list[Finding]:
    """The findings, each once, with the places where their macros are used."""
    if not any(places for _, places in found):  # most configurations use no macros
        return list(dict.fromkeys([finding for finding, _ in found]))
    uses: dict[Finding, dict[int, tuple[Place, ...]]] = {}
    for finding, places in found:
        # The findings of one place share its uses, which may be many.
        uses.setdefault(finding, {})[id(places)] = places
    return [
        finding._replace(related=finding.related + _used(places)) if (places := _together(parts)) else finding
        for finding, parts in uses.items()
    ]


def _together(parts: Mapping[int, tuple[Place, ...]]) -> tuple[Place, ...]:
    """All places, each once."""
    if len(parts) == 1:
        return next(iter(parts.values()))
    return tuple(dict.fromkeys(chain.from_iterable(parts.values())))


def _used(places: tuple[Place, ...]) -> tuple[Related, ...]:
    more = len(places) - _SHOWN
    shown = [Related(place, "used here") for place in places[:_SHOWN]]
    if more > 0:
        shown[-1] = Related(shown[-1].place, f"used here, and in {more} more places")
    return tuple(shown)
