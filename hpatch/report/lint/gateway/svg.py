"""The gateway as SVG.

What httpd asks first stands to the left of what it asks then: the columns are known, each path is a row of its host.
So the layout is done here: general layouts of graphs (Graphviz, Sugiyama's) place each path as a node by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from hpatch.records import NamedTuple
from hpatch.report.common.xml import quoted
from hpatch.report.common.xml import text as escaped
from hpatch.report.lint.gateway import words

if TYPE_CHECKING:
    from hpatch.lint.gateway.model import GatewayHost, GatewayMap, GatewayTarget, Marks
    from hpatch.text import Place

    Link = Callable[[Place], str | None]
    """The address of the finding at a place; None without one."""

_CHAR = 7.3
"""Pixels that a character takes."""
_LINE = 17
_PAD = 8
_GAP = 18
_EDGE = 24
_WIDTHS = (150, 400, 330, 330)
"""Of the columns: listeners, hosts, workers and balancers, files of backends."""
_WIDE = 300
_BETWEEN = 90

_STYLE = """
.gateway { font: 12px ui-monospace, monospace; --g-ink: #1c1e21; --g-paper: #fff; --g-line: #9aa4b0; --g-dim: #5b6470;
  --g-head: #e9ecf0; --g-error: #b3261e; --g-warning: #7a4d00; --g-info: #1a5fb4;
  --g-error-fill: #fde0dd; --g-warning-fill: #fff0d1; --g-info-fill: #dfeaf9; }
@media (prefers-color-scheme: dark) { .gateway { --g-ink: #e3e6ea; --g-paper: #15181c; --g-line: #5b6470;
  --g-dim: #9aa4b0; --g-head: #2a3038; --g-error: #ff8a80; --g-warning: #f0b860; --g-info: #8ab4f8;
  --g-error-fill: #4a1f1c; --g-warning-fill: #45350f; --g-info-fill: #1c3350; } }
.gateway .paper { fill: var(--g-paper); } .gateway text { fill: var(--g-ink); white-space: pre; }
.gateway rect { fill: var(--g-paper); stroke: var(--g-line); }
.gateway .head { fill: var(--g-head); } .gateway text.head { fill: var(--g-ink); font-weight: 600; }
.gateway text.dim { fill: var(--g-dim); } .gateway .edge { fill: none; stroke: var(--g-line); stroke-width: 1.2; }
.gateway rect.error { fill: var(--g-error-fill); stroke: var(--g-error); }
.gateway rect.warning { fill: var(--g-warning-fill); stroke: var(--g-warning); }
.gateway rect.info { fill: var(--g-info-fill); stroke: var(--g-info); }
.gateway text.error { fill: var(--g-error); } .gateway text.warning { fill: var(--g-warning); }
.gateway text.info { fill: var(--g-info); } .gateway .edge.error { stroke: var(--g-error); }
.gateway .edge.warning { stroke: var(--g-warning); } .gateway .edge.info { stroke: var(--g-info); }
"""


class _PictureRow(NamedTuple):
    """A part of a box: lines of text, the first with what was found at its end."""

    lines: Sequence[str]
    marks: Marks | None = None
    head: bool = False
    full: str = ""
    place: Place | None = None

    @property
    def height(self) -> int:
        return len(self.lines) * _LINE + _PAD


class _Box:
    """A box with its rows; `y` is its upper edge once it is placed."""

    def __init__(self, rows: Sequence[_PictureRow]) -> None:
        self.rows = rows
        self.y = 0.0

    @property
    def height(self) -> int:
        return sum(row.height for row in self.rows)

    def middle(self, row: int) -> float:
        """The height of a row's middle."""
        return self.y + sum(one.height for one in self.rows[:row]) + self.rows[row].height / 2


class _Edge(NamedTuple):
    """A line from a row of a box to a row of one in the next column."""

    start: str
    row: int
    end: str
    to: int = 0
    kind: str = ""


def draw(gateway: GatewayMap, link: Link | None = None) -> Iterator[str]:
    """The elements of the picture."""
    columns: list[dict[str, _Box]] = [{}, {}, {}, {}]
    edges: list[_Edge] = []
    for one in gateway.listeners:
        columns[0][one.id] = _Box(
            [
                _PictureRow(
                    lines=[f"{one.text} {one.protocol}".strip(), *filter(None, [words.found(one.marks)])],
                    marks=one.marks,
                    place=one.place,
                )
            ]
        )
    for host in gateway.hosts:
        columns[1][host.id] = _host(host, edges)
        edges += [_Edge(start=one, row=0, end=host.id) for one in host.listeners]
    if told := words.others(gateway):
        columns[1]["others"] = _Box([_PictureRow(lines=told)])
    for target in gateway.targets.values():
        columns[2][target.id] = _target(target, edges)
    for backend in gateway.backends.values():
        where = f"{backend.place.file}:{backend.place.line}"
        columns[3][backend.id] = _Box(
            [_PictureRow(lines=[backend.name, where], marks=backend.marks, place=backend.place)]
        )
    _place(columns, edges)
    height = max((box.y + box.height for column in columns for box in column.values()), default=0) + _EDGE
    width = _left(3 if columns[3] else 2) + _WIDTHS[3 if columns[3] else 2] + _EDGE
    title = escaped(words.summary(gateway))
    yield f'<svg xmlns="http://www.w3.org/2000/svg" class="gateway" role="img" width="{width}" height="{height:.0f}" '
    yield f'viewBox="0 0 {width} {height:.0f}"><title>{title}</title><style>{_STYLE}</style>\n'
    yield f'<rect class="paper" width="{width}" height="{height:.0f}" stroke="none" style="stroke: none"/>\n'
    boxes = {key: (at, box) for at, column in enumerate(columns) for key, box in column.items()}
    for edge in dict.fromkeys(edges):
        if edge.start in boxes and edge.end in boxes:
            yield _curve(edge, *boxes[edge.start], *boxes[edge.end])
    for at, box in boxes.values():
        yield from _drawn(box, _left(at), _WIDTHS[at], link)
    yield "</svg>\n"


def _host(host: GatewayHost, edges: list[_Edge]) -> _Box:
    rows = [_PictureRow(lines=[host.title, " ".join(host.addresses)], marks=host.marks, head=True, place=host.place)]
    if told := words.inherits(host):
        rows.append(_PictureRow(lines=[told]))
    for path in host.paths:
        name = f"{path.number} {path.path}"
        if not path.target:
            name += "  (not proxied)"
        if path.leads is not None:
            edges.append(_Edge(start=host.id, row=len(rows), end=path.leads, kind=path.marks.severity or ""))
        shown = [name, *filter(None, [words.access(path)])]
        rows.append(
            _PictureRow(lines=shown, marks=path.marks, full=f"{path.kind} {path.path} {path.target}", place=path.place)
        )
    if told := words.more(host):
        rows.append(_PictureRow(lines=[told]))
    return _Box(rows)


def _target(target: GatewayTarget, edges: list[_Edge]) -> _Box:
    rows = [_PictureRow(lines=[target.name], marks=target.marks, head=target.kind == "balancer", place=target.place)]
    for worker in target.workers:
        if target.kind == "balancer":
            rows.append(_PictureRow(lines=[worker.name], marks=worker.marks, place=worker.place))
        elif worker.address and worker.address not in target.name:
            rows[0] = rows[0]._replace(lines=[target.name, worker.address])
        if worker.backend is not None:
            edges.append(_Edge(start=target.id, row=len(rows) - 1, end=worker.backend))
    return _Box(rows)


def _place(columns: Sequence[dict[str, _Box]], edges: Sequence[_Edge]) -> None:
    """Stack the hosts, and put each other box beside what leads to it or what it leads to."""
    y = float(_EDGE)
    for box in columns[1].values():
        box.y = y
        y += box.height + _GAP
    for at in (2, 3, 0):
        beside: dict[str, list[float]] = {}
        for edge in edges:
            here, other, row = (edge.start, edge.end, edge.to) if at == 0 else (edge.end, edge.start, edge.row)
            near = columns[1 if at == 0 else at - 1].get(other)
            if here in columns[at] and near is not None:
                beside.setdefault(here, []).append(near.middle(row))
        wanted = {
            key: sum(beside[key]) / len(beside[key]) - box.rows[0].height / 2 if key in beside else y
            for key, box in columns[at].items()
        }
        bottom = float(_EDGE)
        for key in sorted(wanted, key=wanted.__getitem__):
            box = columns[at][key]
            box.y = max(bottom, wanted[key])
            bottom = box.y + box.height + _GAP


def _left(column: int) -> int:
    return _EDGE + sum(_WIDTHS[:column]) + _BETWEEN * column


def _curve(edge: _Edge, start: int, box: _Box, end: int, other: _Box) -> str:
    x, y = _left(start) + _WIDTHS[start], box.middle(edge.row)
    to_x, to_y = _left(end), other.middle(edge.to)
    bend = (to_x - x) / 2
    path = f"M{x} {y:.1f}C{x + bend:.0f} {y:.1f} {to_x - bend:.0f} {to_y:.1f} {to_x} {to_y:.1f}"
    return f'<path class="edge{f" {edge.kind}" if edge.kind else ""}" d="{path}"/>\n'


def _drawn(box: _Box, x: int, width: int, link: Link | None) -> Iterator[str]:
    y = box.y
    for row in box.rows:
        severity = None if row.marks is None else row.marks.severity
        kind = severity or ("head" if row.head else "")
        told = "" if row.marks is None else words.found(row.marks)
        address = link(row.place) if link is not None and told and row.place is not None else None
        yield f"<a href={quoted(address)}>" if address is not None else "<g>"
        full = " ".join(filter(None, [row.full or " ".join(row.lines), told]))
        yield f"<title>{escaped(full)}</title>"
        yield f'<rect class="{kind}" x="{x}" y="{y:.1f}" width="{width}" height="{row.height}"/>'
        beside = told and width >= _WIDE  # a narrow box has it in a line of its own
        room = int((width - 2 * _PAD) / _CHAR)
        for number, line in enumerate(row.lines):
            shown = _cut(line, room - (len(told) + 1 if beside and number == 0 else 0))
            style = "head" if row.head and number == 0 else "dim" if number else ""
            base = y + _PAD / 2 + _LINE * (number + 1) - 5
            yield f'<text class="{style}" x="{x + _PAD}" y="{base:.1f}">{escaped(shown)}</text>'
            if beside and number == 0:
                end = x + width - _PAD
                yield f'<text class="{kind}" x="{end}" y="{base:.1f}" text-anchor="end">{escaped(told)}</text>'
        yield "</a>\n" if address is not None else "</g>\n"
        y += row.height


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 1, 1)] + "…"
