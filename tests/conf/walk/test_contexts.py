"""Contexts: where httpd accepts a directive, against its tables and against itself."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.conf.load import Options, load, load_text
from hpatch.conf.walk import contexts
from hpatch.conf.walk.model import Refused
from hpatch.facts import directives
from hpatch.versions import Version
from tests.oracle.directives import OVERRIDES, SERVER, Judge
from tests.support.conf.strategies import ENVIRONMENT

NEWEST = Options(version=Version.parse("2.4.71"))
CHAINS: dict[str, tuple[str, ...]] = {
    "server": (),
    "virtualhost": ("VirtualHost *:80",),
    "directory": ("Directory /x",),
    "location": ("VirtualHost *:80", "Location /x"),
    "files": ("Files x",),
    "if": ("If true",),
    "proxy": ("Proxy http://x.example/",),
    "if in proxy": ("Proxy http://x.example/", "If true"),
    "files in directory": ("VirtualHost *:80", "Directory /x", "Files x"),
    "limit": ("Directory /x", "Limit GET"),
    "require": ("Location /x", "RequireAll"),
    "authn": ("AuthnProviderAlias file x",),
    "authz": ("AuthzProviderAlias ip x 10.0.0.1",),
    "domain": ("MDomainSet a.example",),
}
REFUSES = re.compile(r"not allowed (here|in )|cannot occur within|is only valid inside|only used in <Virtual")


def refused(text: str, name: str = "test.conf") -> list[Refused]:
    return list(contexts.refused(load_text(text, NEWEST, name)))


def written(chain: tuple[str, ...], line: str) -> str:
    section = line.startswith("<")
    lines = [*(f"<{one}>" for one in chain), line, *((f"</{line[1:].split(maxsplit=1)[0]}>",) if section else ())]
    return "\n".join([*lines, *(f"</{one.split()[0]}>" for one in reversed(chain))]) + "\n"


@pytest.mark.parametrize(
    ("text", "line", "says", "help"),
    [
        ("<Location />\nServerName x\n</Location>", 2, "ServerName is not allowed in <Location>", "<VirtualHost>"),
        ("AuthType Basic", 1, "AuthType is not allowed outside of sections", ".htaccess"),
        ("<Directory />\n<Location />\n</Location>\n</Directory>", 2, "<Location> is not allowed", "outside"),
        ("<VirtualHost *:80>\nListen 81\n</VirtualHost>", 2, "Listen is not allowed in <VirtualHost>", "outside"),
        ("<VirtualHost *:80>\n<If true>\nPidFile x\n</If>\n</VirtualHost>", 3, "PidFile is not", "outside"),
        ("<Location /a>\nAlias /a /b\n</Location>", 2, "Alias is not allowed in <Location>", "path of its own"),
        ("Listen 80\nAlias /a", 2, "Alias is not allowed outside of sections", "in <Location>"),
        ("<VirtualHost *:80>\nScriptAlias /a\n</VirtualHost>", 2, "ScriptAlias is not allowed", "in <Location>"),
        ("MDCertificateFile a", 1, "MDCertificateFile is not allowed outside", "<MDomainSet>"),
        ("<MDomainSet a.b>\nMDStoreDir x\n</MDomainSet>", 2, "MDStoreDir is not allowed in <MDomainSet>", "outside"),
        ("RewriteBase /", 1, "RewriteBase is not allowed outside", "<Directory>"),
        ("ServerAlias x", 1, "ServerAlias is not allowed outside", "<VirtualHost>"),
    ],
)
def test_refused(text: str, line: int, says: str, help: str) -> None:
    (one,) = refused(text)
    assert (one.kind, one.place.line) == ("context", line)
    assert says in one.message
    assert "refuses to start" in one.message
    assert help in str(one.help)


@pytest.mark.parametrize(
    "text",
    [
        "<Location />\nRequire all granted\n</Location>",
        "<Location /a>\nAlias /b\n</Location>",
        "Listen 80\nAlias ${TWO_WORDS}\nAlias /a /b",
        "<VirtualHost *:80>\n<Directory />\nRewriteBase /\n</Directory>\n</VirtualHost>",
        "<VirtualHost *:80>\nServerAlias x\nSSLCompression off\n</VirtualHost>",
        "<Proxy http://x/>\n<If true>\nSSLProxyEngine On\n</If>\n</Proxy>",
        "<MDomainSet a>\nMDMember b\n</MDomainSet>",
        "<Perl>\n<Directory />\nServerName x\n</Directory>\n</Perl>",
        "SecRuleEngine On",
    ],
)
def test_accepted(text: str) -> None:
    assert refused(text) == []


@pytest.mark.parametrize(("more", "told"), [("", 0), ("<If true>\nRequire user x\n</If>", 0), ("Listen 80", 1)])
def test_a_part_may_be_included_in_a_section(tmp_path: Path, more: str, told: int) -> None:
    part = tmp_path / "access.conf"
    part.write_text(f"AuthType Basic\n{more}\n")
    assert len(list(contexts.refused(load(str(part), NEWEST)))) == told
    assert len(list(contexts.refused(load(str(part), NEWEST._replace(main=True))))) == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [("", 0), ("ServerName x", 0), ("Listen 80", 1), ("RewriteBase /", 2), ("{% macro a() %}\nRewriteBase /\n", 0)],
)
def test_a_part_may_be_included_in_a_virtual_host(tmp_path: Path, more: str, told: int) -> None:
    part = tmp_path / "names.conf"
    part.write_text(f"ServerAlias x\n{more}\n")
    assert len(list(contexts.refused(load(str(part), NEWEST)))) == told


def test_htaccess() -> None:
    (one,) = refused("ServerName x\nAuthType Basic", ".htaccess")
    assert "not allowed in a .htaccess file" in one.message
    assert "status 500" in one.message


def test_only_the_outermost_of_misplaced_sections() -> None:
    text = (
        "<Location />\n<Directory />\n<Directory /a>\nServerName x\n</Directory>\n</Directory>\nListen 80\n</Location>"
    )
    assert [(one.node.name, one.place.line) for one in refused(text)] == [("<Directory", 2), ("Listen", 7)]


@pytest.mark.parametrize(("version", "number"), [("2.4.41", 0), ("2.4.42", 1), ("2.4.62", 1), ("2.4.71", 0)])
def test_a_directive_for_the_server_in_the_section_of_a_domain(version: str, number: int) -> None:
    """2.4.41 has another check, of which nothing is known; the newest takes a proxy for each domain."""
    text = "<MDomainSet a.example>\nMDHttpProxy http://a\n</MDomainSet>"
    options = Options(version=Version.parse(version))
    assert len(list(contexts.refused(load_text(text, options)))) == number


def test_an_unknown_version_speaks_for_all() -> None:
    """Alias in a Location came with 2.4.19."""
    text = "<Location /a>\nAlias /b\n</Location>"
    assert list(contexts.refused(load_text(text))) == []
    (one,) = contexts.refused(load_text(text, Options(version=Version.parse("2.4.10"))))
    assert one.node.name == "Alias"


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with Judge(tmp_path_factory.mktemp("judge"), ENVIRONMENT) as judge:
        yield judge


@pytest.mark.httpd
@pytest.mark.apxs
@pytest.mark.parametrize(
    ("number", "least"),
    [pytest.param(600, 150, id="some"), pytest.param(2000, 500, marks=pytest.mark.proof, id="many")],
)
def test_httpd_agrees(judge: Judge, number: int, least: int) -> None:
    """Real httpd refuses wherever the walk does, and the walk does wherever httpd names the context as its reason."""
    lines = [
        name + (" x>" if name.startswith("<") else f" {' '.join('xyz'[: max(1, row.counts[0])])}")
        for name in sorted({command.name for command in judge.commands})
        for row in directives.find(name.lower(), NEWEST.version)[-1:]
        if not row.exec_on_read
    ]
    cases = [(chain, line) for chain in CHAINS.values() for line in lines]
    false, missed, told = [], [], 0
    for chain, line in random.Random(2471).sample(cases, number):
        text = written(chain, line)
        verdict = judge.verdict(text, SERVER)
        found = refused(text)
        told += bool(found)
        if verdict is None and found:
            false.append((text, found[0].message))
        elif verdict and REFUSES.search(verdict.message) and not found:
            missed.append((text, verdict.message))
    assert not false
    assert not missed
    assert told > least


@pytest.mark.httpd
@pytest.mark.apxs
def test_httpd_agrees_on_htaccess(judge: Judge) -> None:
    missed = []
    for name in sorted({command.name for command in judge.commands}):
        row = directives.find(name.lower(), NEWEST.version)[-1:]
        if name.startswith("<") or not row or row[0].exec_on_read:
            continue
        verdict = judge.verdict(f"{name} x\n", OVERRIDES["All"])
        if verdict and REFUSES.search(verdict.message) and not refused(f"{name} x\n", ".htaccess"):
            missed.append((name, verdict.message))
    assert not missed
