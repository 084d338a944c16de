"""Virtual hosts with and without TLS at one address."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

TLS = "SSLEngine on\nSSLCertificateFile a.pem\n"


def _hosts(*hosts: tuple[str, str], main: str = "") -> str:
    return f"Listen 443\n{main}" + "".join(f"<VirtualHost {at}>\n{lines}</VirtualHost>\n" for at, lines in hosts)


@pytest.mark.parametrize(
    ("hosts", "main", "line"),
    [
        ((("*:443", ""), ("*:443", TLS)), "", 4),
        ((("*:443", ""), ("_default_:443", TLS)), "", 4),
        ((("*:80", TLS), ("*:80", "")), "", 6),
        ((("*:80", TLS), ("*:80", TLS), ("*:80 *:81", "SSLEngine off\n")), "", 10),
        ((("*:80", "SSLEngine off\n"), ("*:80", "")), "SSLEngine on\n", 6),
    ],
)
def test_one_address(hosts: tuple[tuple[str, str], ...], main: str, line: int) -> None:
    assert places("tls-beside-plain", _hosts(*hosts, main=main)) == [(line, 1)]


@pytest.mark.parametrize(
    ("hosts", "main"),
    [
        ((("*:443", TLS), ("*:443", "")), ""),
        ((("*:443", TLS), ("*:80", "")), ""),
        ((("*:80", ""), ("*:80", TLS)), "SSLEngine on\n"),
        ((("*:80", ""), ("*:80", "<IfDefine X>\nSSLEngine on\n</IfDefine>\n")), ""),
        ((("*:80", ""), ("*:80", "")), ""),
    ],
)
def test_near_misses(hosts: tuple[tuple[str, str], ...], main: str) -> None:
    assert not find("tls-beside-plain", _hosts(*hosts, main=main))


def test_a_part_of_a_configuration() -> None:
    assert not find("tls-beside-plain", _hosts(("*:443", ""), ("*:443", TLS)), part=True)
