"""What is proposed at a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options
from hpatch.language.analysis import Analysis
from hpatch.language.completion import complete, explained
from hpatch.language.model import asked
from hpatch.versions import Version
from tests.support.language.cursor import cursor
from tests.support.language.finding import document, finder, request


def proposed(marked: str, **more: object) -> list[str]:
    return [one.label for one in complete(cursor(marked, **more))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("marked", "there", "not_there"),
    [
        ("|\n", ["Listen", "<VirtualHost>", "ProxyPass"], ["BalancerMember=", "Require", "MinSpareThreads "]),
        ("<VirtualHost *:80>\n    |\n", ["ServerName", "</VirtualHost>"], ["Listen", "Require"]),
        ("<Location />\n  Re|\n</Location>\n", ["Require", "<RequireAny>"], ["Listen", "<VirtualHost>", "<Directory>"]),
        ("<Location />\n<RequireAny>\n|", ["Require", "</RequireAny>", "</Location>"], ["ProxyPass"]),
        ("<Proxy balancer://b>\n  B|", ["BalancerMember", "ProxySet"], ["ProxyTimeout"]),
        ("<Loc|", ["<Location>"], ["Listen"]),
        ("<If x>\n</|", ["</If>"], ["<Location>", "Listen"]),
        ("x \\\n|", [], ["Listen"]),
    ],
)
def test_names_by_context(marked: str, there: list[str], not_there: list[str]) -> None:
    found = proposed(marked)
    assert set(there) <= set(found)
    assert not set(not_there) & set(found)


def test_a_htaccess_file_takes_less() -> None:
    found = proposed("|\n", path="/nowhere/.htaccess")
    assert "RewriteRule" in found
    assert "ProxyPass" not in found


def test_the_version_decides() -> None:
    assert "ProxyHCTemplate" in proposed("|")
    assert "ProxyHCTemplate" not in proposed("|", options=Options(version=Version(2, 4, 10)))


@pytest.mark.parametrize(
    ("marked", "there", "not_there"),
    [
        ("ProxyPass / http://b/ |", ["timeout=", "nocanon"], ["loadfactor=", "lbmethod=", "route=", "iobuffersize="]),
        ("ProxyPass / fcgi://b/ |", ["iobuffersize="], []),
        ("ProxyPass / http://b/ timeout=3 |", ["keepalive="], ["timeout="]),
        ("ProxyPass / balancer://b/ |", ["lbmethod=", "nocanon"], ["timeout2=", "route="]),
        ("<Proxy balancer://b>\nBalancerMember http://c |\n</Proxy>\n", ["route=", "loadfactor="], ["lbmethod="]),
        ("<Proxy balancer://b>\nProxySet |\n</Proxy>\n", ["lbmethod="], ["route=", "balancer://b"]),
        ("ProxySet |\n", [], ["lbmethod="]),
        ("ProxyPass / http://b/ keepalive=|", ["On", "Off"], []),
        ("ProxyPass / ajp://b/ flushpackets=a|", ["auto"], ["On"]),
        ("<Proxy balancer://b>\n</Proxy>\nProxyPass / |", ["balancer://b"], ["timeout="]),
        ("<Proxy balancer://b>\n</Proxy>\nProxyPass / bal|", ["balancer://b"], []),
        ("<IfModule mod_pro|>\n", ["mod_proxy.c", "proxy_module"], []),
        ("<IfModule !mod_pro|>\n", ["mod_proxy.c"], []),
        ("LoadModule |", ["proxy_module"], ["mod_proxy.c"]),
        ("<Macro vhost $a>\n</Macro>\nUse |\n", ["vhost"], []),
        ("Define port 80\nListen ${po|", ["port"], ["Define"]),
        ("Define port 80\n<IfDefine |>\n", ["port"], []),
        ("ProxyRequests |", ["On", "Off"], []),
        ("ServerName |", [], ["On"]),
        ("# hpatch: ignore[WK018,slash|", ["slash-double", "MP002"], ["Listen"]),
        ("# see |", [], ["Listen", "MP002"]),
    ],
)
def test_arguments(marked: str, there: list[str], not_there: list[str]) -> None:
    found = proposed(marked)
    assert set(there) <= set(found), found
    assert not set(not_there) & set(found)
    assert bool(found) is bool(there)


def test_what_is_replaced() -> None:
    at = {one.label: one for one in complete(cursor("ProxyPass / http://b/ flushpackets=on ti|"))}["timeout="]
    assert (at.start, at.text) == (38, "timeout=")
    value = complete(cursor('ProxyPass / ajp://b/ "flushpackets=o|"'))[0]
    assert value.start == len('ProxyPass / ajp://b/ "flushpackets=')
    variable = complete(cursor("Define port 80\nListen ${po|}"))[0]
    assert variable.start == len("Define port 80\nListen ${")


def test_a_proposal_is_explained() -> None:
    assert "mod_proxy" in (explained("directive", "proxypass", None) or "")
    assert "```apache" in (explained("rule", "MP002", None) or "")
    assert "parameter of a worker" in (explained("parameter", "timeout", None) or "")
    assert explained("rule", "XX999", None) is None
    assert explained("value", "On", None) is None


def test_the_sections_around_an_include_count(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text("<Location />\nInclude host.inc\n</Location>\n")
    (tmp_path / "host.inc").write_text("<IfModule x.c>\nInclude access.inc\n</IfModule>\n")
    access = tmp_path / "access.inc"
    access.write_text("")
    answer = Analysis(finder("MP001"), str).run(request(tmp_path, document(access, "")), lambda: None)
    found = {one.label for one in complete(asked(str(access), "", 0, None, answer))}
    assert {"Require", "ProxyPass"} <= found
    assert not {"Listen", "<Directory>", "</Location>"} & found
