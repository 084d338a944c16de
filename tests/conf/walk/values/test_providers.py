"""Providers: what hpatch says of their names, and the table of them against real httpd."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.conf.walk.model import Refused
from hpatch.conf.walk.values import check
from hpatch.facts import names, providers, table
from tests.oracle.directives import Judge
from tests.support.conf.strategies import ENVIRONMENT

FULL = Options(main=True, modules=Modules.everything())
LINES = {
    "authn": "<Location />\nAuthBasicProvider {}\n</Location>",
    "digest": "<Location />\nAuthDigestProvider {}\n</Location>",
    "authz": "<Location />\nRequire {} granted\n</Location>",
    "socache": "CacheSocache {}",
    "dav": "<Location />\nDAV {}\n</Location>",
    "filter": 'AddOutputFilterByType "{}" text/html',
    "mutex": "Mutex default {}",
}
UNKNOWN = re.compile(r"Unknown (?:Authn|Authz|socache|DAV|filter) provider|Mutex type .* is not valid|doesn't support")
NOT_HERE = {
    "mpm-accept",
    "tls-session-cache",
    "dc",
    "authdigest-opaque",
    "example-ipc-shm",
    "H2_RESPONSE",
    "H1_TO_H2_RESP",
}
"""What the httpd of the tests does not have: modules that are not built, and what other releases have."""


def refused(text: str, options: Options = FULL) -> list[Refused]:
    return list(check.refused(load_text(f"{text}\n", options)))


def message(text: str, options: Options = FULL) -> str:
    (one,) = refused(text, options)
    return one.message


@pytest.mark.parametrize(
    ("line", "says", "help"),
    [
        ("Require nosuch x", 'Require knows no provider of Require "nosuch"', None),
        ("Require Valid-User", 'knows no provider of Require "Valid-User"', 'Did you mean "valid-user"?'),
        ("Require granted", 'no provider of Require "granted"', 'Write "Require all granted".'),
        ("Require not nosuch", 'no provider of Require "nosuch"', None),
        ("Require", "names no provider", None),
        ("Require all maybe", 'takes "all granted" or "all denied", not "all maybe"', None),
        ("Require all", 'not "all"', None),
        ("Require all granted # yes", 'not "all granted # yes"', "Move the comment to its own line."),
        ("Require ip 300.1.1.1", 'behind ip, not "300.1.1.1"', None),
        ("Require ip", "needs an address or a network", None),
        ("Require ip 10.0.0.1, 10.0.0.2", 'not "10.0.0.1,"', None),
        ("Require method GET get", 'knows no method "get"', "Write GET."),
        ("Require method FOO", 'knows no method "FOO"', "Register it: RegisterHttpMethod FOO."),
        ("Require ssl on", 'takes nothing behind ssl, here "on"', None),
        ("AuthBasicProvider file ldpa", 'AuthBasicProvider knows no provider of users "ldpa"', 'Did you mean "ldap"?'),
        ("AuthDigestProvider ldap", 'no provider of users for digest authentication "ldap"', None),
        ("DAV nosuch", 'DAV knows no DAV provider "nosuch"', None),
        ("AllowMethods", "needs methods", None),
    ],
)
def test_in_a_section(line: str, says: str, help: str | None) -> None:
    (one,) = refused(f"<Location />\n{line}\n</Location>")
    assert says in one.message and one.message.endswith("httpd refuses to start")
    assert one.place.line == 2
    assert one.help == help or help is None
    assert one.certain


@pytest.mark.parametrize(
    "text",
    [
        "<AuthzProviderAlias ip office 10.0.0.1>\n</AuthzProviderAlias>\n<Location />\nRequire office\n</Location>",
        "<AuthnProviderAlias file staff>\n</AuthnProviderAlias>\n<Location />\nAuthBasicProvider staff\n</Location>",
        "LuaAuthzProvider token /x.lua check\n<Location />\nRequire token a b\n</Location>",
        "AuthnzFcgiDefineProvider authnz a fcgi://a:9/\n<Location />\nRequire a\nAuthBasicProvider a\n</Location>",
        "RegisterHttpMethod SEARCH\n<Location />\nRequire method SEARCH\nAllowMethods SEARCH\n</Location>",
        "ExtFilterDefine shout cmd=/bin/tr\nAddOutputFilterByType shout;deflate text/html",
        "<Location />\nRequire ${WHO}\nRequire ip ${WHERE}\nAuthBasicProvider ${A}\n</Location>",
        "<Location />\nRequire all GRANTED\nRequire valid-user\nRequire ip 10.1 fe80::1/64\nRequire local\n</Location>",
    ],
)
def test_what_the_configuration_registers_is_known(text: str) -> None:
    assert refused(text) == []


def test_a_fastcgi_provider_for_users_is_none_for_require() -> None:
    text = "AuthnzFcgiDefineProvider authn app fcgi://127.0.0.1:9/\n<Location />\nRequire app\n</Location>"
    assert 'no provider of Require "app"' in message(text)


def test_a_filter_for_requests_is_none_for_responses() -> None:
    assert 'no output filter "up"' in message(
        "ExtFilterDefine up mode=input cmd=/x\nAddOutputFilterByType up text/html"
    )


def test_a_module_that_is_not_loaded() -> None:
    some = Options(main=True, modules=Modules(["authz_core_module", "mpm_event_module"], complete=True))
    text = "<Location />\nRequire ip 10.0.0.1\n</Location>"
    (one,) = refused(text, some)
    assert one.message.startswith('Require takes "ip" only with mod_authz_host, which is not loaded')
    assert one.help == "Load mod_authz_host."
    assert refused(text, Options(main=True)) == [], "the modules are not known"
    openidc = "<Location />\nRequire claim sub:x\n</Location>"
    assert refused(openidc, some) == [], "a list may leave other people's modules out"
    built = Modules(["authz_core_module", "mpm_event_module"], complete=True, static=["mod_so.c"])
    assert "mod_auth_openidc" in message(openidc, Options(main=True, modules=built))
    stranger = Options(main=True, modules=Modules(["authz_core_module", "foo_module"], complete=True))
    assert refused(text, stranger) == [] == refused(openidc, stranger), "foo_module may have it"


def test_an_unknown_name_where_another_module_may_have_it() -> None:
    text = "<Location />\nRequire nosuch x\n</Location>"
    (one,) = refused(text, Options(main=True))
    assert not one.certain
    assert "unless another module provides it" in one.message
    assert refused(text, Options(main=False)) == [], "another file may define an alias"
    (one,) = refused("<Location />\nRequire valid-users\n</Location>", Options(main=False))
    assert not one.certain and one.help == 'Did you mean "valid-user"?'


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("SSLSessionCache shm:/run/x(512000)", 'knows no cache provider "shm"'),
        ("SSLSessionCache shmcb:/run/x(5120)", "needs a size from 8192 to 4294967294 bytes"),
        ("SSLSessionCache shmcb:/run/x(512000", "needs a ) behind the size"),
        ("SSLSessionCache memcache", 'needs a list of servers, as in "memcache:localhost"'),
        ("CacheEnable / disk", "takes a provider before the path"),
        ("CacheEnable disk", 'needs a path behind "disk"'),
        ("CacheDisable private", "takes a path or a URL"),
        ("CacheDirLevels 11", "makes more than 20"),
        ("Mutex nosuch", "takes none, no, default"),
        ("Mutex default nosuch", 'knows no mutex type "nosuch"'),
        ("Mutex none ssl-cache", 'takes "none" for no mutex of httpd'),
        ("AddOutputFilterByType DEFLATE", "needs a filter and media types"),
        ('AddOutputFilterByType "INFLATE; DEFLATE" text/html', 'knows no output filter " DEFLATE"'),
        ("FilterTrace mine 1", 'none names "mine"'),
        ("ExtFilterDefine up mode=upper cmd=/bin/tr", "takes mode=input or mode=output"),
        ('ServerAdmin a\nError "not on this host"', 'ends httpd with the message "not on this host"'),
    ],
)
def test_outside_of_sections(line: str, says: str) -> None:
    assert says in message(line)


def test_an_error_that_a_conditional_may_leave_out() -> None:
    assert refused('<IfDefine !HOST>\nError "HOST is missing"\n</IfDefine>') == []


def test_the_table() -> None:
    rows = [row for row in table.rows("providers") if names.identifier(row[2]) is not None]
    assert len(rows) > 90
    assert set(LINES) == set(providers.groups())
    keys = [(group, name.lower(), module) for group, name, module in table.rows("providers")]
    assert keys == sorted(set(keys))
    assert providers.modules("filter", "deflate") == ("mod_deflate",)
    assert providers.modules("authz", "Ip") == ()


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with Judge(tmp_path_factory.mktemp("judge"), ENVIRONMENT) as judge:
        yield judge


@pytest.mark.httpd
@pytest.mark.apxs
def test_httpd_knows_the_providers_of_its_modules_and_no_others(judge: Judge) -> None:
    wrong = []
    for group, name, module in table.rows("providers"):
        verdict = judge.verdict(LINES[group].format(name) + "\n")
        known = verdict is None or not UNKNOWN.search(verdict.message)
        if known != (names.identifier(module) is not None and name not in NOT_HERE):
            wrong.append((group, name, verdict))
    assert wrong == []


@pytest.mark.httpd
@pytest.mark.apxs
def test_httpd_knows_no_more_caches(judge: Judge) -> None:
    verdict = judge.verdict("SSLSessionCache nosuch\n")
    assert verdict is not None
    match = re.search(r"known names: ([\w,]+)", verdict.message)
    assert match is not None
    assert set(match[1].split(",")) == set(providers.names("socache")) - NOT_HERE
