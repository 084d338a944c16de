"""Balancers: whether they are defined, have members, and can choose among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import dropped, uses, uses_where
from hpatch.proxy.model import Balancer

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.lint.found import Confidence
    from hpatch.lint.rules._shared.params import Use
    from hpatch.proxy.model import Mapping, Target
    from hpatch.text import Place

_BALANCER = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html"
_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_METHODS = ("byrequests", "bytraffic", "bybusyness", "heartbeat")
_CLUSTER = ("createbalancers", "enablemcmpreceive", "enablemcpmreceive", "managerbalancername")


def whole(context: Context) -> bool:
    """Whether the configuration loads mod_proxy itself, so that it is more than a part of one."""
    return "proxy_module" in context.configuration.modules.loaded_at


def grows(context: Context, balancer: Balancer | None = None) -> bool:
    """Whether members may be added while httpd runs, by balancer-manager or a cluster module."""
    if context.configuration.find(*_CLUSTER) or context.configuration.modules.has("manager_module"):
        return True
    persists = any(node.args.strip().lower() == "on" for node in context.configuration.find("balancerpersist"))
    return persists or (balancer is not None and "growth" in balancer.params)


def defined(balancer: Balancer) -> list[Node]:
    """The lines that define a balancer, and those of the main server's balancer that it is merged with."""
    return balancer.defined if balancer.merged is None else [*balancer.merged.defined, *balancer.defined]


@rule("WK021", "balancer-timeout-confusion", "warning", confidence="medium", references=(_PARAMETERS,))
def balancer_timeout_confusion(context: Context) -> Iterator[Found]:
    """A balancer's `timeout` does not limit the backend's response time.

    On a balancer, `timeout` is how long a request waits for a free member when all members are busy. It does not limit
    connecting, reading or writing: for those, httpd uses the `timeout` of each member, or else ProxyTimeout.

    The rule is silent below 30 seconds, a plausible wait for a member. It is also silent when a member sets `timeout`
    or ProxyTimeout is set, because then the difference is evidently known.

    Set `timeout` on the BalancerMember lines, or set ProxyTimeout.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080"
            ProxySet timeout=300
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" timeout=300
            BalancerMember "http://10.0.0.6:8080" timeout=300
        </Proxy>

    Silent on (a plausible wait for a member)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080"
            ProxySet timeout=29
        </Proxy>

    Source: "Balancer parameters" in the ProxyPass documentation; set_balancer_param (mod_proxy.c).
    """
    for use in uses_where(context, lambda written: (written.key, written.scope) == ("timeout", "balancer")):
        if use.reading is None or use.reading.refused:
            continue
        if not isinstance(use.reading.value, int) or use.reading.value < 30:
            continue
        members = use.owner.effective_members if isinstance(use.owner, Balancer) else []
        if any("timeout" in member.params for member in members):
            continue
        if use.server is not None and use.server.setting("proxytimeout") is not None:
            continue
        yield Found(
            use.place,
            f'"{use.text}" on a balancer is the wait for a free member; it does not limit the backend\'s response time',
            help="Set timeout on the BalancerMember lines, or set ProxyTimeout.",
        )


@rule(
    "WK022",
    "proxyset-undefined",
    "error",
    references=("https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxyset",),
)
def proxyset_undefined(context: Context) -> Iterator[Found]:
    """ProxySet names a worker or balancer that is not defined above it.

    Outside `<Proxy>`, ProxySet changes a worker or balancer that already exists in the same server. If it does not
    exist yet, httpd refuses to start.

    The rule is silent inside `<Proxy>`, where ProxySet creates what does not exist. In a part of a configuration, what
    is not defined above may be defined in another file. The severity is then info, outside a virtual host.

    Move ProxySet below the definition, or into its `<Proxy>` section.

    Fires on::

        ProxySet "balancer://app" lbmethod=byrequests
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>
        ProxySet "balancer://app" lbmethod=byrequests

    Silent on (inside `<Proxy>`, ProxySet creates the balancer)::

        <Proxy "balancer://app">
            ProxySet lbmethod=byrequests
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>

    Source: set_proxy_param (mod_proxy.c); tested on httpd 2.4.71.
    """
    for refusal in context.proxy.refusals:
        if refusal.kind == "undefined":
            # ProxySet looks only in the same server: what a virtual host lacks no other file can give it.
            sure = context.configuration.whole or refusal.node.inside("<virtualhost") is not None
            yield Found(
                refusal.place,
                f"{refusal.message}: httpd refuses to start"
                if sure
                else f"{refusal.message} in the files that were read: without a definition httpd refuses to start",
                help="Move ProxySet below the definition, or into its <Proxy> section.",
                severity=None if sure else "info",
                confidence=None if sure else "medium",
            )


