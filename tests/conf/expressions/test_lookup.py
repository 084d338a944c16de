"""Names that do not exist, and arguments that cannot be."""

from __future__ import annotations

import pytest

from hpatch.conf.expressions import lookup
from hpatch.conf.expressions.lookup import Known, Unfit
from hpatch.conf.expressions.parse import parse
from hpatch.versions import Version


def unfit(
    text: str,
    version: str | None = None,
    loaded: bool | None = None,
    *,
    strange: bool = False,
    restricted: bool = False,
) -> list[Unfit]:
    expression = parse(text)
    assert expression.mistake is None
    known = Known(Version.parse(version) if version else None, lambda _: loaded, strange)
    return list(lookup.mistakes(expression, known, restricted=restricted))


@pytest.mark.parametrize(
    "text",
    [
        "%{REMOTE_PORT} -gt 1024",
        "%{remote_port} = TOLOWER('a')",
        "%{SSL_ANYTHING} = %{HC_BODY}",
        "'a' -in peerextlist('1') || hc('body') = ssl('x')",
        "'a' -StrMatch 'b'",
        "-F '/a' && -n 'a' && -T 'a'",
        "%{file:/a} = filesize('/a')",
        "-R '::1/64' && 'a' -ipmatch '10.1.'",
        "'a' =~ /(a|b)+?/",
        "'(' = '[' || $1 = 'a)'",
    ],
)
def test_sound(text: str) -> None:
    assert unfit(text) == []
    assert unfit(text, "2.4.71", True) == []


@pytest.mark.parametrize(
    ("text", "where", "says", "help", "certain"),
    [
        ("%{HTTP_X_FORWARDED_FOR} = 'a'", "HTTP_X_FORWARDED_FOR", "does not exist", "%{HTTP:X-Forwarded-For}", True),
        ("%{REQUEST_URL} = 'a'", "REQUEST_URL", 'variable "REQUEST_URL"', '"REQUEST_URI"', True),
        ("%{FOO} = 'a'", "FOO", "does not exist", None, False),
        ("%{http_x} = 'a'", "http_x", "does not exist", "Write %{HTTP:X} for", True),
        ("%{HTTP__A_} = 'a'", "HTTP__A_", "does not exist", "Write %{HTTP:A} for", True),
        ("%{HTTP_} = 'a'", "HTTP_", "does not exist", '"HTTPS"', True),
        ("http_accept('a') = 'a'", "http_accept", "does not exist", None, False),
        ("%{servervar:HTTPS} = 'a'", "servervar", "does not exist", "the variable's own name", True),
        ("%{SERVERVAR} = 'a'", "SERVERVAR", "does not exist", "the variable's own name", True),
        ("'a' -in servervar('HTTPS')", "servervar", "gives a list", None, False),
        ("%{tolower} = 'a'", "tolower", 'variable "tolower"', None, False),
        ("%{SSL} = 'a'", "SSL", "does not exist", None, False),
        ("to_lower('a') = 'a'", "to_lower", "function", '"tolower"', True),
        ("'a' -in split('a')", "split", "gives a list", None, False),
        ("'a' -in tolower('a')", "tolower", "gives a list", "-strmatch", True),
        ("-q 'a'", "-q", '"-q"', None, True),
        ("-r '10.1'", "-r", '"-r"', None, True),
        ("'a' -EQ 'a'", "-EQ", '"-EQ"', None, True),
        ("'a' -like 'a'", "-like", "does not exist", None, True),
        ("'a' -strmtch 'a'", "-strmtch", "does not exist", '"-strmatch"', True),
        ("'a' -ipmatch '1' . '2'", "'1' . '2'", """not "'1' . '2'\"""", "2001:db8::/32.", True),
        ("-R ''", "''", '"" is not an address', "2001:db8::/32.", True),
        ("-R '::/0'", "'::/0'", "is not an address", "0 bits", True),
        ("-R 'localhost'", "'localhost'", '"localhost" is not an address', "10.0.0.0/8", True),
        ("-R '0.0.0.0/0'", "'0.0.0.0/0'", "is not an address", "0 bits", True),
        ("-R %{REMOTE_ADDR}", "%{REMOTE_ADDR}", 'not "%{REMOTE_ADDR}"', "10.0.0.0/8", True),
        ("'a' -IPMatch '1.2.3.4.5'", "'1.2.3.4.5'", "is not an address", "10.0.0.0/8", True),
        ("'a' =~ /(b/", "/(b/", "does not compile (a parenthesis is not closed)", None, True),
    ],
)
def test_unfit(text: str, where: str, says: str, help: str | None, certain: bool) -> None:
    ((mistake, sure),) = unfit(text)
    assert text[mistake.start : mistake.end] == where
    assert says in mistake.message
    assert (help or "None") in str(mistake.help)
    assert sure == certain


def test_every_fault_is_found_in_order() -> None:
    found = unfit("%{FOO} = bar('a') or -R 'x'")
    assert [one.mistake.message.split('"')[1] for one in found] == ["FOO", "bar", "x"]


@pytest.mark.parametrize(
    ("text", "version", "since"),
    [
        ("md5('a') = 'a'", "2.4.4", "2.4.5"),
        ("%{REMOTE_PORT} = 'a'", "2.4.25", "2.4.26"),
        ("%{HC_BODY} = 'a'", "2.4.20", "2.4.21"),
    ],
)
def test_names_that_a_release_does_not_have(text: str, version: str, since: str) -> None:
    (found,) = unfit(text, version)
    assert f"since httpd {since}, and this is {version}" in found.mistake.message
    assert found.certain
    assert unfit(text, since) == []


@pytest.mark.parametrize(
    ("text", "module"), [("%{SSL_PROTOCOL} = 'a'", "mod_ssl"), ("hc('body') = 'a'", "mod_proxy_hcheck")]
)
def test_names_of_a_module_that_is_not_loaded(text: str, module: str) -> None:
    (found,) = unfit(text, loaded=False)
    assert f"belongs to {module}, which is not loaded" in found.mistake.message
    assert module in str(found.mistake.help)
    assert found.certain


def test_the_core_is_always_loaded() -> None:
    assert unfit("%{HTTPS} = tolower('a') and -n 'a'", loaded=False) == []


def test_a_strange_module_may_have_any_name() -> None:
    assert [one.certain for one in unfit("%{REQUEST_URL} = 'a'", strange=True)] == [False]


def test_restricted_expressions_do_not_look_at_files() -> None:
    (found,) = unfit("file('/a') = tolower('a')", restricted=True)
    assert '"file" may not be used here' in found.mistake.message
    assert found.certain
    assert list(lookup.mistakes(parse("file('/a') = 'a'"), Known(None, lambda _: None, strange=False))) == []
