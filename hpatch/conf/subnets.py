"""Addresses and subnets as APR reads them (`apr_ipsubnet_create`, network_io/unix/sockaddr.c)."""

from __future__ import annotations

import re

from hpatch.text import whole_number


def is_subnet(text: str) -> bool:
    """Whether APR takes a text for a subnet: `10.0.0.1`, `10.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `2001:db8::/32`.

    A prefix of 0 bits is refused, and so is a mask behind an incomplete address. Tried on APR 1.7.
    """
    address, slash, mask = text.partition("/")
    if ":" in address:
        bits = 128 if _is_ipv6(address) else 0
    elif _is_ipv4(address) or (not slash and _is_network(address)):
        bits = 32
    else:
        bits = 0
    if not slash:
        return bits > 0
    # strtol skips blanks before the number and takes a sign.
    number = re.fullmatch(r"[ \t\n\v\f\r]*\+?([0-9]+)", mask)
    if number is not None and 0 < whole_number(number[1]) <= bits:
        return True
    return bits == 32 and _is_ipv4(mask)


def _is_network(text: str) -> bool:
    """Whether it is one to four numbers with dots, as `10.1` or `10.1.`."""
    if len(text) > len("255.255.255.255") or re.fullmatch(r"(?:[0-9]+\.){0,3}[0-9]+\.?", text) is None:
        return False
    return all(whole_number(number) % 2**32 <= 255 for number in text.split(".") if number)  # C's atoi keeps 32 bits


def _is_ipv4(text: str) -> bool:
    return re.fullmatch(r"(?:0*(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}", text) is not None


def _is_ipv6(text: str) -> bool:
    """As `apr_inet_pton`: a colon may follow the last number, and `::` may stand for nothing."""
    start, _, last = text.rpartition(":")
    if _is_ipv4(last):
        text = f"{start}:0:0"
    elif not last and not start.endswith(":"):
        text = start
    head, gap, tail = text.partition("::")
    before, behind = (side.split(":") if side else [] for side in (head, tail))
    if not all(re.fullmatch(r"0*[0-9A-Fa-f]{1,4}", number) for number in (*before, *behind)):
        return False
    left_out = 8 - len(before) - len(behind)
    if left_out < 0 or (left_out and not gap):
        return False
    numbers = [int(number, 16) for number in (*before, *("0" * left_out), *behind)]
    return numbers[:6] != [0, 0, 0, 0, 0, 0xFFFF]  # an IPv4 address, which must be written as such