@rule("WK026", "lb-module-missing", "error", references=(f"{_BALANCER}#scheduler",))
def lb_module_missing(context: Context) -> Iterator[Found]:
    """The module of a balancer's `lbmethod` is not loaded.

    Each `lbmethod` needs its own module, `mod_lbmethod_NAME`. Without it httpd refuses to start ("unknown lbmethod"). A
    balancer without `lbmethod` needs mod_lbmethod_byrequests; in that case the syntax check passes, and the start fails
    with AH02432. The order of the LoadModule lines does not matter. There is one finding for each missing module.

    The confidence is lower when only the LoadModule lines of the configuration are known, because the module may be
    compiled into httpd.

    Load the module, or choose an `lbmethod` whose module is loaded.

    Fires on::

        # options: --modules proxy_module,proxy_http_module,proxy_balancer_module,lbmethod_byrequests_module
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            ProxySet lbmethod=bytraffic
        </Proxy>

    Write instead::

        # options: --modules proxy,proxy_http,proxy_balancer,lbmethod_byrequests,slotmem_shm
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            ProxySet lbmethod=byrequests
        </Proxy>

    Source: set_balancer_param (mod_proxy.c), ap_proxy_share_balancer (proxy_util.c); tested on httpd 2.4.71.
    """
    named: dict[str, list[Use]] = {}
    for use in uses(context, "lbmethod"):
        if use.scope == "balancer" and use.reading is not None:
            named.setdefault(use.param.value, []).append(use)
    for name, chosen in named.items():
        missing = _missing(context, name)
        if missing is not None:
            other = name.lower() if name.lower() in _METHODS and name != name.lower() else None
            yield Found(
                chosen[0].place,
                f'"{chosen[0].text}" needs lbmethod_{name}_module, which is not loaded: httpd refuses to start',
                related=_also(use.place for use in chosen[1:]),
                help=f'The name is case-sensitive: write "{other}".' if other else f"Load lbmethod_{name}_module.",
                confidence=missing,
            )
    default = _missing(context, "byrequests")
    if default is None or "byrequests" in named:
        return
    owners = {id(use.owner) for chosen in named.values() for use in chosen}
    without: dict[str, Place] = {}
    for balancer in context.balancers:
        if id(balancer) in owners or (balancer.merged is not None and id(balancer.merged) in owners):
            continue
        nodes = [*balancer.defined, *balancer.used]
        if nodes:
            without.setdefault(balancer.name, nodes[0].place)
    if without:
        (first, place), *others = without.items()
        yield Found(
            place,
            f'"{first}" has no lbmethod; the default needs lbmethod_byrequests_module, which is not loaded: httpd does '
            "not start",
            related=_also(other for _, other in others),
            help="Load lbmethod_byrequests_module, or set lbmethod.",
            confidence=default,
        )


def _also(places: Iterable[Place]) -> tuple[Related, ...]:
    """Some of the other places that need the same module."""
    return tuple(Related(place, "this balancer needs it too") for place in islice(places, 5))


def _missing(context: Context, name: str) -> Confidence | None:
    """How sure it is that the module of a method is missing; None if it may be there."""
    has = context.configuration.modules.has(f"lbmethod_{name}_module")
    if has is False:
        return "high" if name.lower() in _METHODS else "low"
    if has is None and name.lower() in _METHODS and name != name.lower():
        return "high"
    return "medium" if has is None and whole(context) and name in _METHODS else None


def _targets(context: Context) -> Iterator[tuple[Mapping, Target, str, Balancer | None]]:
    """Every mapping to a balancer, with the balancer's name and the balancer that its server has by that name."""
    if "balancer" not in context.targets:
        return
    for mapping in context.mappings:
        target = mapping.target
        if target is not None and target.balancer and not target.variables:
            name = f"balancer://{target.host}" + ("" if target.port is None else f":{target.port}")
            yield mapping, target, name, mapping.server.balancer(name)


