"""The variables, functions and operators of httpd's expressions: which module has them, since when."""

from __future__ import annotations

from functools import cache
from typing import Literal, cast

from hpatch.facts import table
from hpatch.records import NamedTuple
from hpatch.versions import Version

NameKind = Literal["variable", "function", "list", "unary", "binary"]

COLUMNS = ("name", "kind", "module", "since", "restricted")


class ExpressionName(NamedTuple):
    """A name that expressions may use.

    `name` is spelt as in httpd; a `*` at its end stands for any rest (`SSL_*`). `module` is the source file that
    defines the module, without `.c`. `since` is the first release with it, None for all of 2.4. `restricted` names may
    not be used in an expression of a file whose author is not trusted.
    """

    kind: NameKind
    name: str
    module: str
    since: Version | None
    restricted: bool


def everything() -> tuple[ExpressionName, ...]:
    """All names."""
    return tuple(_all().values())


def find(kind: NameKind, name: str) -> ExpressionName | None:
    """A name as an expression has it. httpd ignores case, but not in unary operators."""
    key = name if kind == "unary" else name.lower()
    found = _all().get((kind, key))
    if found is None and "_" in key:
        return _all().get((kind, key[: key.index("_") + 1] + "*"))
    return found


@cache
def _all() -> dict[tuple[str, str], ExpressionName]:
    found = {}
    for name, kind, module, since, restricted in table.rows("expressions"):
        found[kind, name if kind == "unary" else name.lower()] = ExpressionName(
            kind=cast("NameKind", kind),
            name=name,
            module=module,
            since=table.version(since),
            restricted=restricted == "yes",
        )
    return found
