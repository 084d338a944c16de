"""Parameters that httpd does not know, or whose values it does not accept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.facts.parameters import BALANCER, MAPPING, WORKER
from hpatch.facts.versions import since
from hpatch.lint.found import Fix, Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import Use, Written, changed, dropped, uses, uses_where
from hpatch.proxy.parameters import ONE_AT_MOST, check

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
    """The thing that the line sets parameters of."""
    return {"worker": "a worker", "balancer": "a balancer", "mapping": "a mapping"}[use.scope]


@rule("WK006", "param-unknown", "error", references=(_PARAMETERS,), fix="unsafe")
def param_unknown(context: Context) -> Iterator[Found]:
    """httpd does not know this parameter.

    httpd refuses to start. Its error message can mislead: for ProxyPass it does not name the parameter, and with
    mod_proxy_hcheck loaded it says `unknown Worker hcheck parameter` for any unknown one.

    Correct the spelling, or remove the parameter.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" conectiontimeout=5

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" connectiontimeout=5

    Source: set_worker_param and set_balancer_param (mod_proxy.c), set_worker_hc_param (mod_proxy_hcheck.c) of every
    release; tested on httpd 2.4.71.
    """
    for use in uses_where(context, lambda written: written.parameter is None):
        if "${" in use.param.key:
            continue
        if use.server is not None and _elsewhere(use):
            continue
        known: list[str] = sorted({**WORKER, **MAPPING} if use.scope == "worker" else BALANCER)
        what = _whose(use)
        if use.server is None:
            known, what = [key for key in known if key.startswith("hc")], "a health-check template"
        yield _unknown(use, known, what)


def _unknown(use: Use, known: list[str], what: str) -> Found:
    from hpatch.suggest import closest, sure

    near = closest(use.key, known)
    return Found(
        use.place,
        f'"{use.param.key}" is not a parameter of {what}: httpd refuses to start',
        help=f'Did you mean "{near}"?' if near is not None else f"Use one of {', '.join(known)}.",
        fix=None
        if near is None or not sure(use.key, near)
        else changed(use.param.node, use.place, use.text, f"{near}={use.param.value}", f'write "{near}"'),
    )


@rule("WK007", "param-too-new", "error", references=(_PARAMETERS,), fix="unsafe")
def param_too_new(context: Context) -> Iterator[Found]:
    """This httpd version does not know the parameter yet.

    httpd refuses to start.

    The rule is silent when the version of httpd is not known.

    Remove the parameter, or upgrade httpd.

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
    for use in uses_where(
        context, lambda written: written.parameter is not None and written.parameter.since is not None
    ):
        parameter = use.parameter
        if parameter is None or parameter.since is None:
            continue
        if context.version < parameter.since:
            yield Found(
                use.place,
                f'"{use.param.key}" needs httpd {parameter.since}: httpd {context.version} refuses to start',
                help=f"Remove it, or use httpd {parameter.since} or later.",
                fix=dropped(use, f'remove "{use.param.key}"', safe=False),
            )


@rule("WK008", "param-wrong-scope", "error", references=(_PARAMETERS,))
def param_wrong_scope(context: Context) -> Iterator[Found]:
    """A worker's parameter is set on a balancer, or a balancer's on a worker.

    httpd refuses to start.

    - Parameters of one backend belong to the member: `max`, `timeout` as an I/O timeout, `route`, `loadfactor` …
    - Parameters for choosing a member belong to the balancer: `lbmethod`, `stickysession`, `maxattempts` …
    - `mapping` belongs to ProxyPass.

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

    Source: set_worker_param and set_balancer_param (mod_proxy.c); tested on httpd 2.4.71.
    """
    for use in uses_where(context, lambda written: written.parameter is None):
        if use.server is None or not _elsewhere(use):
            continue
        if use.scope == "balancer":
            where = "Move it to the BalancerMember lines" if use.key in WORKER else "Move it to the ProxyPass line"
            whose = "a worker" if use.key in WORKER else "a mapping"
        elif use.key in BALANCER:
            where, whose = "Set it on the balancer, with ProxySet", "a balancer"
        else:
            where, whose = "Move it to the ProxyPass line", "a mapping"
        yield Found(
            use.place,
            f'"{use.param.key}" is a parameter of {whose}, but this is {_whose(use)}: httpd refuses to start',
            help=f"{where}.",
        )


def special(use: Use) -> bool:
    """Whether another rule reports a refused value."""
    assert use.parameter is not None
    kind, text = use.parameter.kind, use.param.value
    if kind in ("duration", "whole"):
        return re.match(_MINUTE, text) is not None
    if kind == "bytes":
        return re.match(_BYTES, text) is not None
    return use.key in ("hcmethod", "stickysession")


@rule("WK012", "param-range", "error", references=(_PARAMETERS,))
def param_range(context: Context) -> Iterator[Found]:
    """httpd does not accept the value of this parameter.

    httpd refuses to start with a number that is out of range, a word that it does not know, or a text that is too long.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=0

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" timeout=1

    Source: set_worker_param and set_balancer_param (mod_proxy.c), set_worker_hc_param (mod_proxy_hcheck.c); tested on
    httpd 2.4.71.
    """
    for use in uses_where(context, lambda written: written.refused):
        reading = use.reading
        if reading is None or not reading.refused or special(use):
            continue
        if use.key == "status" and not _always_refused(use):
            continue
        if reading.refused == ONE_AT_MOST:
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
    text = f"The default is: {parameter.default}." if parameter.default else None
    if parameter.kind == "status":
        return "Use the letters D, S, I, H, R, E, N and C, with + or - before them."
    return text


