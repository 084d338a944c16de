"""An httpd is tried as the gateway, with the lab's responder behind it."""

from __future__ import annotations

from hpatch.lab import smoke
from hpatch.lab.model import Cell, GatewaySpec
from hpatch.lab.net import compare as nets
from hpatch.lab.net.model import NetResult
from hpatch.lab.smoke import SmokeCheck
from hpatch.lab.trying.model import Tell


class HttpdTrying:
    """Of httpd."""

    def cell(self, made: GatewaySpec, cell: Cell) -> Cell:
        """With this httpd."""
        return cell._replace(gateway=made)

    def checks(self, made: GatewaySpec, tell: Tell) -> tuple[SmokeCheck, ...]:
        """It serves a page, and reaches backends."""
        return smoke.checks(made, tell=tell)

    def compare(self, before: GatewaySpec, after: GatewaySpec, tell: Tell) -> NetResult:
        """Requests of all kinds."""
        return nets.compare(before, after, tell=tell)
