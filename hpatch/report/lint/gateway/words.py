"""What all pictures of a gateway say in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.report.common.numbers import count

if TYPE_CHECKING:
    from hpatch.lint.gateway.model import GatewayHost, GatewayMap, GatewayPath, Marks

_VERDICTS = {"denied": "denied: ", "login": "login: ", "granted": "", "unknown": ""}


def found(marks: Marks) -> str:
    """How many findings: `3 findings, error`; empty without any."""
    return "" if marks.severity is None else f"{count(marks.number, 'finding')}, {marks.severity}"


def access(path: GatewayPath) -> str:
    """The rule that decides who may ask for a path; empty where none was asked for."""
    return "" if path.verdict is None else _VERDICTS[path.verdict] + path.access


def more(host: GatewayHost) -> str:
    """How many paths of a host are folded; empty if none is."""
    return f"{count(host.folded, 'more path')} (--host shows all)" if host.folded else ""


def inherits(host: GatewayHost) -> str:
    """What httpd asks for before a host's own paths."""
    return f"first: {count(host.inherits, 'path')} of the main server" if host.inherits else ""


def others(gateway: GatewayMap) -> list[str]:
    """What a picture leaves out: servers with paths, and access rules."""
    left = [f"{count(gateway.folded, 'more host')} (--host NAME shows one)"] if gateway.folded else []
    return left + ([f"no access rule looked up for {count(gateway.unasked, 'path')}"] if gateway.unasked else [])


def summary(gateway: GatewayMap) -> str:
    """What there is, in a line."""
    told = [count(gateway.paths, "path"), f"in {count(len(gateway.hosts), 'host')}"]
    if gateway.plain:
        told.append(f"({gateway.plain} more without paths)")
    balancers = sum(one.kind == "balancer" for one in gateway.targets.values())
    told.append(f"to {count(len(gateway.targets) - balancers, 'worker')} and {count(balancers, 'balancer')}")
    if not gateway.unasked:
        return " ".join(told) + "."
    looked = f"The access rules of {count(gateway.unasked, 'path')} were not looked up, because there are so many"
    return f"{' '.join(told)}. {looked} (--host NAME looks up those of one host)."
