"""The MPM that a configuration runs under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.effective import in_server, number

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_THREADED = ("mpm_event_module", "mpm_worker_module")
_REQUESTS = {"threaded": 400, "prefork": 256}
"""MaxRequestWorkers where nothing is set."""
THREADS = 25
"""ThreadsPerChild of the event and worker MPMs where nothing is set."""


def mpm(context: Context) -> str | None:
    """`threaded` or `prefork`; None if it is not known."""
    configuration = context.configuration
    modules = configuration.modules
    if any(modules.has(name) for name in _THREADED) or configuration.mpm in ("event", "worker"):
        return "threaded"
    return "prefork" if modules.has("mpm_prefork_module") or configuration.mpm == "prefork" else None


def without_http2(context: Context) -> bool:
    """Whether mod_http2 surely does nothing: it is not loaded, or since 2.4.27 runs under prefork (AH10034).

    Source: h2_post_config (mod_http2.c), CHANGES of 2.4.27; tested on httpd 2.4.71.
    """
    if context.configuration.modules.has("http2_module") is False:
        return True
    return mpm(context) == "prefork" and not context.maybe_before("http2-not-under-prefork")


def threads(context: Context) -> int | None:
    """The threads of one process; None if they are not known."""
    line = in_server(context, "threadsperchild", None)
    if mpm(context) != "threaded" or (line is not None and not line.certain):
        return None
    return number(line, THREADS)


def requests(context: Context) -> int | None:
    """How many requests httpd serves at once (MaxRequestWorkers); None if it is not known."""
    kind = mpm(context)
    line = in_server(context, "maxrequestworkers", None) or in_server(context, "maxclients", None)
    if line is not None and not line.certain:
        return None
    if kind is None and line is None:
        return None
    return number(line, _REQUESTS[kind or "threaded"])
