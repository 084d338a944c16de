"""What mod_proxy would make of a configuration, as tables for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.lint import workers_data
from hpatch.report.lint.workers_data import made_by

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.proxy.model import Balancer, Mapping, Param, Proxy, Reverse, Server, Setting, Worker


@dataclass(frozen=True)
class WorkersReport:
    """Servers with their mappings, workers and balancers.

    `as_written` gives back the text of a template for what stands for it (`Configuration.as_written`).
    """

    schema: ClassVar[str] = "hpatch.workers/1"
    proxy: Proxy
    as_written: Callable[[str], str] | None = None

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _tables(self.proxy, self.as_written or str, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return workers_data.data(self.proxy, self.as_written)


def _tables(proxy: Proxy, written: Callable[[str], str], width: int | None, color: bool) -> Iterator[str]:
    for server in proxy.servers:
        yield from _server_tables(server, written, width, color)
    if proxy.refusals:
        yield paint("refused by httpd", "red", color)
        rows = [(written(refusal.message), refusal.kind, _where(refusal.node, "")) for refusal in proxy.refusals]
        yield from table(("line", "kind", "where"), rows, width, color, indent=2)


def _server_tables(server: Server, written: Callable[[str], str], width: int | None, color: bool) -> Iterator[str]:
    title, file = "main server", ""
    if server.node is not None:
        file = server.node.source.name
        title = f"virtual host {server.name} ({', '.join(server.addresses)})  {_where(server.node, '')}"
    settings = [(f"{one.name} {one.value}", _where(one.node, file)) for one in server.settings.values()]
    balancers = [row for balancer in server.balancers for row in _balancer_rows(balancer, file)]
    tables: list[tuple[tuple[str, ...], Sequence[tuple[str, ...]]]] = [
        (("setting", "where"), settings),
        (("mapping", "target", "worker", "parameters", "where"), [_mapping_row(one, file) for one in server.mappings]),
        (("worker", "parameters", "where"), [_worker_row(one, file) for one in server.workers]),
        (("balancer", "parameters", "where"), balancers),
        (("reverse mapping", "URL", "where"), [_reverse_row(one, file) for one in server.reverses]),
    ]
    tables = [(headers, [tuple(map(written, row)) for row in rows]) for headers, rows in tables if rows]
    for line in wrap(visible(written(title)), width, 4):
        yield paint(line.rstrip(), "bold", color)
    for headers, rows in tables:
        yield from table(headers, rows, width, color, indent=2)
        yield ""
    if not tables:
        yield "  nothing of its own"
        yield ""


def _where(node: Node, file: str) -> str:
    """A line's place; in the server's own file its number alone."""
    place, used = node.place, node.used_at
    text = f"line {place.line}" if place.file == file else f"{place.file}:{place.line}"
    return text if used is None else f"{text} (used at {used.file}:{used.line})"


def _mapping_row(mapping: Mapping, file: str) -> tuple[str, ...]:
    path = f"{mapping.kind} {mapping.path}".rstrip()
    target = "! (not proxied)" if mapping.target is None else mapping.target.text
    worker = "" if mapping.worker is None else mapping.worker.name
    if worker.rstrip("/") == target.rstrip("/"):
        worker = ""
    params = _parameters(mapping.params, (), mapping.node)
    return path, target, worker, " ".join(filter(None, [params, *sorted(mapping.flags)])), _where(mapping.node, file)


def _parameters(params: Iterable[Param], settings: Iterable[Setting], near: Node | None) -> str:
    """Parameters and settings, with the places of those that are not on the line itself."""
    here, elsewhere = [], []
    for param in params:
        text = f"{param.key}={param.value}"
        if param.node is near:
            here.append(text)
        else:
            elsewhere.append(f"{text} ({_where(param.node, near.source.name if near else '')})")
    for one in settings:
        elsewhere.append(f"{one.name} {one.value} ({_where(one.node, near.source.name if near else '')})")
    return "\n".join(filter(None, [" ".join(here), *elsewhere]))


def _worker_row(worker: Worker, file: str, prefix: str = "") -> tuple[str, ...]:
    name = prefix + worker.name + (f" by {worker.target.socket}" if worker.target.socket is not None else "")
    where = [_where(worker.node, file)]
    where += [f"again {_where(other.node, file)}" for other in worker.definitions if not other.created]
    return name, _parameters(worker.params.values(), worker.settings.values(), worker.node), "\n".join(where)


def _balancer_rows(balancer: Balancer, file: str) -> Iterator[tuple[str, ...]]:
    node = made_by(balancer)
    where = _where(node, file) if node else "not defined"
    yield balancer.name, _parameters(balancer.params.values(), (), node), where
    for member in balancer.members:
        yield _worker_row(member, file, "  ")
    if balancer.merged is not None:
        yield "  uses the main server's members instead", "", ""


def _reverse_row(reverse: Reverse, file: str) -> tuple[str, ...]:
    return f"{reverse.node.name} {reverse.path}", reverse.url, _where(reverse.node, file)
