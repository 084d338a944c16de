"""What mod_http2 pushes, and in which order."""

from __future__ import annotations

from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, suggestion, unknown
from hpatch.conf.walk.values.numbers import c_atoi

_ORDERS = ("After", "Before", "Interleaved")


def priority(_: str) -> Judge:
    """`h2_conf_add_push_priority` (h2_config.c): a type, After, Before or Interleaved, and a weight."""

    def judged(given: Arguments) -> Wrong | None:
        found = given.words
        if len(found) < 2 or any(map(unknown, found)) or not all(found[:2]):
            return None
        order, weight, at = found[1], found[2] if len(found) > 2 else None, 2
        if weight is None and order[:1].isdigit():
            order, weight, at = "After", order, 1
        if order.lower() not in (name.lower() for name in _ORDERS):
            return Wrong(1, f'takes After, Before or Interleaved, not "{order}"', suggestion(order, _ORDERS))
        if weight is not None and order.lower() == "before":
            return Wrong(at, f'takes no weight behind Before, here "{weight}"')
        if weight is not None and c_atoi(weight) < 1:
            return Wrong(at, f'takes a weight of at least 1, not "{weight}"')
        return None

    return judged


def resource(_: str) -> Judge:
    """`h2_conf_add_push_res` (h2_config.c): `add` or nothing, a path, and `critical` or nothing."""

    def judged(given: Arguments) -> Wrong | None:
        found = given.words
        if not found or any(map(unknown, found)) or not found[0]:
            return None
        last = 2 if found[0].lower() == "add" else 1
        if len(found) > last + 1:
            return Wrong(last + 1, f'takes a path and critical, and nothing behind them, here "{found[last + 1]}"')
        if len(found) == last + 1 and found[last].lower() != "critical":
            return Wrong(last, f'takes critical behind a path, not "{found[last]}"')
        return None

    return judged
