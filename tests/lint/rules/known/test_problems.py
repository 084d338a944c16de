"""Known problems: which lines meet a trigger, and what is said of them."""

from __future__ import annotations

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.facts.names import source
from hpatch.facts.problems import Trigger, everything
from hpatch.lint.context import Context
from hpatch.lint.registry import by_code
from hpatch.lint.rules._shared.triggers import met
from hpatch.proxy.build import build
from tests.support.lint.find import find

BALANCED = """
    <Proxy "balancer://b">
        BalancerMember "fcgi://a.internal:9000" enablereuse=on
        BalancerMember "http://b.internal"
    </Proxy>
    ProxyPass "/b" "balancer://b"
"""
EVERYTHING = """
    ProxyPass "/h/" "http://a.internal/" nocanon
    ProxyPassMatch "^/m/(.*)$" "https://m.internal/$1"
    <Location "/s">
        SetHandler "proxy:unix:/run/App.sock|fcgi://app"
    </Location>
    RewriteEngine On
    RewriteRule "^/r/(.*)" "scgi://r.internal:4000/$1" [P]
    ProxyErrorOverride On
"""


@pytest.mark.parametrize(
    ("trigger", "lines"),
    [
        (Trigger(schemes=("http",)), [2]),
        (Trigger(schemes=("http", "scgi")), [2, 8]),
        (Trigger(schemes=("ajp",)), []),
        (Trigger(transport="unix"), [5]),
        (Trigger(transport="tcp", schemes=("fcgi",)), []),
        (Trigger(kinds=("ProxyPassMatch", "RewriteRule")), [3, 8]),
        (Trigger(flags=("nocanon",)), [2]),
        (Trigger(flags=("interpolate",)), []),
        (Trigger(url="^unix:[^|]*[A-Z]"), [5]),
        (Trigger(directives={"proxyerroroverride": "^on"}), [9]),
        (Trigger(directives={"proxyerroroverride": "^off"}), []),
        (Trigger(directives={"proxyerroroverride": "^on"}, schemes=("fcgi",)), [5]),
        (Trigger(directives={"proxyerroroverride": "^on"}, schemes=("ajp",)), []),
        (Trigger(schemes=("http",), unless={"proxyerroroverride": "^on"}), []),
        (Trigger(schemes=("http",), unless={"proxyerroroverride": "^off", "proxypass": "^!"}), [2]),
    ],
)
def test_what_meets_a_trigger(trigger: Trigger, lines: list[int]) -> None:
    assert _met(EVERYTHING, trigger) == lines


SERVER = """
    Protocols h2 http/1.1
    SSLVerifyClient optional
    <Directory "/">
        SSLVerifyClient require
    </Directory>
    <VirtualHost *:443>
        SSLVerifyClient require
        <Location "/a">
            SSLVerifyClient require
        </Location>
    </VirtualHost>
    <IfFile "/nowhere">
        H2Push off
    </IfFile>
"""


@pytest.mark.parametrize(
    ("trigger", "lines"),
    [
        (Trigger(directives={"sslverifyclient": "require"}), [5, 8, 10]),
        (Trigger(directives={"sslverifyclient": ""}, where="server"), [3, 8]),
        (Trigger(directives={"sslverifyclient": ""}, where="section"), [5, 10]),
        (Trigger(directives={"sslverifyclient": ""}, where="root"), [5]),
        (Trigger(directives={"<directory": "", "<location": ""}, holds={"sslverifyclient": "require"}), [4, 9]),
        (Trigger(directives={"<directory": "", "<location": ""}, holds={"sslverifyclient": "none", "listen": ""}), []),
        (Trigger(directives={"protocols": ""}, besides={"sslverifyclient": "require", "<location": ""}), [2]),
        (Trigger(directives={"protocols": ""}, besides={"sslverifyclient": "require", "listen": ""}), []),
        (Trigger(directives={"protocols": ""}, besides={"h2push": "off"}), []),
        (Trigger(directives={"protocols": ""}, unless={"h2push": "off"}), []),
        (Trigger(directives={"protocols": ""}, unless={"h2push": "on", "listen": ""}), [2]),
    ],
)
def test_what_stands_besides_and_where(trigger: Trigger, lines: list[int]) -> None:
    assert _met(SERVER, trigger) == lines


def test_members_and_their_parameters() -> None:
    assert _met(BALANCED, Trigger(schemes=("fcgi",))) == [3]
    assert _met(BALANCED, Trigger(parameters={"enablereuse": "on"})) == [3]
    assert _met(BALANCED, Trigger(parameters={"enablereuse": "off"})) == []
    assert _met(BALANCED, Trigger(schemes=("http",), parameters={"enablereuse": "on"})) == []


def test_a_line_that_httpd_may_not_read_meets_nothing() -> None:
    undecided = '<IfFile "/nowhere">\nProxyPass "/a" "ajp://a.internal:8009"\nProxyErrorOverride On\n</IfFile>\n'
    assert _met(undecided, Trigger(schemes=("ajp",))) == []
    assert _met(undecided, Trigger(directives={"proxyerroroverride": ""})) == []


