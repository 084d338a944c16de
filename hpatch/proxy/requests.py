"""The worker or balancer that serves the requests of a mapping."""

from __future__ import annotations

import re

from hpatch.proxy.lookup import Lookup, origin
from hpatch.proxy.model import DEFAULT_PORTS, Mapping, Server, Target
from hpatch.proxy.target import balancer_name

_PORTS = {**DEFAULT_PORTS, "uwsgi": 3031}
_REFERENCE = r"\$[0-9]"


def resolve(servers: list[Server], workers: dict[Server, Lookup], matches: bool) -> None:
    """Set `worker` of every mapping, and `merged` of every balancer, as httpd has them when requests come.

    A virtual host has the main server's workers before its own (`merge_proxy_config`). `matches` tells whether
    this httpd's ProxyPassMatch makes workers whose names are patterns.
    """
    main = servers[0]
    inherited = bool(main.workers or main.balancers)
    for server in servers:
        shared = inherited and server.shared
        if not server.mappings and not server.balancers:
            continue
        if shared:
            for balancer in server.balancers:
                balancer.merged = main.by_name.get(balancer.name)
        lookups = [workers[main]] if shared else []
        lookups.append(workers[server])
        for mapping in server.mappings:
            target = mapping.target
            if target is None:
                continue
            if target.balancer and target.socket is None:
                if not target.variables:
                    mapping.worker = server.balancer(balancer_name(target.text) or "")
                continue
            url = _url(mapping, target, matches)
            if not url:
                continue
            start = origin(url)
            for lookup in lookups:
                found = lookup.find(url, start, more=True)
                best = mapping.worker
                if found is not None and (best is None or len(found.name) > len(best.name)):
                    mapping.worker = found


def _url(mapping: Mapping, target: Target, matches: bool) -> str:
    """The URL by which requests of a mapping look for a worker, as far as the configuration decides it, or "".

    mod_proxy's schemes write it anew: without user and default port, the path escaped (their `canon_handler`s).
    """
    path = target.path
    if target.variables:
        if mapping.pattern and mapping.kind != "RewriteRule":
            return target.identity if matches else ""
        if mapping.kind != "ProxyPass" or "interpolate" in mapping.flags:
            return ""
    if not target.host:
        return ""
    port = target.port
    shown = "" if port is None or port == _PORTS.get(target.scheme) else f":{port % 65536}"
    if mapping.kind == "RewriteRule":
        path = path.partition("?")[0]
    elif "?" in path:
        path = path.replace("?", "%3F")
    if not matches and mapping.pattern:
        path = re.split(_REFERENCE, path, maxsplit=1)[0]
    if not path.startswith("/"):
        path = f"/{path}"
    return f"{target.scheme}://{target.host}{shown}{path}"
