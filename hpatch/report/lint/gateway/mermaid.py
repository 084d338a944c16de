"""The gateway as a flowchart of Mermaid, which code hosts draw in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.report.common.terminal import visible
from hpatch.report.lint.gateway import words

if TYPE_CHECKING:
    from hpatch.lint.gateway.model import GatewayMap, Marks

_ESCAPES = str.maketrans({char: f"#{ord(char)};" for char in '#;%"<>&`\\|[](){}*_~:/@'})
"""Mermaid takes these for something else, even in quotes: Markdown, shapes, URLs."""
_STYLES = (
    "classDef error fill:#fde0dd,stroke:#b3261e,color:#1c1e21",
    "classDef warning fill:#fff0d1,stroke:#7a4d00,color:#1c1e21",
    "classDef info fill:#dfeaf9,stroke:#1a5fb4,color:#1c1e21",
)


def draw(gateway: GatewayMap) -> Iterator[str]:
    """The lines of the flowchart."""
    yield "flowchart LR\n"
    for line in _STYLES:
        yield f"  {line}\n"
    for one in gateway.listeners:
        text = f"{one.text} {one.protocol}".strip()
        yield f'  {one.id}(["{_text(text)}"]){_class(one.marks)}\n'
    edges = []
    for host in gateway.hosts:
        yield f'  subgraph {host.id}["{_text(host.title)}"]\n    direction TB\n'
        if text := words.inherits(host):
            yield f'    {host.id}i["{_text(text)}"]\n'
        for path in host.paths:
            lines = [f"{path.number} {path.path}", words.access(path)]
            label = "<br>".join(_text(line) for line in (*lines, words.found(path.marks)) if line)
            yield f'    {host.id}p{path.number}["{label}"]{_class(path.marks)}\n'
            if path.leads is not None:
                edges.append(f"{host.id}p{path.number} --> {path.leads}")
        if text := words.more(host):
            yield f'    {host.id}m["{_text(text)}"]\n'
        yield "  end\n"
        edges += [f"{one} --> {host.id}" for one in host.listeners]
    if told := words.others(gateway):
        yield f'  others["{"<br>".join(map(_text, told))}"]\n'
    for target in gateway.targets.values():
        if target.kind == "balancer":
            yield f'  subgraph {target.id}["{_text(target.name)}"]\n'
            for number, worker in enumerate(target.workers):
                yield f'    {target.id}w{number}["{_text(worker.name)}"]{_class(worker.marks)}\n'
            if not target.workers:
                yield f'    {target.id}w0["no member"]{_class(target.marks)}\n'
            yield "  end\n"
        else:
            shown = [target.name, *(worker.address for worker in target.workers)]
            label = "<br>".join(_text(line) for line in dict.fromkeys(shown) if line)
            yield f'  {target.id}["{label}"]{_class(target.marks)}\n'
        for number, worker in enumerate(target.workers):
            if worker.backend is not None:
                start = f"{target.id}w{number}" if target.kind == "balancer" else target.id
                edges.append(f"{start} --> {worker.backend}")
    for backend in gateway.backends.values():
        label = "<br>".join((_text(backend.name), _text(f"{backend.place.file}:{backend.place.line}")))
        yield f'  {backend.id}[["{label}"]]{_class(backend.marks)}\n'
    for edge in dict.fromkeys(edges):
        yield f"  {edge}\n"


def _text(text: str) -> str:
    return visible(text).translate(_ESCAPES)


def _class(marks: Marks) -> str:
    return "" if marks.severity is None else f":::{marks.severity}"
