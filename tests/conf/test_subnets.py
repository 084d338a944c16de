"""Subnets as APR reads them."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.conf.subnets import is_subnet
from tests.support.examples import examples
from tests.support.libraries import library

SUBNETS = [
    "10.0.0.1", "10", "10.", "10.1", "10.1.2.", "010.0.0.1", "255", "0", "10.0.0.0/8", "10.0.0.0/32", "10.0.0.0/ +8",
    "10.0.0.0/255.0.0.0", "1.2.3.0/255.0.255.0", "::1", "::", "2001:db8::/32", "::1/128", "::1/\t64", "10.0.0.0/008",
    "1.2.3.0/0.0.0.0", "::1.2.3.4", "10.0.0.0/1", "::/1", "010.0.0.0/8", "1.2.3.09/32", "1.2.3.4/0255.0.0.0",
    "1.2.3.0000000004", "000000000000010", "00000000000.10", "::00001", "::1:", "1:2:3:4:5:6:7:8:",
    "1:2::3:4:5:6:7:8", "1:2:3:4:5:6:7:8::",
    "1:2:3:4:5:6:1.2.3.4", "::ffff:1:2:3", "::1:ffff:1:2", "::1.2.03.4", "4294967296", "4294967551",
]  # fmt: skip
OTHERS = [
    "", "/8", "a", "localhost", "10.0.0.256", "256", "1.2.3.4.5", "1..2", ".1", " 10.1", "10.1 ", "10.1/8", "10./8",
    "10.0.0.0/", "10.0.0.0/0", "10.0.0.0/33", "10.0.0.0/8 ", "10.0.0.0/-8", "10.0.0.0/0x8", "10.0.0.0/a", "::/0",
    "::1/129", "::1/255.0.0.0", "::ffff:1.2.3.4", "fe80::1%lo", ":::", "1.2.3.4:80", "99999999999",
    "10.0.0.0/8/8", "[::1]", "1::2::3", "10.0.0.0/255.0.0", "4294967295", "2147483648",
    "4294967552", "10000", "10.10000", "1000", "0000000000000010", "::10000", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "1::2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::", "::1.2.3.4:", ":1", ":", ":1.2.3.4", "1::2::3:", "1:::2", "::g",
    "0:0:0:0:0:ffff:1:2", "::1.2.3.256",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [*((one, True) for one in SUBNETS), *((one, False) for one in OTHERS)])
def test_is_subnet(text: str, expected: bool) -> None:
    assert is_subnet(text) == expected


@pytest.mark.httpd
@settings(max_examples=examples(250))
@given(
    st.lists(st.sampled_from(["0", "1", "10", "255", "256", "1000", "ffff", ".", ".", ":", "::"]), max_size=10),
    st.sampled_from(["", "/", "/0", "/1", "/32", "/33", "/128", "/129", "/255.0.0.0", "/ 8", "/+8", "/-8", "/8 "]),
)
def test_as_apr(address: list[str], mask: str) -> None:
    apr, pool, subnet, text = library("apr-1"), ctypes.c_void_p(), ctypes.c_void_p(), "".join(address)
    apr.apr_initialize()
    apr.apr_pool_create_ex(ctypes.byref(pool), None, None, None)
    bits = mask[1:].encode() if mask else None
    taken = apr.apr_ipsubnet_create(ctypes.byref(subnet), text.encode(), bits, pool) == 0
    apr.apr_pool_destroy(pool)
    assert is_subnet(text + mask) == taken
