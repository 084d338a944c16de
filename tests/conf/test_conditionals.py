"""`<IfVersion>`: which versions it lets through, and which conditions httpd refuses."""

from __future__ import annotations

import re

import pytest

from hpatch.conf.conditionals import ConditionError, if_version
from hpatch.versions import Version

VERSION = Version(2, 4, 9)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("= 2.4.9>", True), ("== 2.4.9>", True), ("2.4.9>", True), ("2.4.9 >", True), ("= 2.4.9 >", True),
        ("= 2.4.8>", False), ("= 2.4.10>", False), ("= 2.4>", False), ("= 2>", False), ("!= 2.4.8>", True),
        ("> 2.4.8>", True), ("> 2.4.9>", False), ("> 2.4.10>", False), ("> 2.4>", True), ("> 2>", True),
        ("> 3>", False), (">= 2.4.8>", True), (">= 2.4.9>", True), (">= 2.4.10>", False), (">= 2.5>", False),
        ("!>= 2.4.10>", True), ("< 2.4.8>", False), ("< 2.4.9>", False), ("< 2.4.10>", True), ("< 2.5>", True),
        ("< 3>", True), ("< 2>", False), ("<= 2.4.8>", False), ("<= 2.4.9>", True), ("<= 2.4.10>", True),
        ("<= 2.4>", False), ("!<= 2.4.9>", False), ("= 2.4.9.>", True), ("= 2.4.9. >", True), ("~ ^2\\.4>", True),
        ("~ ^3>", False), ("!~ 9$>", False), ("= /^2\\.4/>", True), ("= /^3/>", False), ("= /^4\\.9/>", False),
        ("= //>", True), ("== /9$/ >", True), ("!= /9$/>", False), ("~ /9/>", False),
    ],
)  # fmt: skip
def test_what_holds_of_2_4_9(condition: str, holds: bool) -> None:
    assert if_version(condition.split(" "), VERSION) is holds
    assert if_version(condition.split(" "), None) is None


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("2", (2, 0, 0)), ("2.", (2, 0, 0)), ("2.4", (2, 4, 0)), ("2.4.", (2, 4, 0)), ("2..4", (2, 0, 4)),
        ("2...", (2, 0, 0)), ("02.04.009", (2, 4, 9)), ("2.4.1.", (2, 4, 1)),
    ],
)  # fmt: skip
def test_numbers_that_are_missing_are_zero(wanted: str, version: tuple[int, int, int]) -> None:
    assert if_version(["=", f"{wanted}>"], Version(*version)) is True


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "takes one, two or three arguments, but has 0"),
        ([">=", "2.4", ">", "x"], "takes one, two or three arguments, but has 4"),
        (["2.4"], 'has no closing ">"'),
        ([">=", "2.4"], 'has no closing ">"'),
        ([">=", "2.4", "x"], 'has no closing ">"'),
        ([">=", "", ">"], 'has no closing ">"'),
        ([">=", ">", ">"], 'needs a version of the form major[.minor[.patch]], not ">"'),
        ([">"], 'needs a version of the form major[.minor[.patch]], not "="'),
        ([">=", ">"], 'needs a version of the form major[.minor[.patch]], not ">="'),
        (["", "2.4>"], 'has the unknown operator ""'),
        (["!", "2.4>"], 'has the unknown operator "!"'),
        (["!!=", "2.4>"], 'has the unknown operator "!!="'),
        (["=>", "2.4>"], 'has the unknown operator "=>"'),
        (["~=", "2.4>"], 'has the unknown operator "~="'),
        (["=", "/>"], 'needs a regular expression that ends with "/", not "/"'),
        (["=", "/2>"], 'needs a regular expression that ends with "/", not "/2"'),
        (["=", "/(/>"], 'has the regular expression "(", which does not compile'),
        (["~", "[>"], 'has the regular expression "[", which does not compile'),
        ([">", "/2/>"], 'needs a version of the form major[.minor[.patch]], not "/2/"'),
        (["=", ".4>"], 'needs a version of the form major[.minor[.patch]], not ".4"'),
        (["=", "2.4.1.1>"], 'needs a version of the form major[.minor[.patch]], not "2.4.1.1"'),
        (["=", "2....>"], 'needs a version of the form major[.minor[.patch]], not "2...."'),
        (["=", "2.x>"], 'needs a version of the form major[.minor[.patch]], not "2.x"'),
    ],
)
@pytest.mark.parametrize("version", [None, VERSION])
def test_what_httpd_refuses(arguments: list[str], why: str, version: Version | None) -> None:
    with pytest.raises(ConditionError, match=f"^{re.escape(why)}$"):
        if_version(arguments, version)
