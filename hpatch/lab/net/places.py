"""Where httpd of the net is more than a ProxyPass: places with other directives, and balancers."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.lab.gateways import httpd
from hpatch.lab.model import Address, Route
from hpatch.lab.net.model import Way
from hpatch.lab.net.ways import Ways

PAGE = "A page of httpd itself"
_PATIENT = 60
"""Seconds that these places wait: longer than ProxyTimeout."""
_PATHINFO = ("full", "unescape", "first-dot", "last-dot")
_VARIABLES = {
    "sendcl": "proxy-sendcl=1",
    "sendchunked": "proxy-sendchunked=1",
    "http10": "force-proxy-request-1.0=1",
    "nokeepalive": "proxy-nokeepalive=1",
    "suppress": "proxy-interim-response=Suppress",
    **{f"pathinfo-{how}": f"proxy-fcgi-pathinfo={how}" for how in _PATHINFO},
}
"""By the target's first part, what decides how mod_proxy and its modules send it."""


def variables() -> Iterator[str]:
    """The lines for the whole server."""
    yield "<IfModule setenvif_module>"
    for name, setting in _VARIABLES.items():
        yield f'SetEnvIf Request_URI "-configured/{name}" {setting}'
    yield 'SetEnvIf Request_URI "-configured/(var)iables" NET_IF=$1'
    yield "</IfModule>"


def lines(way: Way, number: int, address: Address, nobody: Address, ways: Ways) -> Iterator[str]:
    """The lines for a way."""
    yield f'ProxyPass "{way.configured}excluded" "!"'
    yield f'ProxyPassMatch "^{way.configured}[ab]xcluded" "!"'
    parameters = {"flushpackets": "on", "timeout": str(_PATIENT)}
    yield httpd.mapping(Route(way.configured, way.scheme, address, parameters), f"127.0.5.{number + 1}", "/app/")
    yield f'<Location "{way.configured}">'
    if way.scheme != "https":  # the backend's certificate is for another name
        yield "ProxyPreserveHost On"
    yield "ProxyErrorOverride On"
    for status in (401, 404, 503):
        yield f'ErrorDocument {status} "{PAGE}"'
    yield 'ProxyPassReverse "http://backend.example/app/"'
    yield 'ProxyPassReverseCookieDomain "backend.example" "front.example"'
    yield 'ProxyPassReverseCookiePath "/app/" "/front/"'
    yield "<IfModule env_module>"
    yield 'SetEnv NET_SET "a value"'
    yield 'SetEnv AJP_NET_SET "a value"'
    yield "</IfModule>"
    if way.scheme == "fcgi" and ways.fits_variables:
        yield 'ProxyFCGISetEnvIf "true" NET_FITTED "%{REQUEST_METHOD}"'
        yield 'ProxyFCGISetEnvIf "true" "!SERVER_ADMIN"'
    yield "</Location>"
    handled = httpd.url(Route(way.handled, way.scheme, address), f"127.0.6.{number + 1}")
    yield f'<Location "{way.handled}">'
    yield f'SetHandler "proxy:{handled}"'
    yield "</Location>"
    raw = httpd.mapping(Route(way.raw, way.scheme, address), f"127.0.7.{number + 1}", "/raw/")
    yield f"{raw} nocanon"
    if ways.balances and way.transport == "tcp":
        yield from _balancers(way, address, nobody)


def _balancers(way: Way, address: Address, nobody: Address) -> Iterator[str]:
    """Two members at the backend, and one where nobody is, which is tried again each time; and one that fails."""
    here = httpd.url(Route("", way.scheme, address), "")
    gone = httpd.url(Route("", way.scheme, nobody), "")
    for title, members in (
        ("turns", (f"{gone}gone/ route=gone retry=0", f"{here}one/ route=one", f"{here}two/ route=two")),
        ("sticky", (f"{here}one/s/ route=one", f"{here}two/s/ route=two")),
        ("failing", (f"{here}one/f/ retry=0",)),
    ):
        yield f'<Proxy "balancer://{way.place}-{title}">'
        for member in members:
            url, *words = member.split(" ")
            yield " ".join((f'BalancerMember "{url}"', *words))
        yield "</Proxy>"
    yield from (
        f'ProxyPass "{way.balanced}turns/" "balancer://{way.place}-turns/"',
        f'ProxyPass "{way.balanced}sticky/" "balancer://{way.place}-sticky/" stickysession=NETROUTE',
        f'ProxyPass "{way.balanced}failing/" "balancer://{way.place}-failing/" failonstatus=503 forcerecovery=Off',
    )