@pytest.mark.parametrize(("mpm", "lines"), [("event", [2]), ("prefork", []), (None, [])])
def test_an_mpm_that_is_not_known_is_not_met(mpm: str | None, lines: list[int]) -> None:
    assert _met(EVERYTHING, Trigger(schemes=("http",), mpm="threaded"), mpm=mpm) == lines


def test_modules_that_are_not_known_are_not_met() -> None:
    wanted = Trigger(directives={"servername": ""}, modules=("proxy_html_module",))
    assert _met("ServerName a.example\n", wanted) == []
    assert _met('LoadModule proxy_html_module "modules/mod_proxy_html.so"\nServerName a.example\n', wanted) == [2]


@pytest.mark.parametrize(
    ("version", "found"), [(None, []), ("2.4.9", []), ("2.4.10", ["CVE-2014-3583"]), ("2.4.12", [])]
)
def test_a_vulnerability_is_one_of_its_releases(version: str | None, found: list[str]) -> None:
    text = 'ProxyPass "/a" "fcgi://a.internal:9000"\n'
    messages = [one.message for one in find("known-vulnerability", text, version)]
    assert [name for name in ("CVE-2014-3583",) if any(name in one for one in messages)] == found


def test_problems_of_one_line_are_told_apart() -> None:
    found = find("known-vulnerability", 'ProxyPass "/" "http://h.internal/"\n', "2.4.50")
    assert len({one.subject for one in found}) == len(found) > 1
    assert all(one.subject in one.message for one in found)


@pytest.mark.parametrize(
    ("version", "modules", "mpm", "found"),
    [
        ("2.4.57", None, None, True),
        ("2.4.57", "http2_module", "event", True),
        ("2.4.57", "http2_module", "prefork", False),
        ("2.4.26", "http2_module", "prefork", True),
        ("2.4.57", "ssl_module", "event", False),
    ],
)
def test_protocols_counts_where_mod_http2_may_be_at_work(
    version: str, modules: str | None, mpm: str | None, *, found: bool
) -> None:
    findings = find("known-vulnerability", "Protocols h2 http/1.1\n", version, modules, mpm)
    assert any("CVE-2023-44487" in one.message for one in findings) == found


def test_releases_that_may_speak_http2_under_prefork_are_not_left_out() -> None:
    (one,) = find("problems-of-releases", "Protocols h2 http/1.1\n", None, "http2_module", "prefork")
    assert one.place.line == 1


def test_triggers_ask_protocols_for_http2_alone() -> None:
    patterns = {
        wanted["protocols"]
        for known in everything()
        for trigger in known.triggers
        for wanted in (trigger.directives, trigger.besides)
        if "protocols" in wanted
    }
    assert patterns == {r"\bh2c?\b", r"\bh2c\b"}


@pytest.mark.parametrize(
    ("switch", "found"), [("", True), ("RewriteEngine On\n", True), ("RewriteEngine Off\n", False)]
)
def test_rules_that_are_switched_off_meet_nothing(switch: str, *, found: bool) -> None:
    text = f"{switch}RewriteCond %{{REMOTE_ADDR}} ^10\nRewriteRule ^/a http://b.internal/ [P]\n"
    assert bool(_met(text, Trigger(directives={"rewriterule": ""}))) == found
    assert bool(_met(text, Trigger(directives={"rewritecond": "REMOTE_ADDR"}))) == found
    assert bool(_met(text, Trigger(schemes=("http",)))) == found


def test_rules_that_find_a_problem_by_themselves_are_there() -> None:
    assert {known.rule for known in everything() if known.rule} <= set(by_code())


def test_a_problem_is_told_once_with_its_cure_and_the_other_lines() -> None:
    lines = [f'ProxyPass "/{at}" "fcgi://a{at}.internal:9000" iobuffersize=16384\n' for at in range(6)]
    (one,) = [one for one in find("known-fault", "".join(lines), "2.4.9") if "r1591508" in one.message]
    assert one.place.line == 1
    assert [(other.place.line, other.message) for other in one.related] == [
        (2, "and this line"), (3, "and this line"), (4, "and this line, and 2 more"),
    ]  # fmt: skip
    assert one.help == (
        "The first release without it is 2.4.10. The patch set fcgi-iobuffersize cures it, where it applies. "
        "A distribution's build may have the fix under an older version number."
    )
    assert one.severity == "info"


def _met(text: str, trigger: Trigger, mpm: str | None = None) -> list[int]:
    configuration = load_text(text, Options(mpm=mpm))
    return [node.line for node in met(Context(configuration, build(configuration)), trigger)]


def test_triggers_name_modules_as_loadmodule_does() -> None:
    named = {name for known in everything() for trigger in known.triggers for name in trigger.modules}
    assert named
    assert {name for name in named if source(name) is None} == set()
