"""The judge itself: real httpd's verdict on directives, each configuration by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.oracle.directives import OVERRIDES, SERVER, Judge, Refusal
from tests.support.conf.strategies import ENVIRONMENT

pytestmark = [pytest.mark.httpd, pytest.mark.apxs]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with Judge(tmp_path_factory.mktemp("judge"), ENVIRONMENT) as judge:
        yield judge


@pytest.mark.parametrize(
    "text", ["ServerName x", "Define A b\nServerName ${A}", "<Location />\nRequire all granted\n</Location>"]
)
def test_accepts(judge: Judge, text: str) -> None:
    assert judge.verdict(f"{text}\n") is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("\nListen abc", 2, "Port must be specified"),
        ("Listen 99999", 1, "Invalid address or port"),
        ("ServerNam x", 1, "Invalid command 'ServerNam'"),
        ("<VirtualHost *:80>\nDocumentRoot /x y\n</VirtualHost>", 2, "DocumentRoot takes one argument"),
        ("Directory /", 1, "Invalid command"),
        ("</Directory>", 1, "without matching <Directory> section"),
    ],
)
def test_refuses(judge: Judge, text: str, line: int, message: str) -> None:
    refusal = judge.verdict(f"{text}\n")
    assert refusal is not None
    assert (refusal.line, message in refusal.message) == (line, True), refusal


def test_each_configuration_stands_by_itself(judge: Judge) -> None:
    """What one defines, or breaks, the next does not see."""
    assert judge.verdict("Define A b\n") is None
    assert judge.verdict("<IfDefine A>\nNonsense\n</IfDefine>\n") is None
    assert judge.verdict("Mutex file:/tmp ssl-cache\n") is None, "the modules have made their preparations"


@pytest.mark.parametrize(
    ("allowed", "accepted"), [("Options", True), ("FileInfo", False), ("All", True), ("None", False)]
)
def test_htaccess(judge: Judge, allowed: str, *, accepted: bool) -> None:
    refusal = judge.verdict("Options FollowSymLinks\n", OVERRIDES[allowed])
    assert refusal is None if accepted else refusal == Refusal(1, "Options not allowed here")
    assert judge.verdict("Options FollowSymLinks\n", SERVER) is None


def test_knows_the_directives(judge: Judge) -> None:
    commands = {command.name: command for command in judge.commands}
    assert commands["ServerName"].module == "core.c"
    assert "<VirtualHost" in commands
    assert len(commands) > 600
