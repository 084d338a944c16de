"""Sticky sessions: balancers that should send a session to the same member each time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import uses
from hpatch.lint.rules.workers.balancers import grows
from hpatch.proxy.parameters import status_letters

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.params import Use
    from hpatch.proxy.model import Balancer, Param

_STICKY = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html#stickyness_implementation"
_ROUTE = "%{BALANCER_WORKER_ROUTE}e"
_ROUTE_COOKIE = rf"(?i)(?P<name>[^=;\s]+)=(?P<before>[^;]*?){re.escape(_ROUTE)}"
_STANDING_BY = frozenset("hr")
_NO_SESSIONS = frozenset("ds")
_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"


def _balancers(context: Context) -> Iterator[tuple[Balancer, list[Param]]]:
    """Every balancer with two or more members, and the `stickysession` parameters that it has in any server.

    A virtual host can make the main server's balancer sticky.
    """
    sticky: dict[int, list[Param]] = {}
    for balancer in context.balancers:
        if "stickysession" in balancer.params:
            sticky.setdefault(id(balancer.merged or balancer), []).append(balancer.params["stickysession"])
    for balancer in context.balancers:
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


@rule("WK037", "sticky-cookie-no-dot", "error", references=(_STICKY,))
def sticky_cookie_no_dot(context: Context) -> Iterator[Found]:
    """The cookie that httpd sets for sticky sessions has no dot before the route, so that no session stays.

    httpd takes what follows the first dot of the cookie's value for the route (`abc.node1`, `.node1`). A value without
    a dot names no route: each request goes to the next member, and sessions are lost.

    The rule knows `stickysessionsep`, which names another character than the dot. With `off` the whole value is the
    route.

    Put a dot before the route: `ROUTEID=.%{BALANCER_WORKER_ROUTE}e`.

    Fires on::

        Header add Set-Cookie "ROUTEID=%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=ROUTEID
        </Proxy>

    Write instead::

        Header add Set-Cookie "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=ROUTEID
        </Proxy>

    Silent on (the whole value is the route)::

        Header add Set-Cookie "ROUTEID=%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=ROUTEID stickysessionsep=off
        </Proxy>

    Silent on (a cookie for other purposes)::

        Header add Set-Cookie "SERVED_BY=%{BALANCER_WORKER_ROUTE}e; path=/"
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=ROUTEID
        </Proxy>

    Source: find_session_route (mod_proxy_balancer.c), "Examples of a balancer configuration" in the mod_proxy_balancer
    documentation; tested on httpd 2.4.71.
    """
    separators: dict[str, dict[str, Balancer]] = {}  # by cookie and sign, the first balancer
    for balancer, params in _balancers(context):
        separator = balancer.params.get("stickysessionsep")
        sign = "." if separator is None else separator.value
        for param in params:
            separators.setdefault(param.value.partition("|")[0], {}).setdefault(sign, balancer)
    if not separators:
        return
    for node in context.configuration.find("header"):
        found = node.words
        for index, word in enumerate(found):
            match = re.match(_ROUTE_COOKIE, word)
            if match is None or "set-cookie" not in [before.lower() for before in found[:index]]:
                continue
            for sign, balancer in separators.get(match["name"], {}).items():
                whole = sign.lower() == "off"
                if match["before"] == "" if whole else match["before"].find(sign) == len(match["before"]) - 1 >= 0:
                    continue
                sticky = balancer.params.get("stickysession")
                yield Found(
                    node.word_place(index),
                    f'httpd finds no route in the cookie "{match["name"]}": '
                    + (
                        "with stickysessionsep=off the whole value is the route"
                        if whole
                        else f'it looks for "{sign}ROUTE"'
                    )
                    + f'; no session of "{balancer.name}" stays with its member',
                    related=() if sticky is None else (Related(sticky.place, "this names the cookie"),),
                    help=f'Write "{match["name"]}={"" if whole else sign}{_ROUTE}".',
                )
                break


@rule("WK058", "sticky-cookie-unread", "warning", references=(_STICKY,))
def sticky_cookie_unread(context: Context) -> Iterator[Found]:
    """httpd sets a cookie with the route, and no balancer reads a cookie of this name: sessions do not stay.

    The name in `Header add Set-Cookie` and the one of `stickysession` must be the same, capitals included.

    The rule reports lines with `env=BALANCER_ROUTE_CHANGED`, where some balancer is sticky by another name.

    Write the same name in both places.

    Fires on::

        Header add Set-Cookie "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=BALANCEID
        </Proxy>

    Write instead::

        Header add Set-Cookie "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=ROUTEID
        </Proxy>

    Silent on (the balancer reads it beside a parameter)::

        Header add Set-Cookie "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession=ROUTEID|routeid
        </Proxy>

    Source: find_session_route (mod_proxy_balancer.c), "Examples of a balancer configuration" in the mod_proxy_balancer
    documentation; tested on httpd 2.4.71.
    """
    lines = [node for node in context.configuration.find("header") if "BALANCER_WORKER_ROUTE" in node.args]
    sticky = [param for balancer in context.balancers if (param := balancer.params.get("stickysession")) is not None]
    if not lines or not sticky or any("$" in param.value for param in sticky):
        return
    names = {name for param in sticky for name in param.value.split("|")}
    for node in lines:
        words = node.words
        if words[-1].lower() != "env=balancer_route_changed" or not node.certain:
            continue
        found = next((one for one in (re.match(_ROUTE_COOKIE, word) for word in words) if one is not None), None)
        if found is not None and found["name"] not in names and "set-cookie" in [word.lower() for word in words]:
            yield Found(
                node.place,
                f'no balancer reads the cookie "{found["name"]}": the session does not stay with its member by it',
                related=(Related(sticky[0].place, "this balancer reads another cookie"),),
                help="Write the same name here and behind stickysession.",
            )


@rule("WK038", "route-duplicate", "error", references=(_STICKY,))
def route_duplicate(context: Context) -> Iterator[Found]:
    """Two members of a sticky balancer have the same route: all their sessions go to the first of them.

    httpd sends a request with a route to the first member that has it. The other members with this route get requests
    without a session only; the session that they begin continues on the first member, which does not know it.

    The rule is silent about a hot standby (`status=+H`) that has the route of the member that it stands by.

    Give each member its own route, the one that its backend appends to the session ID.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=node1
            BalancerMember "http://10.0.0.6:8080" route=node1
            ProxySet stickysession=JSESSIONID
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=node1
            BalancerMember "http://10.0.0.6:8080" route=node2
            ProxySet stickysession=JSESSIONID
        </Proxy>

    Silent on (the standby takes the sessions over)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=node1
            BalancerMember "http://10.0.0.6:8080" route=node1 status=+H
            ProxySet stickysession=JSESSIONID
        </Proxy>

    Source: find_route_worker (mod_proxy_balancer.c); tested on httpd 2.4.71.
    """
    for balancer, params in _balancers(context):
        if not params:
            continue
        first: dict[tuple[str, bool], Param] = {}
        for member in balancer.members:
            route, status = member.params.get("route"), member.params.get("status")
            if route is None or "${" in route.value:
                continue
            letters = frozenset() if status is None else status_letters(status.value)
            if letters & _NO_SESSIONS:
                continue
            earlier = first.setdefault((route.value, bool(letters & _STANDING_BY)), route)
            if earlier is not route:
                yield Found(
                    route.place,
                    f'"{route.key}={route.value}" is the route of another member of "{balancer.name}", too: all '
                    "sessions go to that one",
                    related=(Related(earlier.place, "the member that gets the sessions"),),
                    help="Give each member its own route, the one that its backend appends to the session ID.",
                )


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
