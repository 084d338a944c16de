"""Backends behind mod_proxy_uwsgi and mod_proxy_scgi that answer before they have read the whole body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_LOGGED = {"uwsgi": "AH10098", "scgi": "AH00858"}
"""By scheme, what httpd logs when it cannot send."""


@rule(
    "BE020",
    "early-response-lost",
    "info",
    advice=True,
    references=("https://httpd.apache.org/docs/2.4/mod/mod_proxy_uwsgi.html",),
)
def early_response_lost(context: Context) -> Iterator[Found]:
    """httpd loses a response that this backend sends before it has read the whole body.

    mod_proxy_uwsgi and mod_proxy_scgi send the whole body of a request before they read the response. If the backend
    answers and closes the connection first, the next write fails, and httpd answers 503 (AH10098 or AH00858). If it
    sends a long response first, both sides wait until the timeout. An application that does not read the body of a
    POST is enough: through uWSGI over a Unix socket, up to 7 of 1000 POSTs failed, and every POST whose body came late.

    Only the application tells whether it reads every body, so the rule is off unless asked for. It reports each scheme
    once, at its first target. It is silent on other schemes, among them `fcgi://` (`uwsgi-fcgi-eof`).

    Patch httpd with the set uwsgi-early-response or scgi-early-response, let the application read every body, or speak
    FastCGI to uWSGI 2.0.5 or later, which reads the body to its end.

    Fires on::

        # options: --httpd-version 2.4.68
        ProxyPass "/app/" "unix:/run/app.sock|uwsgi://app/"

    Fires on (SCGI)::

        # options: --httpd-version 2.4.68
        ProxyPass "/app/" "scgi://app.internal:4000/"

    Write instead::

        # options: --uwsgi-version 2.0.30
        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"

    Silent on (another protocol)::

        # options: --httpd-version 2.4.68
        ProxyPass "/app/" "http://app.internal:8080/"

    Source: uwsgi_send_body (mod_proxy_uwsgi.c, 2.4.30 to 2.4.68) and send_request_body (mod_proxy_scgi.c, 2.4.0 to
    2.4.68); the scenarios uwsgi-early-response and scgi-early-response, on httpd 2.4.71.
    """
    for scheme, number in _LOGGED.items():
        targets = context.targets.get(scheme, ())
        if targets:
            first = targets[0]
            what = f'httpd answers 503 ({number}) if "{first.text}"'
            yield Found(
                first.place,
                f"{what} answers before it has read the whole body of a request",
                help=f'Patch httpd ("hpatch set show {scheme}-early-response") or let the application read every body.',
                node=first.node,
            )
