"""Where a configuration hands requests to a uWSGI that has what triggers one of its known problems."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.backends import SPOKEN
from hpatch.lint.rules._shared.instances import encounters
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.backends.uwsgi.model import Instance
    from hpatch.conf.tree import Node
    from hpatch.facts.problems import Trigger
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Target


class _Handed(NamedTuple):
    """A line that hands requests to uWSGI. `instance` is None where its configuration is not known."""

    target: Target
    listening: str
    unix: bool
    instance: Instance | None


def met(context: Context, trigger: Trigger) -> list[Node]:
    """The lines that meet a trigger of uWSGI's, in the order of the configuration."""
    return [one.target.node for one in _handed(context) if _fits(one, trigger)]


def _fits(one: _Handed, trigger: Trigger) -> bool:
    return (
        ("any" in trigger.listening or one.listening in trigger.listening)
        and (not trigger.schemes or one.target.scheme in trigger.schemes)
        and (not trigger.transport or (trigger.transport == "unix") == one.unix)
        and all(_given(one.instance, key, value) for key, value in trigger.options.items())
        and (not trigger.without or _lacks(one.instance, trigger.without))
    )


def _given(instance: Instance | None, key: str, pattern: str) -> bool:
    return instance is not None and any(
        option.key == key and option.certain and (not pattern or (option.known and re.search(pattern, option.value)))
        for option in instance.options
    )


def _lacks(instance: Instance | None, keys: tuple[str, ...]) -> bool:
    """Whether none of these options is given: nor in a file that was not read."""
    return instance is not None and instance.whole and not instance.problems and not instance.given(*keys)


@lru_cache(maxsize=1)
def _handed(context: Context) -> tuple[_Handed, ...]:
    """Where httpd surely hands requests to uWSGI, and in the protocol that it speaks there.

    A target of the scheme uwsgi is uWSGI although nothing of its configuration is known.
    """
    from hpatch.backends.uwsgi.sockets import ROUTER_KEYS  # only a lint for a version of uWSGI pays for it

    found: dict[int, _Handed] = {}
    met_at: set[int] = set()
    for encounter in encounters(context):
        target, socket = encounter.target, encounter.match.socket
        met_at.add(id(target))
        spoken = SPOKEN.get(target.scheme)
        if spoken is not None and spoken == socket.protocol and target.node.certain and socket.option.certain:
            router = "-router" if socket.option.key in ROUTER_KEYS else ""
            found[id(target)] = _Handed(
                target=target, listening=spoken + router, unix=socket.unix, instance=encounter.match.instance
            )
    for target in context.targets.get("uwsgi", ()):
        if target.node.certain and id(target) not in met_at:
            unread = _Handed(target=target, listening="uwsgi", unix=target.socket is not None, instance=None)
            found.setdefault(id(target), unread)
    return tuple(found.values())
