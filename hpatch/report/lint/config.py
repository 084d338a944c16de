"""What httpd would read, and what mod_proxy would make of it; formats described in docs/output.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hpatch.proxy.model import Balancer
from hpatch.report.common.json import dump
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Frame, Node
    from hpatch.proxy.model import Mapping, Param, Proxy, Reverse, Server, Setting, Worker

_INDENT = "    "


def render_tree(
    configuration: Configuration, format: str, *, width: int | None = None, color: bool = False
) -> Iterator[str]:
    """The tree, line by line, each with its newline: `text` for people, `jsonl` for programs.

    Raises KeyError for another format.
    """
    return {"text": _outline, "jsonl": _json_lines}[format](configuration, color)


def _walk(nodes: list[Node]) -> Iterator[tuple[int, Node]]:
    stack = [iter(nodes)]
    while stack:
        depth = len(stack) - 1
        for node in stack[-1]:
            yield depth, node
            if node.children:
                stack.append(iter(node.children))
                break
        else:
            stack.pop()


def _json_lines(configuration: Configuration, color: bool) -> Iterator[str]:
    from json.encoder import encode_basestring_ascii as quoted

    frames: dict[Frame, str] = {}
    for depth, node in _walk(configuration.nodes):
        file = frames.get(node.frame)
        if file is None:
            file = frames[node.frame] = quoted(node.frame.name)
        yield f"[{depth}, {quoted(node.name)}, {quoted(node.args)}, {file}, {node.line}]\n"


def _outline(configuration: Configuration, color: bool) -> Iterator[str]:
    """Each run of lines from one file, or from one use of a macro, below that one's name, with line numbers."""
    frame = None
    for depth, node in _walk(configuration.nodes):
        if node.frame is not frame:
            yield f"{'' if frame is None else chr(10)}{paint(_origin(node), 'blue', color)}\n"
            frame = node.frame
        name = paint(visible(node.name), "bold", color) if node.children is not None else visible(node.name)
        line = paint(f"{node.source.position(node.start)[0]:>6}", "dim", color)
        text = f"{name} {visible(node.args)}".rstrip()
        doubt = paint("  # undecided", "yellow", color) if node.conditions else ""
        yield f"{line}  {_INDENT * depth}{text}{doubt}\n"


def _origin(node: Node) -> str:
    used = node.used_at
    name = visible(node.source.name)
    return name if used is None else f"{name} (a macro, used at {visible(used.file)}:{used.line})"


def render_workers(proxy: Proxy, format: str, *, width: int | None = None, color: bool = False) -> str:
    """Servers with their mappings, workers and balancers: `text` for people, `json` for programs.

    Raises KeyError for another format.
    """
    if format == "json":
        return dump(
            {
                "schema": "hpatch.workers/1",
                "servers": [_server(server) for server in proxy.servers],
                "refusals": [
                    {"kind": refusal.kind, "message": refusal.message, **_at(refusal.node)}
                    for refusal in proxy.refusals
                ],
            }
        )
    return "".join(f"{line}\n" for line in {"text": _tables}[format](proxy, width, color))


def _at(node: Node) -> dict[str, Any]:
    place, used = node.place, node.used_at
    found: dict[str, Any] = {"file": place.file, "line": place.line, "column": place.column}
    if used is not None:
        found["used_at"] = {"file": used.file, "line": used.line}
    return found


def _server(server: Server) -> dict[str, Any]:
    return {
        "name": server.name,
        "addresses": list(server.addresses),
        "main": server.parent is None,
        "shares_main": server.shared,
        **(_at(server.node) if server.node else {"file": None, "line": None, "column": None}),
        "settings": [_setting(setting) for setting in server.settings.values()],
        "mappings": [_mapping(mapping) for mapping in server.mappings],
        "workers": [_worker(worker) for worker in server.workers],
        "balancers": [_balancer(balancer) for balancer in server.balancers],
        "reverses": [
            {"directive": reverse.node.name, "path": reverse.path, "url": reverse.url, **_at(reverse.node)}
            for reverse in server.reverses
        ],
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {"name": setting.name, "value": setting.value, **_at(setting.node)}


def _params(params: Iterable[Param]) -> list[dict[str, Any]]:
    return [{"key": param.key, "value": param.value, **_at(param.node)} for param in params]


def _mapping(mapping: Mapping) -> dict[str, Any]:
    section = mapping.section
    return {
        "kind": mapping.kind,
        "path": mapping.path,
        "pattern": mapping.pattern,
        "target": mapping.target.text if mapping.target else None,
        "worker": _reference(mapping.worker),
        "section": f"{section.name} {section.args}" if section else None,
        "flags": sorted(mapping.flags),
        "params": _params(mapping.params),
        **_at(mapping.node),
    }


def _reference(worker: Worker | Balancer | None) -> dict[str, Any] | None:
    """What a mapping leads to: its name and the line that made it, if there is one."""
    if worker is None:
        return None
    node = _made_by(worker)
    return {"name": worker.name, **(_at(node) if node else {"file": None, "line": None, "column": None})}


def _made_by(worker: Worker | Balancer) -> Node | None:
    if isinstance(worker, Balancer):
        return next(iter(worker.defined), None)
    return worker.node


def _worker(worker: Worker) -> dict[str, Any]:
    target = worker.target
    return {
        "name": worker.name,
        "url": target.text,
        "scheme": target.scheme,
        "socket": target.socket,
        "host": target.host,
        "port": target.port,
        "path": target.path,
        "pattern": worker.matching,
        **_at(worker.node),
        "params": _params(worker.params.values()),
        "settings": [_setting(setting) for setting in worker.settings.values()],
        "definitions": [
            {
                "url": definition.target.text,
                "created": definition.created,
                "params": _params(definition.params),
                **_at(definition.node),
            }
            for definition in worker.definitions
        ],
    }


def _balancer(balancer: Balancer) -> dict[str, Any]:
    return {
        "name": balancer.name,
        "params": _params(balancer.params.values()),
        "members": [_worker(member) for member in balancer.members],
        "members_from_main": balancer.merged is not None,
        "defined": [_at(node) for node in balancer.defined],
        "used": [_at(node) for node in balancer.used],
    }


def _tables(proxy: Proxy, width: int | None, color: bool) -> Iterator[str]:
    for server in proxy.servers:
        yield from _server_tables(server, width, color)
    if proxy.refusals:
        yield paint("refused by httpd", "red", color)
        rows = [(refusal.message, refusal.kind, _where(refusal.node, "")) for refusal in proxy.refusals]
        yield from table(("line", "kind", "where"), rows, width, color, indent=2)


def _server_tables(server: Server, width: int | None, color: bool) -> Iterator[str]:
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
    tables = [(headers, rows) for headers, rows in tables if rows]
    for line in wrap(visible(title), width, 4):
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
    node = _made_by(balancer)
    where = _where(node, file) if node else "not defined"
    yield balancer.name, _parameters(balancer.params.values(), (), node), where
    for member in balancer.members:
        yield _worker_row(member, file, "  ")
    if balancer.merged is not None:
        yield "  with the main server's members instead", "", ""


def _reverse_row(reverse: Reverse, file: str) -> tuple[str, ...]:
    return f"{reverse.node.name} {reverse.path}", reverse.url, _where(reverse.node, file)
