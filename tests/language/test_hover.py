"""What is shown under the pointer."""

from __future__ import annotations

import pytest

from hpatch.conf.load import Options
from hpatch.language.hover import hover
from hpatch.lint.registry import by_code
from hpatch.versions import Version
from tests.support.language.cursor import cursor

BALANCER = """\
<Proxy balancer://app>
    BalancerMember http://10.0.0.1:8080 route=a timeout=20
    ProxySet stickysession=JSESSIONID
</Proxy>
"""


def shown(marked: str, **more: object) -> str:
    found = hover(cursor(marked, **more), ())  # type: ignore[arg-type]
    return "" if found is None else found.text


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        (
            "Proxy|Pass /a http://b/\n",
            ["**ProxyPass** (mod_proxy)", "Allowed: outside of sections, in \\<VirtualHost\\>"],
        ),
        ("<Virtual|Host *:80>\n", ["**\\<VirtualHost\\>** (core)", "core.html#virtualhost"]),
        ("<IfModule x>\n</IfMod|ule>\n", ["**\\<IfModule\\>** (core)", "while it reads"]),
        ("Keep|Alive On\n", ["http_core", "core.html#keepalive", "Arguments: On or Off"]),
        ("Thread|sPerChild 5\n", ["event, mpm_winnt, worker", "Arguments: 1"]),
        ("Max|RequestWorkers 5\n", ["event, prefork, worker"]),
        ("SecRule|Engine On\n", ["mod_security2"]),
        ("Header set X y|\n", []),
        ("Nonsen|se 1\n", []),
        ("|\n", []),
    ],
)
def test_a_directive(marked: str, said: list[str]) -> None:
    text = shown(marked)
    assert all(one in text for one in said), text
    assert bool(text) is bool(said)


def test_a_directive_that_the_version_does_not_have() -> None:
    text = shown("ProxyHC|Template x\n", options=Options(version=Version(2, 4, 10)))
    assert "httpd 2.4.10 does not have it. Since httpd 2.4.21." in text


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ('ProxyPass / "http://b/" time|out=30\n', "parameter of a worker"),
        ("ProxyPass / http://b/ noca|non\n", "a word without a value"),
        ("ProxyPass / balancer://b/ lbme|thod=byrequests\n", "parameter of a balancer"),
    ],
)
def test_a_parameter(marked: str, said: str) -> None:
    assert said in shown(marked)


def test_a_workers_effective_parameters() -> None:
    text = shown("ProxyTimeout 7\nProxyPass /a http://b:1/ retry=5\nProxyPass /a/c http|://b:1/ retry=9\n")
    assert "Worker `http://b:1/`" in text
    assert "2 lines share it; httpd.conf:2 created it" in text
    assert "- `retry=5`, from httpd.conf:2" in text
    assert "retry=9" not in text
    assert "- `ProxyTimeout 7`, from httpd.conf:1" in text


def test_a_files_name_is_no_markup() -> None:
    text = shown("ProxyPass /a http|://b/ retry=5\n", path="/nowhere/![a](b)_c_`d`<e>.conf")
    assert r"from \!\[a\]\(b\)\_c\_\`d\`\<e\>.conf:1" in text


@pytest.mark.parametrize(
    "marked",
    [f"{BALANCER}ProxyPass / balancer|://app/\n", BALANCER.replace("r://app", "r://|app")],
    ids=["used", "defined"],
)
def test_a_balancer_with_its_members(marked: str) -> None:
    text = shown(marked)
    assert "Balancer `balancer://app`" in text
    assert "- Member `http://10.0.0.1:8080` `route=a timeout=20`" in text
    assert "- `stickysession=JSESSIONID`, from httpd.conf:3" in text


def test_a_member() -> None:
    text = shown(BALANCER.replace("10.0.0.1", "|10.0.0.1"))
    assert "Member of `balancer://app`" in text
    assert "`timeout=20`, from httpd.conf:2" in text


def test_lines_have_moved_since_the_last_run() -> None:
    text = shown("# new\n\nProxyPass /b http|://c/ retry=2\n", linted="ProxyPass /b http://c/ retry=2\n")
    assert "`retry=2`, from httpd.conf:1" in text


def test_a_line_that_no_run_has_seen_says_nothing_of_others() -> None:
    assert shown("ProxyPass /b http|://new/\n", linted="ProxyPass /b http://old/\n") == ""


def test_what_a_file_holds_is_no_markdown() -> None:
    assert "<img" not in shown('ProxyPass /a "http|://b/" route=`<img>`\n').replace("`` route=`<img>` ``", "")


@pytest.mark.parametrize(
    ("marked", "said", "other"),
    [
        ("# hpatch: ignore[WK0|18] why\nX\n", "WK018 retry-standalone", "WK003"),
        ("# hpatch: ignore-file[AC001, slash-dou|ble]\nX\n", "MP002 slash-double", "AC001"),
        ("# hpatch: ignore[acce|ss]\nX\n", "- AC001 open-proxy", "MP002"),
    ],
)
def test_a_rule_in_a_comment(marked: str, said: str, other: str) -> None:
    text = shown(marked)
    assert said in text
    assert other not in text


@pytest.mark.parametrize("marked", ["# hpatch: ig|nore[WK018]\n", "# hpatch: ignore[WK0|99]\n", "# WK0|18\n"])
def test_a_comment_that_names_no_rule_there(marked: str) -> None:
    assert shown(marked) == ""


def test_a_rule_with_a_finding_there() -> None:
    found = hover(cursor("ProxyPass / http://b/ re|try=5\n"), [by_code()["WK018"]] * 2)
    assert found is not None
    assert found.text.count("WK018 retry-standalone") == 1
    assert "```apache" in found.text
    assert (found.start, found.end) == (22, 29)
