"""The `key=value` parameters of workers, balancers and mappings: what each accepts, who reads it, since when."""

from __future__ import annotations

from typing import Literal, cast

from hpatch.facts import table
from hpatch.records import NamedTuple
from hpatch.versions import Range, Version

Scope = Literal["worker", "balancer", "mapping"]
Kind = Literal[
    "int",  # a whole number, read by atoi: what follows the digits is dropped
    "seconds",  # the same, in seconds: `500ms` is 500 seconds
    "milliseconds",  # the same, in milliseconds
    "bytes",  # the same, in bytes: `8192K` is 8192
    "duration",  # a whole number and ms, s, mi or h; a bare `m` is refused
    "whole",  # -1, or a duration that is a whole number of seconds
    "decimal",  # a number with decimals, read by atof
    "flag",  # on or off
    "choice",  # one of `values`
    "string",  # any text up to `max_length`
    "name",  # the name of something that must be defined or loaded before
    "separator",  # one character, or off
    "status",  # status letters, with + and - before them
    "codes",  # HTTP status codes, separated by commas
    "word",  # no value at all
]

COLUMNS = (
    "name scope kind minimum maximum values unit max_length cut since default honoured member module source".split()
)


class Parameter(NamedTuple):
    """A key, and what httpd accepts for it.

    `name` is in lower case (httpd ignores case); `minimum` and `maximum` count in the unit of a read value;
    `values` are a choice's, or the letters of a status, in lower case, each with the first release that takes it
    (None: all of 2.4); `unit` is what a bare number means ("" where it counts nothing); `max_length` is the longest
    text in bytes, `cut` the releases that cut a longer one silently instead of refusing it. `since` is the first
    release that knows the key, None where all of 2.4 does. `default` is what applies without it.

    `honoured` names the schemes that read it, each with the first release that does (None: all of 2.4); it is
    None itself where every scheme does. `member` tells that it has no effect on a worker outside a balancer.
    `module` is the module that it needs besides mod_proxy, `source` the function of httpd that knows the key.
    """

    name: str
    scope: Scope
    kind: Kind
    minimum: float | None
    maximum: float | None
    values: dict[str, Version | None]
    unit: str
    max_length: int | None
    cut: Range | None
    since: Version | None
    default: str
    honoured: dict[str, Version | None] | None
    member: bool
    module: str
    source: str

    def honoured_by(self, scheme: str, version: Version | None = None) -> bool:
        """Whether a scheme (in lower case) reads it in a version; for an unknown version, in any.

        A scheme that this table does not know is given the benefit of the doubt.
        """
        if self.honoured is None or scheme not in SCHEMES:
            return True
        if scheme not in self.honoured:
            return False
        since = self.honoured[scheme]
        return since is None or version is None or version >= since


SCHEMES = frozenset(("http", "https", "ajp", "fcgi", "scgi", "uwsgi", "ws", "wss", "h2", "h2c", "fd", "ftp"))
"""The schemes that `Parameter.honoured` speaks of."""


def _versions(cell: str) -> dict[str, Version | None]:
    """`cping@2.4.49 tcp`, each word with the version behind its `@`."""
    found = {}
    for word in cell.split():
        name, _, since = word.partition("@")
        found[name] = table.version(since)
    return found


def _parameter(row: list[str]) -> Parameter:
    name, scope, kind, least, most, values, unit, length, cut, since, default, honoured, member, module, source = row
    return Parameter(
        name=name,
        scope=cast("Scope", scope),
        kind=cast("Kind", kind),
        minimum=float(least) if least else None,
        maximum=float(most) if most else None,
        values=_versions(values),
        unit=unit,
        max_length=int(length) if length else None,
        cut=Range.parse(cut) if cut else None,
        since=table.version(since),
        default=default,
        honoured=_versions(honoured) if honoured else None,
        member=member == "yes",
        module=module,
        source=source,
    )


_all = [_parameter(row) for row in table.rows("parameters")]

WORDS = {one.name: one for one in _all if one.kind == "word"}
"""Words without `=` on ProxyPass and ProxyPassMatch (any case)."""
PARAMETERS = tuple(one for one in _all if one.kind != "word")
"""All the others, which have a value."""
WORKER = {one.name: one for one in PARAMETERS if one.scope == "worker"}
"""What ProxyPass, BalancerMember, ProxySet and `<Proxy url>` take for a worker, by lower-case name."""
BALANCER = {one.name: one for one in PARAMETERS if one.scope == "balancer"}
"""What ProxyPass, ProxySet and `<Proxy balancer://…>` take for a balancer."""
MAPPING = {one.name: one for one in PARAMETERS if one.scope == "mapping"}
"""What ProxyPass and ProxyPassMatch take for the mapping itself."""
