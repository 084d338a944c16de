"""Subnets as APR reads them."""

from __future__ import annotations

import pytest

from hpatch.conf.subnets import is_subnet

SUBNETS = [
    "10.0.0.1", "10", "10.", "10.1", "10.1.2.", "010.0.0.1", "255", "0", "10.0.0.0/8", "10.0.0.0/32", "10.0.0.0/ +8",
    "10.0.0.0/255.0.0.0", "1.2.3.0/255.0.255.0", "::1", "::", "2001:db8::/32", "::1/128", "::1/\t64", "10.0.0.0/008",
    "1.2.3.0/0.0.0.0", "::1.2.3.4",
]  # fmt: skip
OTHERS = [
    "", "/8", "a", "localhost", "10.0.0.256", "256", "1.2.3.4.5", "1..2", ".1", " 10.1", "10.1 ", "10.1/8", "10./8",
    "10.0.0.0/", "10.0.0.0/0", "10.0.0.0/33", "10.0.0.0/8 ", "10.0.0.0/-8", "10.0.0.0/0x8", "10.0.0.0/a", "::/0",
    "::1/129", "::1/255.0.0.0", "::ffff:1.2.3.4", "fe80::1%lo", ":::", "1.2.3.4:80", "010.0.0.0/8", "99999999999",
    "10.0.0.0/8/8", "[::1]", "1::2::3", "10.0.0.0/255.0.0", "4294967306",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [*((one, True) for one in SUBNETS), *((one, False) for one in OTHERS)])
def test_is_subnet(text: str, expected: bool) -> None:
    assert is_subnet(text) == expected
