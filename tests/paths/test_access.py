"""Whether a request is let in, by the rules of its sections."""

from __future__ import annotations

import pytest

from hpatch.conf.load import load_text
from hpatch.paths.access import Access, access
from hpatch.paths.layers import Layer
from hpatch.paths.model import ClientRequest


def _access(*sections: str, method: str = "GET", client: str | None = "10.1.2.3") -> Access:
    nodes = load_text("\n".join(f"<Location />\n{text}\n</Location>" for text in sections)).nodes
    layers = [Layer(node, tuple(node.children or ())) for node in nodes]
    return access(layers, ClientRequest(path="/", method=method, client=client), {"yes": True, "no": False}.get)


LOGIN = "AuthType Basic\nRequire valid-user"


@pytest.mark.parametrize(
    ("sections", "verdict", "status"),
    [
        ([], "granted", None),
        (["Require all granted", "Require all denied"], "denied", 403),
        (["Require all denied", "AuthMerging Or\nRequire all granted"], "granted", None),
        (["Require all denied", "AuthMerging And\nRequire all granted"], "denied", 403),
        (["Require all denied", "AuthMerging Off"], "granted", None),
        (["Require all denied", "AuthType Basic"], "denied", 403),
        ([LOGIN], "login", 401),
        (["Require valid-user"], "denied", 500),
        (["AuthType form\nRequire user a"], "unknown", None),
        ([f"{LOGIN}\nRequire ip 10.1"], "granted", None),
        ([f"{LOGIN}\nRequire ip 192"], "login", 401),
        (["<RequireAll>\nRequire valid-user\nRequire ip 192\n</RequireAll>"], "denied", 403),
        (["AuthType Basic\n<RequireAll>\nRequire valid-user\nRequire all granted\n</RequireAll>"], "login", 401),
        (["<RequireAll>\nRequire all granted\nRequire not ip 10\n</RequireAll>"], "denied", 403),
        (["<RequireAll>\nRequire all granted\nRequire not ip 192\n</RequireAll>"], "granted", None),
        (
            ["<RequireAll>\nRequire all granted\n<RequireNone>\nRequire ip 10\n</RequireNone>\n</RequireAll>"],
            "denied",
            403,
        ),
        ([f"<RequireAll>\n{LOGIN}\n</RequireAll>"], "login", 401),
        (["Require expr yes"], "granted", None),
        (["Require expr no"], "denied", 403),
        (["Require expr perhaps"], "unknown", None),
        (["Require expr perhaps\nRequire all granted"], "granted", None),
        (["<RequireAll>\nRequire expr perhaps\nRequire all denied\n</RequireAll>"], "denied", 403),
        (["Require method POST"], "denied", 403),
        (["Require local"], "unknown", None),
        (["<Limit POST>\nRequire all denied\n</Limit>"], "granted", None),
        (["<Limit GET>\nRequire all denied\n</Limit>"], "denied", 403),
        (["<LimitExcept GET>\nRequire all denied\n</LimitExcept>"], "granted", None),
        (["Order allow,deny\nAllow from all"], "granted", None),
        (["Order allow,deny"], "denied", 403),
        (["Order deny,allow\nDeny from all\nAllow from 10"], "granted", None),
        (["Order allow,deny\nAllow from all\nDeny from 10.1.2.3"], "denied", 403),
        (["Order deny,allow\nDeny from all", "Order allow,deny\nAllow from all"], "granted", None),
        (["Allow from env=x\nOrder allow,deny"], "unknown", None),
        (["Order allow,deny\nAllow from example.com"], "unknown", None),
        ([f"Satisfy Any\nOrder allow,deny\nAllow from all\n{LOGIN}"], "granted", None),
        ([f"Satisfy Any\nDeny from all\n{LOGIN}"], "login", 401),
        ([f"Satisfy All\nOrder allow,deny\nAllow from all\n{LOGIN}"], "login", 401),
        (["Order mutual-failure\nAllow from 10"], "granted", None),
    ],
)
def test_verdicts(sections: list[str], verdict: str, status: int | None) -> None:
    found = _access(*sections)
    assert (found.verdict, found.status) == (verdict, status)


def test_the_line_that_decides() -> None:
    found = _access("Require ip 192\nRequire all denied\nRequire ip 10.1.2.3")
    assert found.node is not None and found.node.args == "ip 10.1.2.3"
    assert found.text == '"Require ip 10.1.2.3" lets it in'


def test_an_address_that_is_not_known() -> None:
    assert _access("Require ip 10", client=None).verdict == "unknown"
    assert _access("Require ip 10\nRequire all granted", client=None).verdict == "granted"
    assert _access("Order deny,allow\nDeny from 10", client=None).verdict == "unknown"
    assert _access("Require local", client="127.0.0.1").verdict == "granted"


def test_methods_are_compared_as_they_are() -> None:
    limit = "<Limit GET>\nRequire all denied\n</Limit>"
    assert _access(limit, method="HEAD").status == 403
    assert _access(limit, method="POST").status is None
