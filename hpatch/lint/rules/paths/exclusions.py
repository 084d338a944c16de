"""`ProxyPass path !` lines that exclude nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.takers import moved, takers

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


@rule("MP004", "exclude-after", "error", references=(_MANUAL,), fix="unsafe")
def exclude_after(context: Context) -> Iterator[Found]:
    """The exclusion comes too late.

    httpd tries ProxyPass lines in the order in which they are written, and the first match wins. An exclusion below the
    ProxyPass that it should restrict is never reached, so the path goes to the backend.

    In Location sections the last match wins: there the exclusion must come after the general section.

    Move the exclusion above the general ProxyPass.

    Fires on::

        ProxyPass "/" "http://10.0.0.5/"
        ProxyPass "/static" "!"

    Write instead::

        ProxyPass "/static" "!"
        ProxyPass "/" "http://10.0.0.5/"

    Source: the ProxyPass documentation ("Exclusions must come before the general ProxyPass directives"); `proxy_trans`
    and `merge_proxy_dir_config` in mod_proxy.c. Tested on httpd 2.4.71.
    """
    for mapping, taker in takers(context.proxy):
        if mapping.target is None and taker.mapping.target is not None and not taker.mixed:
            yield Found(
                mapping.place,
                f'"{mapping.path}" is not excluded: the {taker.mapping.kind} for "{taker.mapping.path}" '
                f'sends it to "{taker.mapping.target.text}" first',
                related=(Related(taker.mapping.place, taker.why),),
                help=taker.help.replace("longer path", "exclusion"),
                fix=edits.fix("move the exclusion above that line", moved(mapping, taker.mapping)),
            )


@rule("MP005", "exclude-mixed-context", "warning", confidence="medium", references=(_MANUAL,))
def exclude_mixed_context(context: Context) -> Iterator[Found]:
    """A server-level `!` exclusion has no effect on a ProxyPass inside a Location.

    httpd tries a ProxyPass in a Location before those of the server. The exclusion is never reached, so the path goes
    to the backend. Only 2.4.24 and 2.4.25 honoured such an exclusion.

    The rule is silent when the configuration sets the environment variable `no-proxy` (from 2.4.26, with SetEnvIf),
    which also excludes paths. An exclusion in a Location from a ProxyPass in the server works.

    Move the exclusion into its own Location, below the one with the ProxyPass.

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

    Silent on (an exclusion in a Location from a ProxyPass in the server)::

        ProxyPass "/app" "http://10.0.0.5/app"
        <Location "/app/static">
            ProxyPass "!"
        </Location>

    Source: the ProxyPass documentation ("Mixing ProxyPass settings in different contexts does not work"); `proxy_trans`
    in mod_proxy.c of 2.4.23 to 2.4.26; PR 60458. Tested on httpd 2.4.71.
    """
    if context.before("exclusion-variable-undone") and not context.before("exclusion-variable"):
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
                f'"{mapping.path}" is not excluded: httpd tries the ProxyPass in <Location "{taker.mapping.path}"> '
                "first",
                related=(Related(taker.mapping.place, "this ProxyPass sends it to the backend"),),
                help=f'Write ProxyPass "!" in its own <Location "{mapping.path}">, below this one.',
            )


def _sets_no_proxy(context: Context) -> bool:
    """Whether some directive may set the variable `no-proxy`."""
    setters = ("setenvif", "setenvifnocase", "setenvifexpr", "browsermatch", "browsermatchnocase", "rewriterule")
    return any("no-proxy" in node.args for node in context.configuration.find(*setters))
