"""Regular expressions of the user's on which Python's search would not end: hpatch does not try them."""

from __future__ import annotations

import pytest

from tests.support.cost import seconds
from tests.support.lint.find import find

LONG = "a" * 40
CASES = {
    "location-slash-only": f"""\
ProxyPass "/{LONG}!" "http://10.0.0.5/"
<Location "/{LONG}!/">
    Require ip 10.0.0.0/8
</Location>
<LocationMatch "^/(a+)+$">
    Require all denied
</LocationMatch>
""",
    "origin-regex": f"""\
SetEnvIf Origin "^https?://(\\w+)+{LONG}\\.example\\.com$" ORIGIN=$0
Header always set Access-Control-Allow-Origin "%{{ORIGIN}}e" env=ORIGIN
""",
}


@pytest.mark.parametrize("rule", CASES)
def test_it_ends(rule: str) -> None:
    with seconds(5):
        assert not find(rule, CASES[rule])
