"""An nginx is tried as the gateway, with the lab's responder behind it."""

from __future__ import annotations

from itertools import product

from hpatch.build.nginx.installed import said
from hpatch.errors import ToolError
from hpatch.lab import smoke
from hpatch.lab.gateways import nginx
from hpatch.lab.model import Cell, GatewaySpec
from hpatch.lab.net import nginx as nets
from hpatch.lab.net.model import NetResult
from hpatch.lab.smoke import TRANSPORTS, SmokeCheck
from hpatch.lab.trying.model import Tell


class NginxTrying:
    """Of nginx."""

    def cell(self, made: GatewaySpec, cell: Cell) -> Cell:
        """With this nginx."""
        return cell._replace(gateway=made)

    def checks(self, made: GatewaySpec, tell: Tell) -> tuple[SmokeCheck, ...]:
        """It serves a page, and reaches backends."""
        try:
            schemes = nginx.schemes(said(nginx.program_of(made)))
        except ToolError as error:
            return (SmokeCheck("start", "failed", str(error)),)
        ways = tuple(product(schemes, TRANSPORTS))
        return smoke.tried(made, ways, lambda folder: f'location = /page.txt {{ root "{folder}"; }}', tell=tell)

    def compare(self, before: GatewaySpec, after: GatewaySpec, tell: Tell) -> NetResult:
        """Requests of all kinds."""
        return nets.compare(before, after, tell=tell)
