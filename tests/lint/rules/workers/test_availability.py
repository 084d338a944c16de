"""Members that go out of service."""

import pytest

from tests.support.lint.find import places

MEMBERS = (
    "<Proxy balancer://x>\nBalancerMember http://h:1\nBalancerMember http://h:2\nProxySet failonstatus={}\n</Proxy>\n"
)


@pytest.mark.parametrize(
    ("codes", "reported"), [("404", True), ("503,401", True), ("408,429,500", False), ("599", False)]
)
def test_a_status_that_clients_cause(codes: str, reported: bool) -> None:
    found = places("failonstatus-by-client", MEMBERS.format(codes))
    assert found == ([(4, 10)] if reported else [])
