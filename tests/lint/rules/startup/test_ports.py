"""Listen lines that are missing or take the same port, and virtual hosts that nothing reaches."""

from __future__ import annotations

from pathlib import Path
from socket import create_connection

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import by_name
from tests.support.gateways.httpd import running
from tests.support.gateways.starting import PORT, start
from tests.support.lint.find import find, grades, places
from tests.support.patience import PATIENCE

MPM = "LoadModule mpm_event_module e.so\n"


def of_part(rule: str, text: str) -> int:
    """How many findings there are in a part of a configuration."""
    task = LintTask((by_name()[rule],))
    return len(lint_configuration(load_text(text, Options(main=False)), task).findings)


def test_no_listen() -> None:
    assert places("listen-missing", "\n" + MPM + " ServerName x\nTimeout 5\n") == [(3, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "ServerName x\n",  # nothing says that it is more than a part
        MPM + "ServerName x\nListen 80\n",
        MPM + "ServerName x\n<IfModule foo.c>\nListen 80\n</IfModule>\n",
        MPM + "ServerName x\nInclude ports.conf\n",
        MPM,
    ],
)
def test_a_listen_may_be_elsewhere(text: str) -> None:
    assert find("listen-missing", text) == []


def test_a_part_needs_no_listen() -> None:
    assert of_part("listen-missing", MPM + "ServerName x") == 0


FIRST_FAILS = ["80 [::]:80", "0.0.0.0:80 80", "80 127.0.0.1:80", "80 [::1]:80", "80 localhost:80", "*:80 127.0.0.1:80",
               "0.0.0.0:80 127.0.0.1:80", "127.0.0.1:80 80", "127.0.0.1:80 0.0.0.0:80", "[::]:80 [::1]:80",
               "[::1]:80 [::]:80", "[::1]:80 [0::1]:80"]  # fmt: skip
TWICE = ["80 80", "080 80", "127.0.0.1:80 127.0.0.1:80", "*:80 80", "[::1]:80 [::1]:80", "a:80 a:80"]
BOTH = ["80 81", "80 0.0.0.0:80", "[::]:80 0.0.0.0:80", "0.0.0.0:80 [::]:80", "[::]:80 80", "[::1]:80 *:80",
        "0.0.0.0:80 [::1]:80",
        "127.0.0.1:80 127.0.0.2:80", "127.0.0.1:80 [::1]:80", "a:80 b:80", "${a}:80 80"]  # fmt: skip


def listens(pair: str, between: str = "") -> str:
    return between.join(f"Listen {one}\n" for one in pair.split())


@pytest.mark.parametrize("pair", FIRST_FAILS)
def test_a_wildcard_and_an_address(pair: str) -> None:
    (finding,) = found = find("listen-conflict", listens(pair))
    assert grades(found) == [("error", "medium")]
    assert (finding.place.line, finding.place.column) == (2, 8)
    assert [related.place.line for related in finding.related] == [1]
    assert "port 80" in finding.message


@pytest.mark.parametrize("pair", TWICE)
def test_the_same_address(pair: str) -> None:
    found = find("listen-conflict", listens(pair))
    assert grades(found) == [("error", "high")]
    assert found[0].place.line == 2


@pytest.mark.parametrize("pair", BOTH)
def test_both_are_opened(pair: str) -> None:
    assert find("listen-conflict", listens(pair)) == []


def test_each_line_is_told_once() -> None:
    assert places("listen-conflict", "Listen 80\n" * 4) == [(2, 8), (3, 8), (4, 8)]


def test_a_line_that_cannot_be_read_hides_no_other() -> None:
    assert places("listen-conflict", "Listen ${port}\nListen 80\nListen 80") == [(3, 8)]


def test_lines_in_different_conditionals() -> None:
    one, other = "<IfModule a.c>\nListen 443\n</IfModule>\n", "<IfModule b.c>\nListen 443\n</IfModule>\n"
    assert find("listen-conflict", one + other) == []
    assert find("listen-conflict", one + "Listen 443") == []
    assert find("listen-conflict", "Listen 443\n" + one) == []
    assert places("listen-conflict", one.replace("443", "443\nListen 443")) == [(3, 8)]


