"""Parameters that httpd does not know, or whose values it does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import Use, changed, dropped, uses
from hpatch.proxy.parameters import BALANCER, MAPPING, WORKER, check
from hpatch.versions import Version

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_PARAMETERS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_MINUTE = r"(?i)\s*\+?[0-9]+m(?![is])"
_BYTES = r"(?i)\s*[0-9]+\s*[kmg]"


def _elsewhere(use: Use) -> bool:
    """Whether an unknown key is known for another scope."""
    other = BALANCER if use.scope == "worker" else WORKER
    return use.key in other or use.key in MAPPING


def _whose(use: Use) -> str:
    """What the line is about."""
    return {"worker": "a worker", "balancer": "a balancer", "mapping": "a mapping"}[use.scope]


@rule("WK006", "param-unknown", "error", references=(_PARAMETERS,))
def param_unknown(context: Context) -> Iterator[Found]:
    """A parameter that no httpd knows.

    httpd refuses to start. What it says misleads: `unknown Worker hcheck parameter` for any unknown key where
    mod_proxy_hcheck is loaded, and for ProxyPass it does not name the key.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" conectiontimeout=5

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" connectiontimeout=5

    Source: set_worker_param and set_balancer_param (mod_proxy.c), set_worker_hc_param (mod_proxy_hcheck.c) of every
    release; tried on httpd 2.4.71.
    """
    for use in uses(context):
        if use.parameter is not None or "${" in use.param.key:
            continue
        if use.server is not None and _elsewhere(use):
            continue
        known: list[str] = sorted({**WORKER, **MAPPING} if use.scope == "worker" else BALANCER)
        what = _whose(use)
        if use.server is None:
            known, what = [key for key in known if key.startswith("hc")], "a health-check template"
        yield _unknown(use, known, what)


def _unknown(use: Use, known: list[str], what: str) -> Found:
    from hpatch.suggest import closest

    near = closest(use.key, known)
    return Found(
        use.place,
        f'"{use.param.key}" is no parameter of {what}: httpd refuses to start',
        help=f'Did you mean "{near}"?' if near is not None else f"Known are {', '.join(known)}.",
        fix=None
        if near is None
        else changed(use.param.node, use.place, use.text, f"{near}={use.param.value}", f'write "{near}"'),
    )


@rule("WK007", "param-too-new", "error", references=(_PARAMETERS,))
def param_too_new(context: Context) -> Iterator[Found]:
    """A parameter that this httpd does not know yet.

    An older httpd refuses to start with it. Silent where the version of httpd is not known.

    Fires on::

        # options: --httpd-version 2.4.57
        ProxyPass "/" "http://10.0.0.5:8080/" addressttl=60

    Write instead::

        # options: --httpd-version 2.4.62
        ProxyPass "/" "http://10.0.0.5:8080/" addressttl=60

    Source: set_worker_param and set_balancer_param (mod_proxy.c), set_worker_hc_param (mod_proxy_hcheck.c) of every
    release from 2.4.1 on.
    """
    if context.version is None:
        return
    for use in uses(context):
        parameter = use.parameter
        if parameter is None or parameter.since is None or parameter.scope == "mapping":
            continue
        if context.version < parameter.since:
            yield Found(
                use.place,
                f'"{use.param.key}" came with httpd {parameter.since}: {context.version} refuses to start',
                help=f"Remove it, or use httpd {parameter.since} or later.",
                fix=dropped(use, f'remove "{use.param.key}"', safe=False),
            )


@rule("WK008", "param-wrong-scope", "error", references=(_PARAMETERS,))
def param_wrong_scope(context: Context) -> Iterator[Found]:
    """A worker's parameter on a balancer, or the other way round.

    httpd refuses to start. What is about one backend (`max`, `timeout` as an I/O timeout, `route`, `loadfactor` …)
    belongs to the member, what is about choosing one (`lbmethod`, `stickysession`, `maxattempts` …) to the balancer;
    `mapping` only to ProxyPass.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            ProxySet stickysession=ROUTE connectiontimeout=5
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" connectiontimeout=5
            ProxySet stickysession=ROUTE
        </Proxy>

    Source: set_worker_param and set_balancer_param (mod_proxy.c); tried on httpd 2.4.71.
    """
    for use in uses(context):
        if use.parameter is not None or use.server is None or not _elsewhere(use):
            continue
        if use.scope == "balancer":
            where = "put it on the BalancerMember lines" if use.key in WORKER else "put it on ProxyPass"
            whose = "a worker" if use.key in WORKER else "a mapping"
        elif use.key in BALANCER:
            where, whose = "put it on the balancer, with ProxySet", "a balancer"
        else:
            where, whose = "put it on ProxyPass", "a mapping"
        yield Found(
            use.place,
            f'"{use.param.key}" is a parameter of {whose}, and this is {_whose(use)}: httpd refuses to start',
            help=f"{where[0].upper()}{where[1:]}.",
        )


def special(use: Use) -> bool:
    """Whether a refused value has a rule of its own."""
    assert use.parameter is not None
    kind, text = use.parameter.kind, use.param.value
    if kind in ("duration", "whole"):
        return re.match(_MINUTE, text) is not None
    if kind == "bytes":
        return re.match(_BYTES, text) is not None
    return use.key in ("hcmethod", "stickysession")


@rule("WK012", "param-range", "error", references=(_PARAMETERS,))
def param_range(context: Context) -> Iterator[Found]:
    """A value that httpd does not take.

    httpd refuses to start with a number that is out of range, a word that is not one of those it knows, or a text
    that is too long.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=0

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=1

    Source: set_worker_param and set_balancer_param (mod_proxy.c), set_worker_hc_param (mod_proxy_hcheck.c); tried on
    httpd 2.4.71.
    """
    for use in uses(context):
        reading = use.reading
        if reading is None or not reading.refused or special(use):
            continue
        if use.key == "status" and not _always_refused(use):
            continue
        if use.key == "loadfactor" and context.version == Version(2, 4, 28) and "2.4.28" in reading.refused:
            continue
        yield Found(
            use.place,
            f'httpd refuses to start with "{use.text}": {reading.refused}',
            help=_allowed(use),
        )


def _always_refused(use: Use) -> bool:
    assert use.parameter is not None
    return bool(check(use.parameter, use.param.value).refused)


def _allowed(use: Use) -> str | None:
    parameter = use.parameter
    assert parameter is not None
    text = f"Without it: {parameter.default}." if parameter.default else None
    if parameter.kind == "status":
        return "The letters are D, S, I, H, R, E, N and C, with + or - before them."
    return text


@rule("WK033", "status-letter-old", "error", references=(_PARAMETERS,))
def status_letter_old(context: Context) -> Iterator[Found]:
    """A status letter that this httpd does not know yet.

    R (hot spare) came with 2.4.34 and C (failed by a health check) with 2.4.21; an older httpd refuses to start.
    Silent where the version of httpd is not known.

    Fires on::

        # options: --httpd-version 2.4.29
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080" status=+R
        </Proxy>

    Write instead::

        # options: --httpd-version 2.4.29
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080" status=+H
        </Proxy>

    Source: CHANGES of 2.4.34 and 2.4.21, ap_proxy_set_wstatus (proxy_util.c).
    """
    if context.version is None:
        return
    for use in uses(context, "status"):
        if use.reading is None or not use.reading.refused or _always_refused(use):
            continue
        letter, since = ("R", "2.4.34") if "r" in use.param.value.lower() else ("C", "2.4.21")
        yield Found(
            use.place,
            f'the status letter {letter} in "{use.text}" came with httpd {since}: {context.version} refuses to start',
            help=f"Use H (hot standby), or httpd {since} or later."
            if letter == "R"
            else f"Remove it, or use httpd {since} or later.",
        )


@rule("WK034", "loadfactor-decimal", "error", references=(_PARAMETERS,))
def loadfactor_decimal(context: Context) -> Iterator[Found]:
    """A load factor with decimals on an httpd that takes whole numbers only.

    Before 2.4.28 httpd drops the decimals: `1.5` is 1, and the load is shared in another way than written. 2.4.28
    itself refuses every load factor above 1. Silent where the version of httpd is not known.

    Fires on::

        # options: --httpd-version 2.4.25
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" loadfactor=1.5
            BalancerMember "http://10.0.0.6:8080"
        </Proxy>

    Write instead::

        # options: --httpd-version 2.4.25
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" loadfactor=3
            BalancerMember "http://10.0.0.6:8080" loadfactor=2
        </Proxy>

    Source: CHANGES of 2.4.28 and 2.4.29, set_worker_param (mod_proxy.c).
    """
    if context.version is None or not context.before("2.4.29"):
        return
    for use in uses(context, "loadfactor"):
        if use.scope != "worker" or use.reading is None:
            continue
        if use.reading.refused:
            if context.version == Version(2, 4, 28) and "2.4.28" in use.reading.refused:
                yield Found(
                    use.place,
                    f'httpd 2.4.28 refuses to start with "{use.text}": it takes no load factor above 1',
                    help="Use httpd 2.4.29 or later.",
                )
        elif (
            context.before("2.4.28")
            and use.reading.dropped.strip("0").startswith(".")
            and use.reading.dropped.strip(".0")
        ):
            yield Found(
                use.place,
                f'"{use.text}" is {use.reading.value} for httpd {context.version}, which drops the decimals',
                help="Use whole numbers in the same proportion, or httpd 2.4.29 or later.",
                severity="warning",
            )
