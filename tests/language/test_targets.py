"""Where names are defined and used."""

from __future__ import annotations

import pytest

from hpatch.language.targets import definitions, references
from tests.support.language.cursor import cursor

TEXT = """\
Define port 80
<Macro vhost $name>
    ServerName $name
</Macro>
Use VHost a.example
<Proxy balancer://app>
    BalancerMember http://10.0.0.1:8080
</Proxy>
ProxyPass /x/ http://b:1/ retry=3
ProxyPass /x/y http://b:1/
ProxyPass / balancer://app/
Listen ${PORT}
ProxySet http://b:1/ timeout=3
"""


def lines(marked: str, *, uses: bool = False) -> list[int]:
    found = references(cursor(marked)) if uses else definitions(cursor(marked))
    return [0 if one.place is None else one.place.line for one in found]


def mark(text: str) -> str:
    assert TEXT.count(text.replace("|", "")) == 1
    return TEXT.replace(text.replace("|", ""), text)


@pytest.mark.parametrize(
    ("at", "defined", "used"),
    [
        ("Listen ${P|ORT}", [1], [12]),
        ("Define po|rt", [], [12]),
        ("Use VH|ost", [2], [5]),
        ("<Macro vh|ost", [], [5]),
        ("ProxyPass / bal|ancer", [6], [11, 6, 7]),
        ("ProxyPass /x/y http|:", [9], [9, 10]),
        ("BalancerMember http|:", [7], [7]),
        ("<Proxy bal|ancer", [6], [11, 6, 7]),
        ("ProxySet http://|b", [9], [9, 10]),
        ("ServerName $na|me", [], []),
    ],
)
def test_definitions_and_references(at: str, defined: list[int], used: list[int]) -> None:
    assert lines(mark(at)) == defined
    assert lines(mark(at), uses=True) == used
