"""Addresses and subnets."""

from __future__ import annotations


def is_in(client: str, subnet: str) -> bool:
    """Whether an address is in a subnet as APR reads it: `10.1`, `10.0.0.0/8`, `2001:db8::/32`."""
    import ipaddress

    address, slash, mask = subnet.partition("/")
    numbers = address.rstrip(".").split(".")
    if ":" not in address and len(numbers) < 4 and not slash:
        mask = str(8 * len(numbers))
        address = ".".join([*numbers, *["0"] * (4 - len(numbers))])
        slash = "/"
    try:
        return ipaddress.ip_address(client) in ipaddress.ip_network(f"{address}{slash}{mask}", strict=False)
    except ValueError:
        return False
