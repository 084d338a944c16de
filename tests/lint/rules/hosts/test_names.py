"""Virtual hosts that never answer: cases that the manuals do not show."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find


def _hosts(*written: str) -> str:
    """Hosts from `ADDRESSES | NAME | ALIASES`."""
    lines: list[str] = []
    for one in written:
        addresses, name, aliases = (part.strip() for part in f"{one}||".split("|")[:3])
        lines += [f"<VirtualHost {addresses}>", *([f"ServerName {name}"] if name else [])]
        lines += [*([f"ServerAlias {aliases}"] if aliases else []), "</VirtualHost>"]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("hosts", "shadowed", "duplicate"),
    [
        (["*:80 | a.test | *.test", "*:80 | b.test | c.test"], 1, 0),
        (["*:80 | a.test | b.test", "*:80 | b.test"], 1, 0),
        (["*:80 | a.test", "*:80 | b.test | a.test"], 1, 0),
        (["*:80 | a.test", "*:80 | b.test | A.test"], 1, 0),
        (["*:80 | A.test", "*:80 | http://a.test:80"], 0, 1),
        (["*:80 | a.test", "_default_:80 | a.test"], 0, 1),
        (["192.0.2.1:80 | a.test", "*:80 | a.test"], 0, 0),
        (["*:80 *:81 | a.test", "*:81 | a.test"], 0, 1),
        (["*:80 | a.test | ?.test", "*:80 | bb.test"], 0, 0),
        (["*:80 | a.test | *.test", "*:80 | b.test.example"], 0, 0),
        (["*:80 | a.test | a.test", "*:80 | b.test"], 0, 0),
        (["*:80", "*:80"], 0, 0),
        (["*:80 | a.test | *", "*:80 | b.test | *.b.test"], 1, 0),
        (["*:80 | a.test", "*:80 | ${name}"], 0, 0),
    ],
)
def test_names(hosts: list[str], shadowed: int, duplicate: int) -> None:
    text = _hosts(*hosts)
    assert (len(find("vhost-shadowed", text)), len(find("vhost-duplicate", text))) == (shadowed, duplicate)


def test_hosts_of_opposite_branches() -> None:
    one, two = _hosts("*:80 | a.test"), _hosts("*:80 | a.test")
    assert not find("vhost-duplicate", f"<IfDefine X>\n{one}\n</IfDefine>\n<IfDefine !X>\n{two}\n</IfDefine>")
    assert find("vhost-duplicate", f"<IfDefine X>\n{one}\n{two}\n</IfDefine>")


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        (["*:80 | a.test", "192.0.2.1:80 | b.test"], 1),
        (["*:80 | a.test", "[2001:db8::1]:80 | b.test"], 1),
        (["_default_:80 | a.test", "192.0.2.1:80 | b.test"], 0),
        (["*:80 | a.test", "192.0.2.1:81 | b.test"], 0),
        (["*:80 | a.test", "192.0.2.1:80 | b.test", "192.0.2.2:80 | c.test"], 0),
        (["*:80", "192.0.2.1:80 | b.test"], 0),
        (["*:80 | a.test", "[::1]:80 | b.test"], 0),
        (["*:80 192.0.2.1:80 | a.test"], 0),
        (["*:80 | a.test", "[2001:db8::1]:80 | b.test | a.test"], 0),
        (["*:80 | a.test", "*:80 | c.test", "[2001:db8::1]:80 | a.test"], 1),
    ],
)
def test_addresses_beside_stars(hosts: list[str], found: int) -> None:
    assert len(find("vhost-star-beside-ip", _hosts(*hosts))) == found


CERTIFICATE = "SSLCertificateFile /c.pem\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"<VirtualHost *:443>\n{CERTIFICATE}{CERTIFICATE}</VirtualHost>", 1),
        (f"SSLEngine on\n<VirtualHost *:443>\n{CERTIFICATE}</VirtualHost>", 0),
        (f"SSLEngine off\n<VirtualHost *:443>\n{CERTIFICATE}</VirtualHost>", 1),
        (f"<VirtualHost *:443>\nSSLEngine off\n{CERTIFICATE}</VirtualHost>", 0),
        (f"<VirtualHost *:443>\n<IfDefine X>\nSSLEngine on\n</IfDefine>\n{CERTIFICATE}</VirtualHost>", 0),
        (f"{CERTIFICATE}<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>", 0),
        (f"<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>\n<VirtualHost *:444>\n{CERTIFICATE}</VirtualHost>", 1),
    ],
)
def test_certificates_without_an_engine(text: str, found: int) -> None:
    assert len(find("vhost-cert-no-engine", text)) == found


def test_a_part_of_a_configuration_does_not_show_the_main_server() -> None:
    assert not find("vhost-cert-no-engine", f"<VirtualHost *:443>\n{CERTIFICATE}</VirtualHost>", part=True)


@pytest.mark.parametrize(
    ("listen", "addresses", "reported"),
    [
        ("80", ("* | a", "*:80 | b"), True),
        ("10.0.0.1:80", ("*:* | a", "*:80 | b"), True),
        ("80", ("* | a", "* | b"), False),
        ("80", ("* | a", "*:80 | b | a"), False),
        ("80", ("* | a", "*:80 | b | *.c"), False),
        ("80", ("* *:80 | a", "*:80 | b"), False),
        ("80\nListen 81", ("* | a", "*:80 | b"), False),
        ("80", ("* |", "*:80 | b"), False),
    ],
)
def test_any_port(listen: str, addresses: tuple[str, ...], reported: bool) -> None:
    assert bool(find("vhost-any-port", f"Listen {listen}\n{_hosts(*addresses)}")) is reported
    assert not find("vhost-any-port", _hosts(*addresses))
