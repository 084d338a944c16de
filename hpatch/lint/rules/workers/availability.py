"""Balancers whose members cannot serve, or stay out of service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.params import parameter_removed
from hpatch.lint.rules.workers.balancers import grows
from hpatch.proxy.parameters import status_letters

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Worker

_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"

_BLOCKED = frozenset("dsn")
"""Disabled, stopped, draining: no new session goes there."""
_BY_CLIENT = r"4(?!08|29)\d\d"


@rule("WK040", "all-members-disabled", "error", references=(_PARAMETERS,))
def all_members_disabled(context: Context) -> Iterator[Found]:
    """Every member of the balancer is disabled, stopped, draining or a spare: httpd answers every request with 503.

    `status=+D` disables a member, `+S` stops it, `+N` lets it serve old sessions only, and `+R` keeps it as a spare for
    another member that fails. httpd needs one member without these letters. A hot standby (`+H`) serves if all others
    fail.

    The rule is silent if members can be added, or a balancer-manager that keeps its changes can enable them.

    Remove the letter from a member's `status`.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" status=+D
            BalancerMember "http://10.0.0.6:8080" status=+S
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Fires on (a spare replaces a member, and there is none)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" status=+R
            BalancerMember "http://10.0.0.6:8080" status=+R
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080" status=+D
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Silent on (a hot standby serves if the other member does not)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" status=+D
            BalancerMember "http://10.0.0.6:8080" status=+H
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Source: PROXY_WORKER_IS_USABLE (mod_proxy.h), ap_proxy_balancer_get_best_worker (proxy_util.c); tested on httpd
    2.4.71.
    """
    for balancer in context.balancers:
        if balancer.merged is not None or not balancer.members or grows(context, balancer):
            continue
        letters = [_letters(member) for member in balancer.members]
        blocked = [bool(here & _BLOCKED) for here in letters]
        spare = ["r" in here for here in letters]
        if not (all(blocked) or all(spare)):
            continue
        first, *others = [member.params["status"] for member in balancer.members]
        yield Found(
            first.place,
            f'no member of "{balancer.name}" can serve: each is '
            + ("a spare" if all(spare) else "disabled, stopped or draining")
            + "; httpd answers every request with 503",
            related=tuple(Related(other.place, "another one") for other in others),
            help="Remove the letter from the status of a member.",
        )


def _letters(member: Worker) -> frozenset[str]:
    """The letters of a member's status that are set, in lower case."""
    param = member.params.get("status")
    return frozenset() if param is None or "${" in param.value else status_letters(param.value)


@rule("WK041", "forcerecovery-off", "warning", references=(_PARAMETERS,), fix="unsafe")
def forcerecovery_off(context: Context) -> Iterator[Found]:
    """`forcerecovery=Off` leaves the balancer without a member for `retry` seconds after a fault.

    If all members are in the error state, httpd tries them again at once, unless `forcerecovery=Off`. With it, every
    request is answered with 503 until `retry` seconds have passed. It takes little to bring all members there: a single
    member that restarts, or with `failonstatus` one response to one client, which each member gives.

    The rule is silent for a balancer with several members and no `failonstatus`.

    Remove `forcerecovery=Off`, or lower `retry` on the members.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            ProxySet forcerecovery=Off
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Fires on (one response of each member takes it out of service)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080"
            ProxySet forcerecovery=Off failonstatus=500
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" retry=5
            ProxySet failonstatus=500
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Silent on (each request tries the member again)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" retry=0
            ProxySet forcerecovery=Off
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Source: force_recovery (mod_proxy_balancer.c); tested on httpd 2.4.71.
    """
    for balancer in context.balancers:
        param = balancer.params.get("forcerecovery")
        members = balancer.effective_members
        if param is None or param.value.lower() != "off" or not members:
            continue
        failing = balancer.params.get("failonstatus")
        if failing is None and (len(members) > 1 or grows(context, balancer)):
            continue
        if any("retry" in member.params and member.params["retry"].value.strip("0") == "" for member in members):
            continue
        cause = (
            f'"{balancer.name}" has a single member, and its restart'
            if failing is None
            else f'"{failing.key}={failing.value}" is set, and one such response of each member'
        )
        yield Found(
            param.place,
            f"{cause} means 503 for every request until the retry time is over",
            related=() if failing is None else (Related(failing.place, "the statuses that take a member out"),),
            help="Remove forcerecovery=Off, or lower retry on the members.",
            fix=edits.fix(f"remove {param.key}", parameter_removed(param)),
        )


@rule("WK059", "failonstatus-by-client", "warning", references=(_PARAMETERS,))
def failonstatus_by_client(context: Context) -> Iterator[Found]:
    """`failonstatus` names an answer to a client's own fault: whoever asks for a missing page takes a member out.

    httpd puts a member into the error state as soon as it answers with one of these codes, and sends nothing more there
    for `retry` seconds, 60 by default. Sessions move to other members. 404 and most codes from 400 to 499 say that the
    client asked for something wrong, not that the member is ill.

    The rule is silent about 408 and 429, which a member that is too busy sends, about codes of 500 and more, and about
    a balancer with a single member, which httpd goes on using.

    Name codes that only an ill member sends, such as 503.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080"
            ProxySet failonstatus=404,503
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080"
            ProxySet failonstatus=503
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Silent on (the member is too busy)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080"
            ProxySet failonstatus=429,503
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Source: proxy_balancer_post_request (mod_proxy_balancer.c); tested on httpd 2.4.71.
    """
    for balancer in context.balancers:
        param = balancer.params.get("failonstatus")
        if param is None or len(balancer.effective_members) < 2:
            continue
        code = next((one for one in re.split(r"[,\s]+", param.value) if re.fullmatch(_BY_CLIENT, one)), None)
        if code is not None:
            yield Found(
                param.place,
                f'a client that gets {code} takes the member of "{balancer.name}" that sent it out of service',
                help="Name codes that only an ill member sends, such as 503.",
            )