@rule("WK027", "balancer-undefined", "error", references=(_BALANCER,))
def balancer_undefined(context: Context) -> Iterator[Found]:
    """The target is a balancer that nothing defines.

    httpd starts and answers every request for it with 503 (AH01171, "No workers in balancer"). A server sees its own
    balancers and, if it is a virtual host, those of the main server. It does not see the balancers of another virtual
    host.

    There is one finding for each balancer. The severity is only info in a part of a configuration, such as one site's
    file: another file may define the balancer. The rule is silent when httpd refuses the BalancerMember lines, which
    other rules report.

    Correct the name, or define the balancer with `<Proxy>` and BalancerMember lines.

    Fires on::

        <Proxy "balancer://application">
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Silent on (the main server's balancers are seen in virtual hosts)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>
        <VirtualHost *:80>
            ProxyPass "/" "balancer://app/"
        </VirtualHost>

    Source: add_pass (mod_proxy.c) and proxy_balancer_pre_request (mod_proxy_balancer.c); tested on httpd 2.4.71.
    """
    undefined: dict[str, dict[Place, None]] = {}
    for _, target, name, balancer in _targets(context):
        if grows(context, balancer) or (balancer is not None and (defined(balancer) or balancer.effective_members)):
            continue
        undefined.setdefault(name, {})[target.place] = None
    if not undefined or _member_refused(context):
        return
    found = [one for one in context.balancers if one.defined]
    known = {one.name: one for one in reversed(found)}
    for name, (place, *others) in undefined.items():
        elsewhere = known.get(name)
        sure = elsewhere is not None or whole(context)
        definition = () if elsewhere is None else (elsewhere.defined[0].place,)
        yield Found(
            place=place,
            message=f'"{name}" is not defined in this server or the main server: every request for it gets 503'
            if sure
            else f'"{name}" is not defined in the files that were read: without a definition every request for it '
            "gets 503",
            related=(
                *(Related(other, f'another server defines "{name}"') for other in definition),
                *(Related(other, "it is used here, too") for other in others[:5]),
            ),
            help=_help(name, known),
            severity=None if sure or context.configuration.whole else "info",
            confidence="high" if sure else "medium",
        )


def _member_refused(context: Context) -> bool:
    """Whether httpd refuses a BalancerMember line. It does not start then, and what the balancer lacks is not known."""
    return any(refusal.node.key == "balancermember" for refusal in context.proxy.refusals)


def _help(name: str, known: dict[str, Balancer]) -> str:
    from hpatch.suggest import closest

    near = closest(name, (one for one in known if one != name))
    return (
        f'Did you mean "{near}"?' if near is not None else f'Define it with <Proxy "{name}"> and BalancerMember lines.'
    )


@rule("WK028", "balancer-empty", "error", references=(_BALANCER,))
def balancer_empty(context: Context) -> Iterator[Found]:
    """The target is a balancer without members.

    httpd starts and answers every request for it with 503 (AH01171, "No workers in balancer").

    The rule is silent when members may be added while httpd runs: with `growth`, BalancerPersist or a cluster module.
    It is also silent when httpd refuses the BalancerMember lines, which other rules report.

    Add BalancerMember lines to the balancer.

    Fires on::

        <Proxy "balancer://app">
            ProxySet lbmethod=byrequests
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            ProxySet lbmethod=byrequests
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Silent on (members can be added while httpd runs)::

        <Proxy "balancer://app">
            ProxySet growth=5
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Source: proxy_balancer_pre_request (mod_proxy_balancer.c); tested on httpd 2.4.71.
    """
    said: set[int] = set()
    for mapping, _, name, balancer in _targets(context):
        lines = [] if balancer is None else defined(balancer)
        if balancer is None or not lines or balancer.effective_members or grows(context, balancer):
            continue
        if any(node.key == "balancermember" for node in lines) or _member_refused(context):
            # httpd refuses the line, which another rule reports.
            continue
        which = balancer.merged or balancer
        if id(which) in said:
            continue
        said.add(id(which))
        yield Found(
            place=lines[0].place,
            message=f'"{name}" has no members: every request for it gets 503',
            related=(Related(mapping.place, "it is used here"),),
            help="Add BalancerMember lines.",
            confidence="high" if whole(context) else "medium",
        )


@rule("WK032", "nonce-none", "warning", references=(f"{_BALANCER}#balancer_manager", _PARAMETERS), fix="unsafe")
def nonce_none(context: Context) -> Iterator[Found]:
    """`nonce=None` removes the balancer's protection against forged balancer-manager requests.

    balancer-manager then accepts changes to this balancer from any form. A page on another site can make an
    administrator's browser send such a form (CSRF). A fixed nonce has the same weakness for anyone who knows it.

    The severity is only info when the configuration has no balancer-manager.

    Remove `nonce`; httpd then generates a random nonce at each start.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            ProxySet nonce=None
        </Proxy>
        <Location "/balancer-manager">
            SetHandler balancer-manager
            Require local
        </Location>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
        </Proxy>
        <Location "/balancer-manager">
            SetHandler balancer-manager
            Require local
        </Location>

    Source: set_balancer_param (mod_proxy.c), balancer_handler (mod_proxy_balancer.c).
    """
    found = [use for use in uses(context, "nonce") if use.scope == "balancer"]
    found = [use for use in found if use.param.value.lower() == "none"]
    if not found:
        return
    managers = [
        node for node in context.configuration.find("sethandler", "addhandler") if "balancer-manager" in node.args
    ]
    for use in found:
        yield Found(
            place=use.place,
            message=f'"{use.text}" lets any web page change this balancer through an administrator\'s browser',
            related=(Related(managers[0].place, "balancer-manager is here"),) if managers else (),
            help="Remove it; httpd then generates a random nonce at each start.",
            severity=None if managers else "info",
            fix=dropped(use, f'remove "{use.param.key}"', safe=False),
        )
