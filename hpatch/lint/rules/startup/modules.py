"""Modules that others need: httpd loads them, and the start fails or a feature stays off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.modules import MPM_MODULES
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.lint.context import Context
    from hpatch.text import Place

_BALANCER = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html"
_HTTP2 = "https://httpd.apache.org/docs/2.4/howto/http2.html#mpm-config"
_STORE = "slotmem_shm_module"
_MPM = "https://httpd.apache.org/docs/2.4/mpm.html"


@rule("CF033", "slotmem-missing", "error", references=(_BALANCER,))
def slotmem_missing(context: Context) -> Iterator[Found]:
    """mod_proxy_balancer is loaded, and mod_slotmem_shm is not.

    httpd does not start, even if no balancer is defined: AH01177, "Failed to lookup provider 'shm' for 'slotmem'".
    `httpd -t` says "Syntax OK". mod_slotmem_plain does not help.

    The confidence is medium if only the LoadModule lines are known, because the module may be compiled into httpd. The
    rule is silent about a part of a configuration.

    Load mod_slotmem_shm.

    Fires on::

        LoadModule proxy_module modules/mod_proxy.so
        LoadModule proxy_balancer_module modules/mod_proxy_balancer.so
        LoadModule slotmem_plain_module modules/mod_slotmem_plain.so
        Listen 80

    Write instead::

        LoadModule proxy_module modules/mod_proxy.so
        LoadModule proxy_balancer_module modules/mod_proxy_balancer.so
        LoadModule slotmem_shm_module modules/mod_slotmem_shm.so
        Listen 80

    Source: balancer_post_config (mod_proxy_balancer.c) of 2.4.1 to 2.4.71; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    modules = configuration.modules
    if not configuration.whole or modules.has("proxy_balancer_module") is not True:
        return
    has = modules.has(_STORE)
    if has or _STORE in modules.paths:
        return
    place = modules.loaded_at.get("proxy_balancer_module") or _first_balancer(context)
    if place is not None:
        yield Found(
            place,
            "mod_proxy_balancer needs mod_slotmem_shm, which is not loaded: httpd does not start",
            help=f"Load it: LoadModule {_STORE} modules/mod_slotmem_shm.so, or on Debian a2enmod slotmem_shm.",
            confidence=None if has is False else "medium",
        )


def _first_balancer(context: Context) -> Place | None:
    for balancer in context.balancers:
        for node in (*balancer.defined, *balancer.used):
            return node.place
    return None


@rule("CF019", "mpm-number", "error", references=(_MPM,))
def mpm_number(context: Context) -> Iterator[Found]:
    """The configuration loads two MPMs, or none where none is compiled in.

    httpd refuses to start: AH00534, "More than one MPM loaded" or "No MPM loaded".

    Whether an MPM is missing is known only from a main file with `--httpd`, which tells what is compiled in, and in a
    tree of Debian's or Red Hat's. The rule is silent about a LoadModule line inside an undecided conditional.

    Load exactly one MPM.

    Fires on::

        LoadModule mpm_event_module modules/mod_mpm_event.so
        LoadModule mpm_prefork_module modules/mod_mpm_prefork.so

    Write instead::

        LoadModule mpm_event_module modules/mod_mpm_event.so

    Silent on (one of the two is never read)::

        Define EVENT
        <IfDefine EVENT>
            LoadModule mpm_event_module modules/mod_mpm_event.so
        </IfDefine>
        <IfDefine !EVENT>
            LoadModule mpm_prefork_module modules/mod_mpm_prefork.so
        </IfDefine>

    Source: ap_check_mpm (server/mpm_common.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    modules = configuration.modules
    built = sorted(MPM_MODULES & modules.static)
    mpms = [*built, *(name for name in modules.loaded_at if name in MPM_MODULES and name not in built)]
    for name in mpms[1:]:
        if name in modules.loaded_at:
            first = modules.loaded_at.get(mpms[0])
            yield Found(
                modules.loaded_at[name],
                f"{name} is a second MPM beside {mpms[0]}: httpd refuses to start",
                help="Load one MPM only.",
                related=() if first is None else (Related(first, "the first MPM"),),
            )
    if not mpms and _none_loaded(configuration):
        place = next(iter(modules.loaded_at.values()), None) or next((node.place for node in configuration.nodes), None)
        if place is not None:
            yield Found(
                place,
                "the configuration loads no MPM, and none is compiled into httpd: httpd refuses to start",
                help="Load one, such as LoadModule mpm_event_module modules/mod_mpm_event.so.",
            )


def _none_loaded(configuration: Configuration) -> bool:
    """Whether no MPM is there for sure: all that is compiled in is known, and everything was read."""
    modules = configuration.modules
    return (
        configuration.whole
        and bool(modules.static)
        and modules.complete
        and all(modules.has(name) is False for name in MPM_MODULES)
    )


@rule("CF034", "http2-inactive", "warning", references=(_HTTP2,))
def http2_inactive(context: Context) -> Iterator[Found]:
    """HTTP/2 is turned on under the prefork MPM, where mod_http2 does nothing.

    httpd starts and warns once (AH10034). Clients get HTTP/1.1.

    The rule is silent before 2.4.27, where mod_http2 works under prefork, and if the MPM is not known.

    Use the event MPM. PHP then needs PHP-FPM, because mod_php needs prefork.

    Fires on::

        LoadModule mpm_prefork_module modules/mod_mpm_prefork.so
        LoadModule http2_module modules/mod_http2.so
        Listen 443
        Protocols h2 http/1.1

    Write instead::

        LoadModule mpm_event_module modules/mod_mpm_event.so
        LoadModule http2_module modules/mod_http2.so
        Listen 443
        Protocols h2 http/1.1

    Silent on (as Debian does it)::

        LoadModule mpm_prefork_module modules/mod_mpm_prefork.so
        LoadModule http2_module modules/mod_http2.so
        Listen 443
        <IfModule !mpm_prefork_module>
            Protocols h2 h2c http/1.1
        </IfModule>

    Source: h2_post_config (mod_http2.c), CHANGES of 2.4.27; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if configuration.mpm != "prefork" or context.before("http2-not-under-prefork"):
        return
    if configuration.modules.has("http2_module") is False:
        return
    for node in configuration.by_key.get("protocols", ()):
        word = _http2(node)
        if word is not None:
            yield Found(
                node.word_place(word),
                f'"{node.words[word]}" has no effect under the prefork MPM: clients get HTTP/1.1',
                help="Load mpm_event instead of mpm_prefork.",
                node=node,
            )


def _http2(node: Node) -> int | None:
    return next((index for index, word in enumerate(node.words) if word.lower() in ("h2", "h2c")), None)
