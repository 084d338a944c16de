"""Sticky sessions: balancers that should send a session to the same member each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import uses
from hpatch.lint.rules.workers.balancers import grows

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.params import Use
    from hpatch.proxy.model import Balancer, Param

_STICKY = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html#stickyness_implementation"
_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


def _balancers(context: Context) -> Iterator[tuple[Balancer, list[Param]]]:
    """Every balancer with two or more members, and the `stickysession` parameters that it has in any server.

    A virtual host can make the main server's balancer sticky.
    """
    sticky: dict[int, list[Param]] = {}
    for server in context.proxy.servers:
        for balancer in server.balancers:
            if "stickysession" in balancer.params:
                sticky.setdefault(id(balancer.merged or balancer), []).append(balancer.params["stickysession"])
    for server in context.proxy.servers:
        for balancer in server.balancers:
            if balancer.merged is None and len(balancer.members) > 1:
                yield balancer, sticky.get(id(balancer), [])


@rule("WK029", "sticky-no-route", "warning", confidence="medium", references=(_STICKY,))
def sticky_no_route(context: Context) -> Iterator[Found]:
    """The balancer has `stickysession`, but its members have no `route`.

    httpd finds the member of a session by the route after the dot in the cookie or parameter (`abc123.node1`). It
    compares that with the `route` of each member. If no member has a `route`, no session stays with its member: httpd
    distributes the requests as if `stickysession` were not there.

    The rule is silent about a balancer with a single member.

    Give each BalancerMember the route that its backend appends to the session ID.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080"
            ProxySet stickysession=JSESSIONID
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=node1
            BalancerMember "http://10.0.0.6:8080" route=node2
            ProxySet stickysession=JSESSIONID
        </Proxy>

    Silent on (a single member takes all sessions)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            ProxySet stickysession=JSESSIONID
        </Proxy>

    Source: find_session_route (mod_proxy_balancer.c), "Stickyness" in the mod_proxy_balancer documentation.
    """
    for balancer, params in _balancers(context):
        if not params or any("route" in member.params for member in balancer.members):
            continue
        yield Found(
            place=params[0].place,
            message=f'"{params[0].key}={params[0].value}" has no effect: no member of "{balancer.name}" has a route',
            related=(Related(balancer.members[0].node.place, "a member without a route"),),
            help="Give each BalancerMember the route that its backend appends to the session ID.",
        )


@rule("WK030", "route-no-sticky", "warning", confidence="medium", references=(_STICKY,))
def route_no_sticky(context: Context) -> Iterator[Found]:
    """The members have routes, but the balancer has no `stickysession`.

    httpd reads `route` only if the balancer has `stickysession` (or for `redirect`). Without it, sessions move from
    member to member.

    The rule is silent about a balancer with a single member.

    Name the session's cookie or parameter with `stickysession`, or remove the routes.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=node1
            BalancerMember "http://10.0.0.6:8080" route=node2
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=node1
            BalancerMember "http://10.0.0.6:8080" route=node2
            ProxySet stickysession=JSESSIONID
        </Proxy>

    Source: find_session_route (mod_proxy_balancer.c), "Stickyness" in the mod_proxy_balancer documentation.
    """
    for balancer, params in _balancers(context):
        routed = [member.params["route"] for member in balancer.members if "route" in member.params]
        if not routed or params or grows(context):
            continue
        if any("redirect" in member.params for member in balancer.members):
            continue
        yield Found(
            routed[0].place,
            f'"{routed[0].key}={routed[0].value}" has no effect: "{balancer.name}" has no stickysession',
            help="Name the session's cookie or parameter with stickysession, or remove the routes.",
        )


@rule("WK031", "sticky-too-long", "warning", references=(_PARAMETERS,))
def sticky_too_long(context: Context) -> Iterator[Found]:
    """The value of `stickysession` is longer than 63 bytes.

    httpd 2.4.7 and later cut the value to 63 bytes without a message, and then look for another cookie than the one
    written. Older versions refuse to start.

    Use shorter names: the cookie and the parameter share the 63 bytes.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=A_COOKIE_WITH_A_NAME_THAT_IS_FAR_TOO_LONG|a_parameter_with_such_a_name
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=A_COOKIE|a_parameter
        </Proxy>

    Silent on (exactly 63 bytes)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=A_COOKIE_WITH_A_NAME_OF_MANY_BYTES|a_parameter_with_such_a_name
        </Proxy>

    Source: set_balancer_param (mod_proxy.c); tested on httpd 2.4.71.
    """
    for use in uses(context, "stickysession"):
        if use.scope == "balancer" and use.reading is not None:
            yield from _too_long(use)


def _too_long(use: Use) -> Iterator[Found]:
    reading = use.reading
    assert reading is not None
    if reading.refused:
        yield Found(use.place, f'httpd refuses to start with "{use.text}": {reading.refused}', severity="error")
    elif reading.dropped:
        yield Found(
            use.place,
            f'httpd cuts "{use.text}" to "{reading.value}" and looks for that name instead',
            help="Shorten the value to 63 bytes, cookie and parameter together.",
        )