@pytest.mark.parametrize(("ratio", "count"), [("1", 0), ("0", 1)])
def test_sockets_that_share_their_port(ratio: str, count: int) -> None:
    text = f"ListenCoresBucketsRatio {ratio}\n"
    assert len(find("listen-conflict", text + listens("80 127.0.0.1:80"))) == count
    assert len(find("listen-conflict", text + listens("80 80"))) == 1


HOST = "<VirtualHost {}>\nServerName x\n</VirtualHost>\n"


@pytest.mark.parametrize(
    ("listening", "address", "column", "says"),
    [
        ("80", "*:8443", 14, "port 8443"),
        ("80", "*:80 *:8443", 19, "port 8443"),
        ("80", "_default_:8443", 14, "port 8443"),
        ("80", "[::1]:8443", 14, "port 8443"),
        ("80", "www.example.com:8443", 14, "port 8443"),
        ("10.0.0.1:80", "10.0.0.2:80", 14, '"10.0.0.1:80"'),
    ],
)
def test_nothing_reaches_the_host(listening: str, address: str, column: int, says: str) -> None:
    (finding,) = find("host-unreachable", f"Listen {listening}\n" + HOST.format(address))
    assert (finding.place.line, finding.place.column) == (2, column)
    assert says in finding.message
    assert (finding.severity, finding.confidence) == ("error", "high")


def test_only_the_first_addresses_are_listed() -> None:
    listening = "".join(f"Listen 10.0.0.{number}:80\n" for number in range(1, 6))
    (finding,) = find("host-unreachable", listening + HOST.format("10.0.0.9:80"))
    assert '"10.0.0.3:80", …' in finding.message
    assert "10.0.0.4" not in finding.message


@pytest.mark.parametrize(
    ("listening", "address"),
    [
        ("80", "*:80"),
        ("80", "*"),
        ("80", "*:*"),
        ("80", "10.0.0.1"),
        ("80", "10.0.0.1:80"),
        ("0.0.0.0:80", "10.0.0.1:80"),
        ("10.0.0.1:80", "*:80"),
        ("10.0.0.1:80", "[::1]:80"),
        ("[::]:80", "10.0.0.1:80"),
        ("www:80", "10.0.0.1:80"),
        ("80", "*:${port}"),
        ("${port}", "*:8443"),
    ],
)
def test_something_may_reach_the_host(listening: str, address: str) -> None:
    assert find("host-unreachable", f"Listen {listening}\n" + HOST.format(address)) == []


def test_a_host_without_any_listen_is_a_part() -> None:
    assert find("host-unreachable", HOST.format("*:8443")) == []
    assert of_part("host-unreachable", "Listen 80\n" + HOST.format("*:8443")) == 0
    assert of_part("listen-conflict", listens("80 80")) == 1


@pytest.mark.httpd
@pytest.mark.parametrize("pair", [*FIRST_FAILS, *TWICE[:5]])
def test_httpd_does_not_start(httpd: str, pair: str, tmp_path: Path) -> None:
    result = start(httpd, tmp_path, listens(pair.replace("80", PORT)), listen=False)
    assert not result.started
    assert "Address already in use" in result.said or "multiple Listeners" in result.said


@pytest.mark.httpd
def test_httpd_opens_two_addresses(httpd: str, tmp_path: Path) -> None:
    assert start(httpd, tmp_path, listens(f"127.0.0.1:{PORT} 127.0.0.2:{PORT}"), listen=False).started


@pytest.mark.httpd
def test_httpd_without_a_port(httpd: str, tmp_path: Path) -> None:
    result = start(httpd, tmp_path, "", listen=False)
    assert result.syntax_ok
    assert not result.started
    assert "no listening sockets available" in result.said


@pytest.mark.httpd
def test_httpd_with_a_host_on_another_port(httpd: str, tmp_path: Path) -> None:
    result = start(httpd, tmp_path, HOST.format("*:9"))
    assert result.syntax_ok
    assert result.started


@pytest.mark.httpd
def test_httpd_with_a_host_on_another_address(httpd: str, tmp_path: Path) -> None:
    """Nobody is there at its address, and requests to the other one are not its own."""
    host = f"<VirtualHost 127.0.0.2:{PORT}>\nRedirect / http://reached.example/\n</VirtualHost>\n"
    with running(httpd, tmp_path, host) as server:
        with pytest.raises(ConnectionRefusedError):
            create_connection(("127.0.0.2", server.port), timeout=PATIENCE)
        assert server.get("/x") == "404"
