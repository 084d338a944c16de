"""Servers with their mappings, workers and balancers as data (`hpatch.workers/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from hpatch.proxy.model import Balancer

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.proxy.model import Mapping, Param, Proxy, Server, Setting, Worker


def data(proxy: Proxy, written: Callable[[str], str] | None = None) -> dict[str, Any]:
    """All of it, every text as `written` gives it."""
    found = _data(proxy)
    return found if written is None else {key: _with(value, written) for key, value in found.items()}


def _with(value: Any, written: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return written(value)
    if isinstance(value, dict):
        return {written(key): _with(inner, written) for key, inner in value.items()}
    return [_with(inner, written) for inner in value] if isinstance(value, list | tuple) else value


def _data(proxy: Proxy) -> dict[str, Any]:
    return {
        "servers": [_server(server) for server in proxy.servers],
        "refusals": [
            {"kind": refusal.kind, "message": refusal.message, **_at(refusal.node)} for refusal in proxy.refusals
        ],
    }


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
    node = made_by(worker)
    return {"name": worker.name, **(_at(node) if node else {"file": None, "line": None, "column": None})}


def made_by(worker: Worker | Balancer) -> Node | None:
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
