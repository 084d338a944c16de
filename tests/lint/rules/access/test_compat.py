"""The access lines of httpd 2.2 beside those of 2.4."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

NEW = "Require all granted\n"
OLD = "Order deny,allow\nDeny from all\n"


def test_branches_that_are_never_read_together() -> None:
    branches = f"<IfModule mod_authz_core.c>\n{NEW}</IfModule>\n<IfModule !mod_authz_core.c>\n{OLD}</IfModule>\n"
    assert not find("access-mixed", f"<Directory /srv>\n{branches}</Directory>\n")
    assert find("access-mixed", f"<Directory /srv>\n{NEW}{OLD}</Directory>\n")


def test_each_section_is_told_once() -> None:
    section = f"<Location /a>\n{NEW}{OLD}Allow from 10.0.0.1\n</Location>\n"
    assert len(find("access-mixed", section + section.replace("/a", "/b"))) == 2


@pytest.mark.parametrize(
    ("between", "reported"),
    [
        ("", True),
        (f"<Directory /srv>\n{OLD}Allow from all\n</Directory>\n", False),
        (f"<Directory /srv/b>\n{OLD}Allow from all\n</Directory>\n", True),
        ("<Files x>\nAllow from all\n</Files>\n", False),
    ],
)
def test_a_denial_further_out_stays(between: str, reported: bool) -> None:
    inner = f"<Directory /srv/a>\n{NEW}</Directory>\n"
    assert bool(find("access-mixed", f"{inner}<Directory />\n{OLD}</Directory>\n{between}")) is reported
    assert not find("access-mixed", f"{inner}<Directory /opt>\n{OLD}</Directory>\n{between}")
    assert not find("access-mixed", f"{inner}<Directory />\n{NEW}</Directory>\n")


def test_a_denial_that_nothing_opens() -> None:
    assert find("access-mixed", "<Location />\nRequire ip 10.0.0.1\nOrder deny,allow\nDeny from all\n</Location>\n")
    allowed = "Order deny,allow\nDeny from all\nAllow from 10.0.0.1\n"
    assert not find("access-mixed", f"<Location />\nRequire ip 10.0.0.1\n{allowed}</Location>\n")
