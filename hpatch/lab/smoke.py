"""Whether an httpd does what it is for: it starts, serves a page, and reaches backends by each scheme that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hpatch.catalog.model import Catalog, PatchSet
from hpatch.errors import ToolError
from hpatch.httpd.installed import Installed, ask
from hpatch.lab import private
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import outcome, request, talk
from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec, Scheme, Transport, Verdict
from hpatch.lab.session import Session

SCHEMES: tuple[Scheme, ...] = ("http", "fcgi", "scgi", "uwsgi")
"""Those that the lab's responder speaks."""
TRANSPORTS: tuple[Transport, ...] = ("unix", "tcp")
_PAGE = b"a page\n"


class Check(NamedTuple):
    """One thing that an httpd is to do; `why` is what was seen."""

    name: str
    verdict: Verdict
    why: str


def schemes(spec: GatewaySpec) -> tuple[Scheme, ...]:
    """The schemes that an httpd has a module for, of those that the lab speaks. Raises ToolError."""
    program = httpd.program_of(spec)
    installed = ask(str(program))
    have = {name.removesuffix(".c").removeprefix("mod_") for name in installed.static} | set(spec.modules)
    folder = modules.folder(program)
    if folder is not None:
        have |= {path.stem.removeprefix("mod_") for path in folder.glob("mod_*.so")}
    return tuple(scheme for scheme in SCHEMES if f"proxy_{scheme}" in have)


def checks(
    spec: GatewaySpec,
    transports: Sequence[Transport] = TRANSPORTS,
    requests: int = 5,
    tell: Callable[[str], None] = lambda text: None,
) -> tuple[Check, ...]:
    """Try all of it. An httpd that does not start has failed, and nothing else can be tried."""
    found: list[Check] = []
    try:
        tell("a page")
        found.append(_page(spec))
        for scheme in schemes(spec):
            for transport in transports:
                tell(f"{scheme} over {transport}")
                found.append(_proxied(spec, scheme, transport, requests))
    except ToolError as error:
        found.append(Check("start", "failed", str(error)))
    return tuple(found)


def _page(spec: GatewaySpec) -> Check:
    with Session() as session:
        folder = session.folder / "pages"
        folder.mkdir()
        private.share(folder)
        (folder / "page.txt").write_bytes(_PAGE)
        (folder / "page.txt").chmod(0o644)
        gateway = session.gateway(spec, (), [f'DocumentRoot "{folder}"'])
        answer = talk(gateway.port, request("/page.txt"))
        if answer.status == 200 and answer.whole and answer.body == _PAGE:
            return Check("page", "passed", "200, all of it")
        return Check("page", "failed", f"{answer.status or 'no answer'}, {len(answer.body)} bytes of {len(_PAGE)}")


def _proxied(spec: GatewaySpec, scheme: Scheme, transport: Transport, requests: int) -> Check:
    name = f"{scheme} {transport}"
    with Session() as session, responder(session.address(transport, scheme), scheme) as backend:
        try:
            gateway = session.gateway(spec, [backend.route("/p/")])
        except ToolError as error:
            return Check(name, "cannot-run", str(error))
        scripts = [request("/p/"), request("/p/", b"0123456789")]
        ends = [outcome(talk(gateway.port, scripts[number % 2]), CONTENT) for number in range(requests)]
        full = ends.count("full")
        others = ", ".join(f"{ends.count(one)} {one}" for one in dict.fromkeys(ends) if one != "full")
        why = f"{full} of {requests} full" + (f", {others}" if others else "")
        return Check(name, "passed" if full == requests else "failed", why)


def claimed(catalog: Catalog, installed: Installed, recorded: Sequence[str]) -> Iterator[PatchSet]:
    """The sets that an httpd must have, by its version or because it was built with them."""
    for one in catalog.sets:
        if one.project != "httpd":
            continue
        if one.id in recorded or (one.contained is not None and one.contained.covers(installed.version)):
            yield one
