"""Sections that are opened wrongly or lack something, against httpd itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from hpatch.conf.load import Options, load, load_text
from hpatch.conf.walk import contexts, sections
from tests.oracle.directives import Judge
from tests.support.conf.strategies import ENVIRONMENT

NAMES = {
    "VirtualHost": "*:80",
    "Directory": "/x",
    "DirectoryMatch": "^/x",
    "Location": "/x",
    "LocationMatch": "^/x",
    "Files": "x",
    "FilesMatch": "x",
    "If": "true",
    "Limit": "GET",
    "LimitExcept": "GET",
    "Proxy": "http://x.example/",
    "ProxyMatch": "^http://x",
    "AuthnProviderAlias": "file x",
    "AuthzProviderAlias": "ip x 10.0.0.1",
    "MDomainSet": "a.example",
    "MDomain": "a.example",
    "RequireAll": "",
    "RequireAny": "",
    "RequireNone": "",
}
"""Sections with an argument that each accepts."""

OF_THE_ARGUMENT = re.compile(
    r"Multiple <|Cannot parse condition|Can't parse 'Require|Could not resolve|Unknown Authn provider"
)
"""What httpd says of an argument, which is not the walk's part here."""

REQUIRE = "Require all granted"
IF = "<If true>\n</If>"
ELSE = "<Else>\n</Else>"
ELSEIF = "<ElseIf true>\n</ElseIf>"


def refused(text: str) -> list[str]:
    return [one.message for one in sections.refused(load_text(text, Options(main=True)))]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("Listen 80\n<VirtualHost *:80\n</VirtualHost>", 2, '<VirtualHost> does not end in ">"'),
        ("<Directory>\n</Directory>", 1, "<Directory> needs an argument"),
        ("<AuthnProviderAlias file>\n</AuthnProviderAlias>", 1, "needs 2 arguments, not 1"),
        (
            "<Location /x>\n<RequireAll>\nRequire not ip 10.1\n</RequireAll>\n</Location>",
            2,
            "nothing that grants access",
        ),
        (
            "<Location /x>\n<RequireAll>\nRequire not ip 10.1\n<RequireNone>\nRequire ip 10.2\n</RequireNone>\n"
            "</RequireAll>\n</Location>",
            2,
            "nothing that grants access",
        ),
        (f"<Location /x>\n<RequireAll x>\n{REQUIRE}\n</RequireAll>\n</Location>", 2, 'no argument, not "x"'),
        ("<Location /x>\n<RequireAny>\n</RequireAny>\n</Location>", 2, "<RequireAny> contains no Require"),
        ("<Location /x>\nRequire not ip ::1\n</Location>", 2, "Require not cannot grant"),
        (f"<Location /x>\n<RequireNone>\n{REQUIRE}\n</RequireNone>\n</Location>", 2, "<RequireNone> cannot grant"),
        (f"{ELSE}", 1, "<Else> stands at the start of its section"),
        (f"{IF}\n{ELSE}\n{ELSEIF}", 5, "<ElseIf> stands behind <Else>"),
    ],
)
def test_refused(text: str, line: int, says: str) -> None:
    (one,) = sections.refused(load_text(text, Options(main=True)))
    assert one.place.line == line
    assert says in one.message
    assert one.message.endswith(": httpd refuses to start")


@pytest.mark.parametrize(
    "text",
    [
        "<Location /x> # y\n</Location>",
        "<VirtualHost ${ADDRESSES}\n</VirtualHost>",
        "<Proxy>\n</Proxy>",
        "<Perl>\n<Location\n</Location>\n</Perl>",
        f"<IfModule mod_x.c>\n{IF}\n</IfModule>\n{ELSE}",
        f"{IF}\n<IfModule mod_x.c>\n{ELSE}\n</IfModule>\n<IfModule !mod_x.c>\n{ELSE}\n</IfModule>",
        "Require nothing",
    ],
)
def test_accepted(text: str) -> None:
    assert refused(text) == []


@pytest.mark.parametrize("text", [ELSE, "Require not ip ::1"])
def test_a_part_may_be_included_behind_something_else(tmp_path: Path, text: str) -> None:
    part = tmp_path / "part.conf"
    part.write_text(text)
    assert list(sections.refused(load(str(part)))) == []
    assert len(list(sections.refused(load(str(part), Options(main=True))))) == 1


def test_an_unread_file_may_have_the_require() -> None:
    assert refused("<Location /x>\n<RequireAll>\nInclude missing.conf\n</RequireAll>\n</Location>") == []
    text = "<Location /x>\n<RequireAll>\nIncludeOptional ok/*.conf\nRequire not ip 10.1\n</RequireAll>\n</Location>"
    assert refused(text) == []


@pytest.mark.httpd
@pytest.mark.apxs
def test_httpd_agrees(judge: Judge, tmp_path: Path) -> None:
    """httpd refuses exactly what the walk refuses: sections, and each order of sections that need one another."""
    body = {"RequireAll": REQUIRE, "RequireAny": REQUIRE, "RequireNone": REQUIRE}
    texts = [
        "\n".join((*opened, f"<{name}{argument}{end}", *lines, f"</{name}>", *closed)) + "\n"
        for name, usual in NAMES.items()
        for argument in (f" {usual}", "", " ", " x")
        for end in (">", "", "> # x", " > y")
        for lines in ((), (body.get(name, "SetEnv a"),))
        for opened, closed in (((), ()), (("<Location /y>",), ("</Location>",)))
    ]
    inner = (IF, ELSE, ELSEIF, f"<RequireAll>\n{REQUIRE}\n</RequireAll>", f"<RequireNone>\n{REQUIRE}\n</RequireNone>")
    pieces = (*inner, "Require not ip ::1", f"<RequireAny>\n{inner[-1]}\n</RequireAny>", f"<Files x>\n{ELSE}\n</Files>")
    texts += [f"<Location /y>\n{one}\n{two}\n{three}\n</Location>\n" for one, two, three in product(pieces, repeat=3)]
    texts += [
        f"<Location /y>\n<RequireAll>\n{REQUIRE}\n{one}\n{two}\n</RequireAll>\n</Location>\n"
        for one, two in product(pieces[3:7], repeat=2)
    ]
    wrong = []
    told = 0
    for text in texts:
        file = tmp_path / "a.conf"
        file.write_text(text)
        configuration = load(str(file), Options(main=True, environment={}))
        found = [*sections.refused(configuration), *contexts.refused(configuration)]
        verdict = judge.verdict(text)
        told += bool(found)
        if (verdict is None) is not (not found) and not (verdict and OF_THE_ARGUMENT.match(verdict.message)):
            wrong.append((text, verdict, [one.message for one in found]))
    assert not wrong
    assert told > 200


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with Judge(tmp_path_factory.mktemp("judge"), ENVIRONMENT) as judge:
        yield judge
