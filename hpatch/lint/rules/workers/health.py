"""Health checks of balancer members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import uses, uses_where
from hpatch.lint.rules.workers.balancers import whole
from hpatch.proxy.model import Balancer

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.params import Use

_HCHECK = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_hcheck.html"
_MODULE = "proxy_hcheck_module"
_DEFINED_BY = {"hctemplate": "ProxyHCTemplate", "hcexpr": "ProxyHCExpr"}


@rule("WK023", "hc-no-module", "error", references=(_HCHECK,))
def hc_no_module(context: Context) -> Iterator[Found]:
    """A health-check parameter needs mod_proxy_hcheck, which is not loaded.

    mod_proxy leaves `hcmethod`, `hcinterval` and the other health-check parameters to mod_proxy_hcheck. Without that
    module httpd refuses to start ("unknown Worker parameter"). mod_proxy_hcheck itself needs mod_watchdog.

    The confidence is lower when only the LoadModule lines of the configuration are known, because the module may be
    compiled into httpd.

    Load mod_proxy_hcheck and mod_watchdog, or remove the parameter.

    Fires on::

        # options: --modules proxy_module,proxy_http_module,proxy_balancer_module,lbmethod_byrequests_module
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=TCP
        </Proxy>

    Write instead::

        # options: --modules all
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=TCP
        </Proxy>

    Source: set_worker_param (mod_proxy.c); tested on httpd 2.4.71.
    """
    has = context.configuration.modules.has(_MODULE)
    if has or (has is None and not whole(context)):
        return
    for use in uses_where(
        context, lambda written: written.parameter is not None and written.parameter.module == _MODULE
    ):
        parameter = use.parameter
        if parameter is None or parameter.module != _MODULE or use.server is None:
            continue
        if context.version is not None and parameter.since is not None and context.version < parameter.since:
            continue
        yield Found(
            use.place,
            f'"{use.text}" needs mod_proxy_hcheck, which is not loaded: httpd refuses to start',
            help=f"Load {_MODULE} and watchdog_module.",
            confidence="high" if has is False else "medium",
        )


@rule("WK024", "hc-order", "error", references=(f"{_HCHECK}#proxyhctemplate",))
def hc_order(context: Context) -> Iterator[Found]:
    """A health-check template or expression is not defined above the line that names it.

    httpd looks `hctemplate` and `hcexpr` up while it reads their line, and only in the same server. It refuses to start
    if the definition comes later, or stands only in the main server.

    In a part of a configuration, what is not defined may be defined in another file. The severity is then info, outside
    a virtual host.

    Move ProxyHCTemplate or ProxyHCExpr above the line, into the same server.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hctemplate=tcp5
        </Proxy>
        ProxyHCTemplate tcp5 hcmethod=TCP hcinterval=5

    Write instead::

        ProxyHCTemplate tcp5 hcmethod=TCP hcinterval=5
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hctemplate=tcp5
        </Proxy>

    Source: set_worker_hc_param (mod_proxy_hcheck.c); tested on httpd 2.4.71.
    """
    named = [use for use in uses(context, *_DEFINED_BY) if use.parameter is not None]
    if not named:
        return
    order = {id(node): index for index, node in enumerate(context.configuration.walk())}
    defined: dict[tuple[str, str], list[Node]] = {}
    for key, directive in _DEFINED_BY.items():
        for node in context.configuration.find(directive.lower()):
            defined.setdefault((key, node.words[0].lower() if node.words else ""), []).append(node)
    for use in named:
        if "${" in use.param.value:
            continue
        node = use.param.node
        found = defined.get((use.key, use.param.value.lower()), [])
        host = node.inside("<virtualhost")
        if any(one.inside("<virtualhost") is host and order[id(one)] < order[id(node)] for one in found):
            continue
        yield _undefined(use, found, context)


def _undefined(use: Use, found: list[Node], context: Context) -> Found:
    directive = _DEFINED_BY[use.key]
    host = use.param.node.inside("<virtualhost")
    same = [node for node in found if node.inside("<virtualhost") is host]
    where = "is defined below this line" if same else "is defined in another server" if found else "is not defined"
    # httpd looks only in the same server: what a virtual host lacks no other file can give it.
    sure = bool(found) or host is not None or whole(context)
    return Found(
        place=use.place,
        message=f'the {directive} of "{use.text}" {where}: httpd refuses to start'
        if sure
        else f'the {directive} of "{use.text}" is not defined in the files that were read: without it httpd refuses '
        "to start",
        related=tuple(Related(node.place, "it is defined here") for node in (same or found)[:1]),
        help=f"Move the {directive} above this line, into the same server.",
        severity=None if sure or context.configuration.whole else "info",
        confidence="high" if sure else "medium",
    )


@rule("WK025", "hc-method", "error", references=(_HCHECK,))
def hc_method(context: Context) -> Iterator[Found]:
    """httpd does not support this health-check method.

    httpd refuses to start with a method that it does not know. It knows NONE, TCP, OPTIONS, HEAD and GET; CPING (for
    ajp) from 2.4.49; OPTIONS11, HEAD11 and GET11 from 2.4.55. It refuses PROVIDER too: the name is defined, but nothing
    implements it.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=POST
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=GET hcuri=/health
        </Proxy>

    Source: set_worker_hc_param and the table of methods (mod_proxy_hcheck.c, proxy_util.c), CHANGES of 2.4.49 and
    2.4.55; tested on httpd 2.4.71.
    """
    for use in uses(context, "hcmethod"):
        if use.reading is not None and use.reading.refused:
            yield Found(
                use.place,
                f'httpd{f" {context.version}" if context.version else ""} refuses to start with "{use.text}": '
                f"{use.reading.refused}",
                help=_newer(use),
            )


_TCP = ("tcp", "cping")
_ASKING = ("hcuri", "hcexpr")


@rule("WK036", "hc-method-unfit", "warning", references=(_HCHECK,))
def hc_method_unfit(context: Context) -> Iterator[Found]:
    """The health check does not fit the member, or a part of it has no effect.

    - `hcmethod=CPING` sends an AJP message. A member of another protocol does not answer it, so that every check fails.
      httpd takes the member out of service, and a balancer without another member answers with 503. This is an error.
    - `hcuri` and `hcexpr` belong to an HTTP request. `hcmethod=TCP` only opens a connection and CPING sends no URL, so
      the member stays in service whatever that URL answers.
    - Without `hcmethod` httpd checks nothing, whatever `hcuri` and `hcexpr` say.

    Use `hcmethod=GET` or `HEAD` for a member that speaks HTTP, and TCP without `hcuri` for others.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=CPING
        </Proxy>

    Fires on (a TCP check asks for no URL)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=TCP hcuri=/health
        </Proxy>

    Fires on (nothing is checked)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcuri=/health
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=GET hcuri=/health
        </Proxy>

    Silent on (ajp answers CPING)::

        <Proxy "balancer://app">
            BalancerMember "ajp://10.0.0.5:8009" hcmethod=CPING
        </Proxy>

    Source: hc_check, hc_check_cping and hc_check_tcp (mod_proxy_hcheck.c); tested on httpd 2.4.71.
    """
    concerned = uses(context, "hcmethod", "hctemplate", *_ASKING)
    if not concerned:
        return
    by_owner = _by_owner(concerned)
    templates = _templates(context, by_owner)
    for given in by_owner.values():
        yield from _unfit(given, templates)


def _by_owner(concerned: list[Use]) -> dict[int, dict[str, Use]]:
    """The parameters of each member, balancer or template, by its identity."""
    found: dict[int, dict[str, Use]] = {}
    for use in concerned:
        if use.parameter is not None:
            found.setdefault(id(use.param.node if use.owner is None else use.owner), {})[use.key] = use
    return found


def _templates(context: Context, by_owner: dict[int, dict[str, Use]]) -> dict[tuple[int, str], dict[str, Use]]:
    """The parameters of each ProxyHCTemplate, by its server and its name."""
    return {
        (id(node.inside("<virtualhost")), node.words[0].lower()): by_owner.get(id(node), {})
        for node in context.configuration.find("proxyhctemplate")
        if node.words
    }


def _unfit(given: dict[str, Use], templates: dict[tuple[int, str], dict[str, Use]]) -> Iterator[Found]:
    """What does not fit, of the parameters of a member or a template."""
    worker = next(iter(given.values())).owner
    if isinstance(worker, Balancer) or (worker is not None and worker.balancer is None):
        # Other rules report those.
        return
    every = _with_template(given, templates)
    if every is None:
        return
    method = every.get("hcmethod")
    if method is not None and (method.reading is None or method.reading.refused):
        return
    name = "none" if method is None else method.param.value.lower()
    if name == "cping" and worker is not None and worker.target.scheme != "ajp" and not worker.target.variables:
        use = given.get("hcmethod") or given.get("hctemplate")
        assert use is not None
        yield Found(
            use.place,
            f'"{use.text}" asks "{worker.target.text}" in AJP, which it does not speak: every health check fails, and '
            "httpd takes the member out of service",
            help="Use hcmethod=GET, HEAD or TCP.",
            severity="error",
        )
    if name not in _TCP and (name != "none" or worker is None):
        return
    for use in (given[key] for key in _ASKING if key in given):
        why = "nothing sets hcmethod, so httpd checks nothing" if name == "none" else f"hcmethod={name} asks for no URL"
        yield Found(
            use.place,
            f'"{use.text}" has no effect: {why}',
            help="Set hcmethod=GET, or remove the parameter.",
        )


_HTTP = frozenset(("get", "head", "options", "get11", "head11", "options11"))


@rule("WK039", "hc-no-uri", "error", references=(_HCHECK,))
def hc_no_uri(context: Context) -> Iterator[Found]:
    """The health check asks for no path at all: its request line is `GET  HTTP/1.0`.

    httpd builds the path of a health check from the path of the member's URL and `hcuri`. If both are missing, the
    request has no target. Backends answer it with 400, or close the connection. The member is then out of service for
    ever, and the balancer answers with 503.

    Name a path with `hcuri`.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=GET
        </Proxy>

    Fires on (the template brings the method, and no path)::

        ProxyHCTemplate web hcmethod=HEAD hcinterval=5
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hctemplate=web
        </Proxy>

    Write instead::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=GET hcuri=/health
        </Proxy>

    Silent on (the member's URL has a path)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080/" hcmethod=GET
        </Proxy>

    Source: hc_get_hcworker and hc_check_http (mod_proxy_hcheck.c); tested on httpd 2.4.71.
    """
    concerned = uses(context, "hcmethod", "hctemplate", "hcuri")
    if not concerned:
        return
    by_owner = _by_owner(concerned)
    templates = _templates(context, by_owner)
    for given in by_owner.values():
        worker = next(iter(given.values())).owner
        if worker is None or isinstance(worker, Balancer) or worker.balancer is None:
            continue
        every = _with_template(given, templates)
        method = None if every is None else every.get("hcmethod")
        if every is None or method is None or method.param.value.lower() not in _HTTP:
            continue
        asked = every.get("hcuri")
        if worker.target.path or (asked is not None and asked.param.value):
            continue
        use = given.get("hcmethod") or given["hctemplate"]
        yield Found(
            use.place,
            f'the health check of "{worker.target.text}" asks for no path: its request has no target, and a '
            "backend that answers with 400 stays out of service",
            help="Name the path to ask for: hcuri=/health.",
        )


def _with_template(given: dict[str, Use], templates: dict[tuple[int, str], dict[str, Use]]) -> dict[str, Use] | None:
    """A member's health-check parameters and those of its template; None if the template is not known."""
    template = given.get("hctemplate")
    if template is None:
        return given
    server = id(template.param.node.inside("<virtualhost"))
    known = templates.get((server, template.param.value.lower()))
    return None if known is None else {**known, **given}


def _newer(use: Use) -> str | None:
    first = use.parameter.values.get(use.param.value.lower()) if use.parameter else None
    return None if first is None else f"{use.param.value} came with httpd {first}."


@rule("WK052", "hc-any-answer", "info", advice=True, confidence="medium", references=(_HCHECK,))
def hc_any_answer(context: Context) -> Iterator[Found]:
    """The health check takes the member out of service if the page answers with 401, 403 or 404.

    Without `hcexpr`, a check passes if the answer is 2xx or 3xx. A page that wants a login, or that the application
    does not have, fails for ever, and the balancer answers with 503, although the application works.

    The rule reports members that are asked for a page (`hcuri`) without `hcexpr`. Only the backend knows what it
    answers: try the page without a login.

    Ask for a page that everybody may see, or say with ProxyHCExpr which answers are good.

    Fires on::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=GET hcuri=/manager/html
        </Proxy>

    Write instead::

        ProxyHCExpr alive {%{REQUEST_STATUS} =~ /^[234]/}
        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=GET hcuri=/manager/html hcexpr=alive
        </Proxy>

    Silent on (it asks for no page)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080" hcmethod=TCP
        </Proxy>

    Source: the mod_proxy_hcheck documentation (ProxyHCExpr), hc_check_http (mod_proxy_hcheck.c); tested on httpd
    2.4.71.
    """
    concerned = uses(context, "hcmethod", "hctemplate", "hcuri", "hcexpr")
    if not concerned:
        return
    by_owner = _by_owner(concerned)
    templates = _templates(context, by_owner)
    for given in by_owner.values():
        worker = next(iter(given.values())).owner
        if worker is None or isinstance(worker, Balancer) or worker.balancer is None:
            continue
        every = _with_template(given, templates)
        if every is None or "hcexpr" in every or "hcuri" not in every:
            continue
        method, asked = every.get("hcmethod"), every["hcuri"]
        if method is None or method.param.value.lower() not in _HTTP:
            continue
        use = given.get("hcuri") or given["hctemplate"]
        yield Found(
            use.place,
            f'"{worker.target.text}" goes out of service if "{asked.param.value}" answers with 401, 403 or 404',
            help="Ask for a page that everybody may see, or add hcexpr.",
        )
