"""Schemes that no loaded module supports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Confidence, Found
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
"""The modules that support a scheme; one of them is enough. mod_proxy_cluster has its own balancers."""

_FOREIGN = {
    "grpc": "gRPC is HTTP/2, which mod_proxy_http2 speaks to h2c:// backends.",
    "grpcs": "gRPC is HTTP/2, which mod_proxy_http2 speaks to h2:// backends.",
}
"""Schemes of other proxies (nginx's, for one), with what to do."""


@rule("MP012", "scheme-no-module", "error", references=(_MANUAL,))
def scheme_no_module(context: Context) -> Iterator[Found]:
    """The module for the URL's scheme is not loaded.

    Each request gets 500 (AH01144), but `apachectl -t` reports no error. mod_proxy itself supports no protocol; each
    scheme needs a module: `http` and `https` need mod_proxy_http, `fcgi` needs mod_proxy_fcgi, `balancer` needs
    mod_proxy_balancer, `ws` needs mod_proxy_wstunnel or, from 2.4.47, mod_proxy_http, and so on. If a scheme is almost
    one of these, the rule reports it as misspelt; only a third-party module could support it. So it does with `grpc`,
    which no module of httpd supports.

    The confidence is high when the list of modules is given (`--modules`, `--httpd`). It is lower when the
    configuration loads mod_proxy but not the scheme's module.

    The rule is silent when the configuration does not load mod_proxy either: it is then a part of a configuration, or
    the modules are compiled in.

    Load the module.

    Fires on::

        # options: --modules proxy_module,proxy_http_module
        ProxyPass "/app" "fcgi://10.0.0.5:9000"

    Write instead::

        # options: --modules proxy_module,proxy_http_module,proxy_fcgi_module
        ProxyPass "/app" "fcgi://10.0.0.5:9000"

    Source: the scheme handlers of modules/proxy/mod_proxy_*.c and modules/http2/mod_proxy_http2.c, `proxy_handler` in
    mod_proxy.c. Tested on httpd 2.4.71.
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
            f'no module for "{scheme}" is loaded: every request for "{target.text}" gets 500',
            help=f"Load mod_{module.removesuffix('_module')}.",
            confidence=confidence,
        )


def _misspelt(context: Context) -> Iterator[Found]:
    strange = {scheme for scheme in context.targets if scheme and scheme not in _MODULES}
    if not strange:
        return
    from hpatch.suggest import closest

    help = {scheme: _FOREIGN.get(scheme) or _meant(closest(scheme, _MODULES)) for scheme in strange}
    seen: set[Place] = set()
    for target in _targets(context):
        if help.get(target.scheme) is None or target.place in seen:
            continue
        seen.add(target.place)
        yield Found(
            target.place,
            f'no module of httpd supports "{target.scheme}": every request for "{target.text}" gets 500',
            help=help[target.scheme],
            confidence="medium",
        )


def _meant(near: str | None) -> str | None:
    return None if near is None else f'Did you mean "{near}"?'


def _targets(context: Context) -> Iterator[Target]:
    for mapping in context.mappings:
        if mapping.target is not None and not mapping.target.variables:
            yield mapping.target
    for member in context.members:
        yield member.target


def _absent(context: Context, scheme: str) -> Confidence | None:
    """How sure it is that no loaded module supports a scheme; None if one does, or if that is not known."""
    names = _MODULES.get(scheme)
    if names is None:
        return None
    if scheme in ("ws", "wss") and (not context.before("websocket-by-http")):
        names = (*names, "proxy_http_module")
    modules = context.configuration.modules
    known = [modules.has(name) for name in names]
    if True in known or modules.has("proxy_module") is False:  # without mod_proxy, its directives are the fault
        return None
    if modules.has(names[0]) is False:
        return "high"
    if "proxy_module" in modules.loaded_at and not _maybe_read(context, names):
        return "medium"
    return None


def _maybe_read(context: Context, names: tuple[str, ...]) -> bool:
    """Whether a file that could not be read, or an undecided conditional, may load a module."""
    configuration = context.configuration
    if any(problem.kind in ("unreadable", "include") for problem in configuration.problems):
        return True
    return any(name in configuration.modules.paths for name in names)
