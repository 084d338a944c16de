"""`config who`."""

from __future__ import annotations

import pytest

from hpatch.conf.load import load_text
from hpatch.paths.model import ClientRequest
from hpatch.paths.site import Site
from hpatch.paths.who import who
from hpatch.report.lint.who import WhoReport
from tests.support.report.schema import valid
from tests.support.report.shown import shown

TEXT = """DocumentRoot /w
<VirtualHost *:80>
ServerName shop.example
Alias /static /srv/static
ProxyPass /app http://127.0.0.1:9000
<Location /app/admin>
Require ip 10.0.0.0/8
</Location>
</VirtualHost>
"""


def _report(path: str, client: str | None = "192.0.2.1") -> WhoReport:
    request = ClientRequest(path=path, host="shop.example", client=client)
    return WhoReport(who(Site(load_text(TEXT, name="shop.conf")), request))


@pytest.mark.parametrize("width", [60, 120])
def test_for_people(width: int) -> None:
    lines = shown(_report("/app/admin"), width=width).splitlines()
    assert all(len(line) <= width for line in lines)
    assert lines[0] == "GET http://shop.example/app/admin"
    assert lines[1].startswith('  httpd itself, with status 403, by shop.conf:7: "Require ip')
    assert any("Location /app/admin" in line and "yes" in line for line in lines)


def test_a_narrow_terminal_has_a_paragraph_for_each_step() -> None:
    text = shown(_report("/app/admin"), width=60)
    step = text[text.index("  access_checker: mod_authz_core denies: ") :]
    assert step.index("\n    shop.conf:7") < step.index("section")
    assert "  phase" not in text
    assert "  phase" in shown(_report("/app/admin"), width=100)


def test_what_was_not_looked_at() -> None:
    text = shown(_report("/static/a.css"))
    assert '  not looked at: whether "/srv/static/a.css" is a file, a folder or nothing\n' in text


def test_what_is_not_known() -> None:
    text = shown(_report("/app/admin", None))
    line = 'the access rule "Require ip 10.0.0.0/8" depends on the client\'s address (--client IP)'
    assert f"  hpatch does not know who: {line} (shop.conf:7)\n" in text


def test_for_programs() -> None:
    data = valid("who-1", shown(_report("/app/admin"), "json"))
    assert data["answer"] == {
        "kind": "status",
        "target": None,
        "status": 403,
        "text": '"Require ip 10.0.0.0/8" denies',
        "unseen": [],
        "at": {"file": "shop.conf", "line": 7, "column": 1},
    }
    assert data["access"]["verdict"] == "denied"
    assert data["host"]["name"] == "shop.example"
    assert [(step["module"], step["did"]) for step in data["steps"]] == [
        ("core", "takes"),
        ("mod_proxy", "takes"),
        ("mod_authz_core", "denies"),
    ]
    assert data["sections"] == [
        {
            "name": "Location",
            "argument": "/app/admin",
            "holds": True,
            "at": {"file": "shop.conf", "line": 6, "column": 1},
        }
    ]
