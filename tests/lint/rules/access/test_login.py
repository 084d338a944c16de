"""Sections that ask for a user without saying how."""

from __future__ import annotations

import pytest

from hpatch.conf.modules import Modules
from tests.support.lint.find import find

BASIC = "AuthType Basic\nAuthName x\n"


def section(lines: str, before: str = "") -> str:
    return f"Listen 80\n{before}<Location /x>\n{lines}Require valid-user\n</Location>\n"


@pytest.mark.parametrize(
    ("lines", "line", "missing"),
    [
        ("", 3, "no AuthType"),
        ("AuthType Digest\n", 3, "AuthName"),
        ("AuthType form\n", 3, "AuthName"),
        (BASIC, 3, "AuthUserFile"),
        (BASIC + "AuthBasicProvider file\n", 3, "AuthUserFile"),
        (BASIC + "AuthBasicProvider ldap\n", 3, "AuthLDAPURL"),
    ],
)
def test_missing(lines: str, line: int, missing: str) -> None:
    (finding,) = find("login-incomplete", section(lines))
    assert finding.place.line == line
    assert missing in finding.message


def test_a_type_that_no_module_has() -> None:
    text = section("AuthType Bearer\nAuthName x\n")
    assert not find("login-incomplete", text)
    assert not find("login-incomplete", text, modules=Modules.everything("event"))
    assert find("login-incomplete", text, modules="mpm_event_module,auth_basic_module,authn_core_module")


@pytest.mark.parametrize(
    "text",
    [
        section(BASIC + "AuthUserFile /x\n"),
        section(BASIC + "AuthBasicProvider mine\n"),
        section(BASIC + "AuthBasicProvider file dbm\n"),
        section("AuthType None\n"),
        section("", before="<Location />\nAuthType Basic\nAuthName x\nAuthUserFile /x\n</Location>\n"),
        section("", before="<Directory /srv>\nAllowOverride AuthConfig\n</Directory>\n"),
        section("", before="LoadModule foo_module foo.so\n"),
        section("").replace("Listen 80\n", ""),
        section("<IfModule foo.c>\n").replace("valid-user\n", "valid-user\n</IfModule>\n"),
        section("").replace("valid-user", "ip 10.0.0.0/8"),
    ],
)
def test_silent(text: str) -> None:
    assert not find("login-incomplete", text)


def test_another_virtual_host_does_not_help() -> None:
    host = f"<VirtualHost *:80>\n{section(BASIC + 'AuthUserFile /x' + chr(10))[10:]}</VirtualHost>\n"
    other = f"<VirtualHost *:80>\n{section('')[10:]}</VirtualHost>\n"
    (finding,) = find("login-incomplete", "Listen 80\n" + host + other)
    assert finding.place.line == 12