@rule("WK033", "status-letter-old", "error", references=(_PARAMETERS,), fix="unsafe")
def status_letter_old(context: Context) -> Iterator[Found]:
    """This httpd version does not know the status letter yet.

    httpd refuses to start. R (hot spare) needs httpd 2.4.34, and C (failed by a health check) needs 2.4.21.

    The rule is silent when the version of httpd is not known.

    Use H (hot standby) instead of R, or upgrade httpd.

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
    for use in uses(context, "status"):
        if use.reading is None or not use.reading.refused or _always_refused(use):
            continue
        letter = "R" if "r" in use.param.value.lower() else "C"
        first = WORKER["status"].values[letter.lower()]
        yield Found(
            use.place,
            f'the status letter {letter} in "{use.text}" needs httpd {first}: httpd {context.version} refuses to start',
            help=f"Use H (hot standby), or httpd {first} or later."
            if letter == "R"
            else f"Remove it, or use httpd {first} or later.",
            fix=_standby(use) if letter == "R" else None,
        )


def _standby(use: Use) -> Fix | None:
    text = f"{use.param.key}={use.param.value.replace('R', 'H').replace('r', 'h')}"
    return changed(use.param.node, use.place, use.text, text, f'write "{text}"')


@rule("WK034", "loadfactor-decimal", "error", references=(_PARAMETERS,))
def loadfactor_decimal(context: Context) -> Iterator[Found]:
    """This httpd version reads only whole numbers as a load factor.

    Before 2.4.28, httpd drops the decimals: `1.5` becomes 1, so members get another share of the requests than written.
    httpd 2.4.28 itself refuses to start with any load factor above 1.

    The rule is silent when the version of httpd is not known.

    Use whole numbers in the same proportion, or upgrade httpd to 2.4.29 or later.

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

    Silent on (2.4.29 reads decimals)::

        # options: --httpd-version 2.4.29
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" loadfactor=1.5
            BalancerMember "http://10.0.0.6:8080"
        </Proxy>

    Source: CHANGES of 2.4.28 and 2.4.29, set_worker_param (mod_proxy.c).
    """
    if not context.before("loadfactor-above-one"):
        return
    for use in uses(context, "loadfactor"):
        if use.scope != "worker" or use.reading is None:
            continue
        if use.reading.refused:
            if use.reading.refused == ONE_AT_MOST:
                yield Found(
                    use.place,
                    f'httpd {context.version} refuses to start with "{use.text}": it does not accept a load factor '
                    "above 1",
                    help=f"Use httpd {since('loadfactor-above-one')} or later.",
                )
        elif (
            context.before("loadfactor-decimals")
            and use.reading.dropped.strip("0").startswith(".")
            and use.reading.dropped.strip(".0")
        ):
            yield Found(
                use.place,
                f'httpd {context.version} drops the decimals of "{use.text}" and uses {use.reading.value}',
                help=f"Use whole numbers in the same proportion, or httpd {since('loadfactor-above-one')} or later.",
                severity="warning",
            )


@rule("WK055", "param-quoted", "error", references=(_PARAMETERS,), fix="unsafe")
def param_quoted(context: Context) -> Iterator[Found]:
    """The quotation marks belong to the value: httpd takes `max="10"` for no number, and `route="a"` for another route.

    httpd removes quotation marks only where a word begins with one. In `key="value"` they stay, and httpd says nothing:
    a number becomes 0, which stands for no limit; a cookie, a route and a secret get two signs that no client, backend
    or member has. Sessions then go to any member, and Tomcat answers with 403.

    The rule is silent where httpd refuses the value: then param-range or another rule reports it.

    Remove the quotation marks, or put them around the whole word: `"max=10"`.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/" max="10"

    Fires on (a cookie)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" route=a
            BalancerMember "http://10.0.0.6:8080" route=b
            ProxySet stickysession="JSESSIONID"
        </Proxy>
        ProxyPass "/" "balancer://app/"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/" max=10

    Silent on (around the whole word)::

        ProxyPass "/" "http://10.0.0.5:8080/" "max=10"

    Source: ap_getword_conf (util.c), set_worker_param and set_balancer_param (mod_proxy.c); tested on httpd 2.4.71.
    """
    for use in uses_where(context, _keeps_quotes):
        number = use.reading is not None and isinstance(use.reading.value, int | float)
        bare = use.param.value.strip("\"'")
        text = f"{use.param.key}={bare}"
        yield Found(
            use.place,
            f"httpd takes the quotation marks of {use.text} for a part of the value: "
            + ("it is 0" if number else "it is another one"),
            help=f"Write {text}.",
            fix=changed(use.param.node, use.place, use.text, text, f'write "{text}"') if bare else None,
        )


def _keeps_quotes(written: Written) -> bool:
    """Whether a value that httpd accepts begins with a quotation mark."""
    reading = written.reading
    if reading is None or reading.refused:
        return False
    text = reading.value if isinstance(reading.value, str) else reading.dropped
    return text.startswith(('"', "'"))
