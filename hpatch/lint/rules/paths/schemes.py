"""Schemes that no loaded module speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Confidence, Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Target
    from hpatch.text import Place

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html"
_MODULES = {
    "http": ("proxy_http_module",),
    "https": ("proxy_http_module",),
    "ws": ("proxy_wstunnel_module",),
    "wss": ("proxy_wstunnel_module",),
    "h2": ("proxy_http2_module",),
    "h2c": ("proxy_http2_module",),
    "fcgi": ("proxy_fcgi_module",),
    "scgi": ("proxy_scgi_module",),
    "uwsgi": ("proxy_uwsgi_module",),
    "ajp": ("proxy_ajp_module",),
    "ftp": ("proxy_ftp_module",),
    "fd": ("proxy_fdpass_module",),
    "balancer": ("proxy_balancer_module", "proxy_cluster_module"),
}
"""Which modules speak a scheme: one of them is enough. mod_proxy_cluster brings its own balancers."""

_WEBSOCKET_BY_HTTP = "2.4.47"


@rule("MP012", "scheme-no-module", "error", references=(_MANUAL,))
def scheme_no_module(context: Context) -> Iterator[Found]:
    """A scheme whose module is not loaded.

    mod_proxy itself speaks no protocol: each scheme has a module (`http` and `https` mod_proxy_http, `fcgi`
    mod_proxy_fcgi, `balancer` mod_proxy_balancer, `ws` mod_proxy_wstunnel or from 2.4.47 mod_proxy_http, and so
    on). `apachectl -t` says nothing; each request ends in 500 and AH01144.

    Sure where the list of modules is given (`--modules`, `--httpd`). Where the configuration loads mod_proxy and
    not the other, it is reported with less confidence. Silent where it loads no mod_proxy either: then it is a
    part of a configuration, or the modules are compiled in. A scheme that is almost one of these is taken for
    misspelt: only a module from elsewhere could speak it.

    Fires on::

        # options: --modules proxy_module,proxy_http_module
        ProxyPass "/app" "fcgi://10.0.0.5:9000"

    Write instead::

        # options: --modules proxy_module,proxy_http_module,proxy_fcgi_module
        ProxyPass "/app" "fcgi://10.0.0.5:9000"

    Source: the scheme handlers of modules/proxy/mod_proxy_*.c and modules/http2/mod_proxy_http2.c, `proxy_handler` in
    mod_proxy.c. Tried on 2.4.71.
    """
    yield from _misspelt(context)
    absent = {scheme: _absent(context, scheme) for scheme in context.targets}
    if not any(absent.values()):
        return
    seen: set[tuple[str, Place]] = set()
    for target in _targets(context):
        scheme = target.scheme
        confidence = absent[scheme]
        if confidence is None or (scheme, target.place) in seen:
            continue
        seen.add((scheme, target.place))
        module = _MODULES[scheme][0]
        yield Found(
            target.place,
            f'no module for "{scheme}" is loaded: "{target.text}" answers 500',
            help=f"Load mod_{module.removesuffix('_module')}.",
            confidence=confidence,
        )


def _misspelt(context: Context) -> Iterator[Found]:
    strange = {scheme for scheme in context.targets if scheme and scheme not in _MODULES}
    if not strange:
        return
    from hpatch.suggest import closest

    near = {scheme: closest(scheme, _MODULES) for scheme in strange}
    seen: set[Place] = set()
    for target in _targets(context):
        if near.get(target.scheme) is None or target.place in seen:
            continue
        seen.add(target.place)
        yield Found(
            target.place,
            f'no module of httpd speaks "{target.scheme}": "{target.text}" answers 500',
            help=f'Did you mean "{near[target.scheme]}"?',
            confidence="medium",
        )


def _targets(context: Context) -> Iterator[Target]:
    for server in context.proxy.servers:
        for mapping in server.mappings:
            if mapping.target is not None and not mapping.target.variables:
                yield mapping.target
        for balancer in server.balancers:
            for member in balancer.members:
                yield member.target


def _absent(context: Context, scheme: str) -> Confidence | None:
    """How sure it is that no loaded module speaks a scheme; None where one does, or that is not known."""
    names = _MODULES.get(scheme)
    if names is None:
        return None
    if scheme in ("ws", "wss") and (context.version is None or not context.before(_WEBSOCKET_BY_HTTP)):
        names = (*names, "proxy_http_module")
    modules = context.configuration.modules
    known = [modules.has(name) for name in names]
    if True in known:
        return None
    if modules.has(names[0]) is False:
        return "high"
    if "proxy_module" in modules.loaded_at and not _maybe_read(context, names):
        return "medium"
    return None


def _maybe_read(context: Context, names: tuple[str, ...]) -> bool:
    """Whether a module may be loaded by what could not be read or decided."""
    configuration = context.configuration
    if any(problem.kind in ("unreadable", "include") for problem in configuration.problems):
        return True
    return any(name in configuration.modules.paths for name in names)
