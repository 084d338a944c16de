"""The gateway in DOT, the language of Graphviz: `dot -Tsvg`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hpatch.report.common.xml import text
from hpatch.report.lint.gateway import words

if TYPE_CHECKING:
    from hpatch.lint.found import Severity
    from hpatch.lint.gateway.model import GatewayMap, Marks

_FILLS: dict[Severity | None, str] = {"error": "#fde0dd", "warning": "#fff0d1", "info": "#dfeaf9", None: "#ffffff"}
_HEAD = "#e9ecf0"


def draw(gateway: GatewayMap) -> Iterator[str]:
    """The lines of the graph. A host and a balancer are tables; their rows have ports."""
    yield "digraph gateway {\n"
    yield '  graph [rankdir=LR, ranksep=1.2, fontname="sans-serif"];\n'
    yield '  node [shape=plain, fontname="sans-serif", fontsize=11];\n'
    yield '  edge [color="#5b6470", arrowsize=0.7];\n'
    edges = []
    for one in gateway.listeners:
        yield _node(one.id, [("", [one.text, one.protocol], one.marks)])
    for host in gateway.hosts:
        rows: list[tuple[str, Sequence[str], Marks | None]] = [("host", [host.title, " ".join(host.addresses)], None)]
        if told := words.inherits(host):
            rows.append(("", [told], None))
        for path in host.paths:
            shown = f"{path.number} {path.path}"
            rows.append((f"p{path.number}", [shown, words.access(path), words.found(path.marks)], path.marks))
            if path.leads is not None:
                edges.append(f"{host.id}:p{path.number}:e -> {path.leads}:head:w")
        if told := words.more(host):
            rows.append(("", [told], None))
        yield _node(host.id, rows, head=True)
        edges += [f"{one} -> {host.id}:host:w" for one in host.listeners]
    if left := words.others(gateway):
        yield _node("others", [("", left, None)])
    for target in gateway.targets.values():
        rows = [("head", [target.name, words.found(target.marks)], target.marks)]
        for number, worker in enumerate(target.workers):
            name = worker.name if target.kind == "balancer" else worker.address
            rows.append((f"w{number}", [name, words.found(worker.marks)], worker.marks))
            if worker.backend is not None:
                edges.append(f"{target.id}:w{number}:e -> {worker.backend}")
        yield _node(target.id, rows)
    for backend in gateway.backends.values():
        where = f"{backend.place.file}:{backend.place.line}"
        yield _node(backend.id, [("", [backend.name, where, words.found(backend.marks)], backend.marks)])
    for edge in dict.fromkeys(edges):
        yield f"  {edge};\n"
    yield "}\n"


def _node(name: str, rows: Sequence[tuple[str, Sequence[str], Marks | None]], head: bool = False) -> str:
    """A node of rows, each with its port, its lines and its colour."""
    cells = []
    for number, (port, lines, marks) in enumerate(rows):
        fill = _HEAD if head and number == 0 else _FILLS[None if marks is None else marks.severity]
        where = f' PORT="{port}"' if port else ""
        label = '<BR ALIGN="LEFT"/>'.join(text(line) for line in lines if line) + '<BR ALIGN="LEFT"/>'
        cells.append(f'<TR><TD{where} BGCOLOR="{fill}" ALIGN="LEFT" BALIGN="LEFT">{label}</TD></TR>')
    table = f'<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="5">{"".join(cells)}</TABLE>'
    return f"  {name} [label=<{table}>];\n"
