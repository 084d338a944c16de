"""`ProxyPass path !` where it excludes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.takers import takers
from hpatch.versions import Version

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_HONOURED = (Version(2, 4, 24), Version(2, 4, 25))


@rule("MP004", "exclude-after", "error", references=(_MANUAL,))
def exclude_after(context: Context) -> Iterator[Found]:
    """An exclusion that comes too late.

    ProxyPass lines are asked in the order in which they are written, and the first that matches wins: an exclusion
    behind the line from which it should except is never asked, and the path goes to the backend. In Location sections
    the last one that matches wins: there the exclusion must come **after** the general section.

    Fires on::

        ProxyPass "/" "http://10.0.0.5/"
        ProxyPass "/static" "!"

    Write instead::

        ProxyPass "/static" "!"
        ProxyPass "/" "http://10.0.0.5/"

    Source: the manual of ProxyPass ("Exclusions must come before the general ProxyPass directives");
    `proxy_trans` and `merge_proxy_dir_config` in mod_proxy.c. Tried on 2.4.71.
    """
    for mapping, taker in takers(context.proxy):
        if mapping.target is None and taker.mapping.target is not None and not taker.mixed:
            yield Found(
                mapping.place,
                f'"{mapping.path}" is not excluded: the {taker.mapping.kind} of "{taker.mapping.path}" '
                f'sends it to "{taker.mapping.target.text}" first',
                related=(Related(taker.mapping.place, taker.why),),
                help=taker.help.replace("longer path", "exclusion"),
            )


@rule("MP005", "exclude-mixed-context", "warning", confidence="medium", references=(_MANUAL,))
def exclude_mixed_context(context: Context) -> Iterator[Found]:
    """An exclusion in the server, and the ProxyPass from which it should except in a Location.

    A ProxyPass in a Location is asked before those of the server, so the exclusion is never reached and the path
    goes to the backend. Only 2.4.24 and 2.4.25 honoured it; from 2.4.26 the environment variable `no-proxy`, set
    by SetEnvIf, is the other way. Silent where the configuration sets that variable. (An exclusion in a Location
    from a ProxyPass in the server works.)

    Fires on::

        ProxyPass "/app/static" "!"
        <Location "/app">
            ProxyPass "http://10.0.0.5/app"
        </Location>

    Write instead::

        <Location "/app">
            ProxyPass "http://10.0.0.5/app"
        </Location>
        <Location "/app/static">
            ProxyPass "!"
        </Location>

    Source: the manual of ProxyPass ("Mixing ProxyPass settings in different contexts does not work");
    `proxy_trans` in mod_proxy.c of 2.4.23 to 2.4.26; PR 60458. Tried on 2.4.71.
    """
    if context.version in _HONOURED:
        return
    no_proxy: bool | None = None
    for mapping, taker in takers(context.proxy):
        if mapping.target is None and taker.mapping.target is not None and taker.mixed:
            if no_proxy is None:
                no_proxy = _sets_no_proxy(context)
            if no_proxy:
                return
            yield Found(
                mapping.place,
                f'"{mapping.path}" is not excluded: the ProxyPass in <Location "{taker.mapping.path}"> is asked first',
                related=(Related(taker.mapping.place, "this one sends it to the backend"),),
                help='Put the exclusion into a <Location> of its own, after this one, as `ProxyPass "!"`.',
            )


def _sets_no_proxy(context: Context) -> bool:
    """Whether some directive may set the variable `no-proxy`."""
    setters = ("setenvif", "setenvifnocase", "setenvifexpr", "browsermatch", "browsermatchnocase", "rewriterule")
    return any("no-proxy" in node.args for node in context.configuration.find(*setters))
