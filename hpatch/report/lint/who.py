"""Who answers a request, with what httpd asks before, for people and programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.layers import Layer
    from hpatch.paths.model import ClientRequest, Reply
    from hpatch.paths.who import Who


_NARROW = 100
"""Below this width, each step is a paragraph, and no row of a table."""


@dataclass(frozen=True)
class WhoReport:
    """What becomes of a request."""

    schema: ClassVar[str] = "hpatch.who/1"
    who: Who

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        who, width = self.who, page.width
        nameless = "" if who.request.host else f" at port {who.request.port}, without a name (--host NAME)"
        yield paint(visible(f"{who.request.method} {_url(who.request)}{nameless}"), "bold", page.color)
        yield from wrap(visible(f"  {_answer(who.answer)}"), width, 4)
        for text in dict.fromkeys(who.answer.unseen):
            yield from wrap(visible(f"  not looked at: {text}"), width, 4)
        yield ""
        if width is not None and width < _NARROW:
            for step in who.steps:
                yield from wrap(visible(f"  {step.phase}: {step.module} {step.did}: {step.text}"), width, 4)
                if step.node is not None:
                    yield from wrap(visible(f"    {_where(step.node)}"), width, 4)
        else:
            rows = [(step.phase, step.module, step.did, step.text, _where(step.node)) for step in who.steps]
            yield from table(("phase", "asked", "", "", "where"), rows, width, page.color, indent=2)
        sections = [
            (layer.title, _HOLDS[layer.holds], _where(layer.node))
            for layer in who.layers
            if layer.node is not None and layer.node.key != "<virtualhost"
        ]
        if sections:
            yield ""
            yield from table(("section", "holds", "where"), sections, width, page.color, indent=2)

    def data(self) -> dict[str, Any]:
        """For programs."""
        who, request = self.who, self.who.request
        answer, access = who.answer, who.access
        return {
            "request": {
                "method": request.method,
                "url": _url(request),
                "host": request.host,
                "port": request.port,
                "https": request.https,
                "address": request.address,
                "client": request.client,
                "headers": [{"name": name, "value": value} for name, value in request.headers],
            },
            "answer": {
                "kind": answer.kind,
                "target": answer.target or None,
                "status": answer.status,
                "text": answer.text,
                "unseen": list(dict.fromkeys(answer.unseen)),
                "at": _at(answer.node),
            },
            "host": None
            if who.host is None
            else {
                "name": None if who.host.host.name is None else who.host.host.name.text,
                "main": who.host.host.node is None,
                "why": who.host.why,
                "at": _at(who.host.host.node),
            },
            "access": None
            if access is None
            else {"verdict": access.verdict, "status": access.status, "text": access.text, "at": _at(access.node)},
            "steps": [
                {"phase": step.phase, "module": step.module, "did": step.did, "text": step.text, "at": _at(step.node)}
                for step in who.steps
            ],
            "sections": [
                _section(layer) for layer in who.layers if layer.node is not None and layer.node.key != "<virtualhost"
            ],
        }


_HOLDS = {True: "yes", False: "no", None: "not known"}


def _url(request: ClientRequest) -> str:
    """The URL that is asked for; the path alone if the request names no host."""
    scheme, default = ("https", 443) if request.https else ("http", 80)
    port = "" if request.port == default else f":{request.port}"
    query = "" if request.query is None else f"?{request.query}"
    return f"{'' if request.host is None else f'{scheme}://{request.host}{port}'}{request.path}{query}"


def _where(node: Node | None) -> str:
    if node is None:
        return ""
    place, used = node.place, node.used_at
    return f"{place.file}:{place.line}" + ("" if used is None else f" (used at {used.file}:{used.line})")


def _answer(answer: Reply) -> str:
    """Who answers, by which line, and why if it is not what was asked for."""
    where = "" if answer.node is None else _where(answer.node)
    if answer.kind in ("nobody", "unknown"):
        return f"{answer.described}: {answer.text}" + (f" ({where})" if where else "")
    why = f": {answer.text}" if answer.kind == "status" else ""
    return answer.described + (f", by {where}" if where else "") + why


def _at(node: Node | None) -> dict[str, Any] | None:
    if node is None:
        return None
    place, used = node.place, node.used_at
    found: dict[str, Any] = {"file": place.file, "line": place.line, "column": place.column}
    if used is not None:
        found["used_at"] = {"file": used.file, "line": used.line}
    return found


def _section(layer: Layer) -> dict[str, Any]:
    node = layer.node
    assert node is not None
    return {"name": node.name.lstrip("<"), "argument": node.argument, "holds": layer.holds, "at": _at(node)}
