"""The gateway as text, and in the forms that draw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from hpatch.report.common import renderer
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Form, Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.lint.gateway import words
from hpatch.report.lint.text import STYLES

if TYPE_CHECKING:
    from hpatch.lint.gateway.model import GatewayHost, GatewayMap, Marks
    from hpatch.text import Place


@dataclass(frozen=True)
class GatewayReport:
    """A gateway. Pictures show `folded`, which has less where there is much; text and data have all."""

    schema: ClassVar[str] = "hpatch.map/1"
    gateway: GatewayMap
    folded: GatewayMap

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        gateway = self.gateway
        if gateway.listeners:
            told = [f"{one.text}{f' ({one.protocol})' if one.protocol else ''}" for one in gateway.listeners]
            yield from wrap(f"Listens on {visible(', '.join(told))}.", page.width, 2)
            yield ""
        for host in gateway.hosts:
            yield from self._host(host, page)
        balancers = [
            row
            for one in gateway.targets.values()
            if one.kind == "balancer"
            for row in [
                (one.name, "", words.found(one.marks)),
                *(
                    (f"  {worker.name}", self._backend(worker.backend), words.found(worker.marks))
                    for worker in one.workers
                ),
            ]
        ]
        if balancers:
            yield from table(("balancer", "backend's file", "found"), balancers, page.width, page.color)
            yield ""
        workers = [
            (one.name, worker.address, self._backend(worker.backend))
            for one in gateway.targets.values()
            if one.kind == "worker"
            for worker in one.workers
            if worker.backend is not None
        ]
        if workers:
            yield from table(("worker", "address", "backend's file"), workers, page.width, page.color)
            yield ""
        yield words.summary(gateway)

    def _host(self, host: GatewayHost, page: Page) -> Iterator[str]:
        where = "" if host.place is None else f"  {_at(host.place)}"
        more = [name for name in host.names if name != host.title]
        title = host.title + (f" ({', '.join(more)})" if more else "")
        addresses = f"  {' '.join(host.addresses)}" if host.addresses else ""
        for line in wrap(visible(f"{title}{addresses}{where}"), page.width, 4):
            yield paint(line, "bold", page.color)
        if host.marks.severity is not None:
            yield f"  {paint(words.found(host.marks), STYLES[host.marks.severity], page.color)}"
        if host.inherits:
            yield f"  before these: {count(host.inherits, 'path')} of the main server"
        file = "" if host.place is None else host.place.file
        rows = [
            (
                f"{one.number} {one.kind} {one.path}",
                one.target or "! (not proxied)",
                words.access(one),
                f"line {one.place.line}" if one.place.file == file else _at(one.place),
                words.found(one.marks),
            )
            for one in host.paths
        ]
        yield from table(("path", "goes to", "access", "where", "found"), rows, page.width, page.color, indent=2)
        yield ""

    def _backend(self, key: str | None) -> str:
        if key is None:
            return ""
        one = self.gateway.backends[key]
        found = words.found(one.marks)
        return f"{one.name} ({_at(one.place)})" + (f": {found}" if found else "")

    def data(self) -> dict[str, Any]:
        """For programs."""
        gateway = self.gateway
        return {
            "name": gateway.name,
            "listeners": [
                {"id": one.id, "text": one.text, "protocol": one.protocol, **_found(one.marks), **_where(one.place)}
                for one in gateway.listeners
            ],
            "hosts": [
                {
                    "id": host.id,
                    "title": host.title,
                    "names": list(host.names),
                    "addresses": list(host.addresses),
                    "listeners": list(host.listeners),
                    "inherits": host.inherits,
                    **_found(host.marks),
                    **_where(host.place),
                    "paths": [
                        {
                            "number": one.number,
                            "kind": one.kind,
                            "path": one.path,
                            "target": one.target or None,
                            "leads": one.leads,
                            "access": one.access or None,
                            "verdict": one.verdict,
                            **_found(one.marks),
                            **_where(one.place),
                        }
                        for one in host.paths
                    ],
                }
                for host in gateway.hosts
            ],
            "targets": [
                {
                    "id": one.id,
                    "kind": one.kind,
                    "name": one.name,
                    **_found(one.marks),
                    **_where(one.place),
                    "workers": [
                        {
                            "name": worker.name,
                            "address": worker.address or None,
                            "backend": worker.backend,
                            **_found(worker.marks),
                        }
                        for worker in one.workers
                    ],
                }
                for one in gateway.targets.values()
            ],
            "backends": [
                {
                    "id": one.id,
                    "program": one.program,
                    "name": one.name,
                    **_found(one.marks),
                    **_where(one.place),
                }
                for one in gateway.backends.values()
            ],
            "hosts_without_paths": gateway.plain,
            "paths_without_access": gateway.unasked,
        }


def _at(place: Place) -> str:
    return f"{place.file}:{place.line}"


def _where(place: Place | None) -> dict[str, Any]:
    return {"file": None, "line": None} if place is None else {"file": place.file, "line": place.line}


def _found(marks: Marks) -> dict[str, Any]:
    return {"findings": marks.number, "severity": marks.severity}


def _drawn(name: str) -> Form[GatewayReport]:
    def show(answer: GatewayReport, page: Page) -> Iterable[str]:
        return import_module(f"{__package__}.{name}").draw(answer.folded)  # type: ignore[no-any-return]

    return show


FORMS: Mapping[str, Form[GatewayReport]] = {
    **renderer.FORMS,
    "mermaid": _drawn("mermaid"),
    "dot": _drawn("dot"),
    "svg": _drawn("svg"),
}
