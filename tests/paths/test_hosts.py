"""Which virtual host answers."""

from __future__ import annotations

import pytest

from hpatch.conf.load import load_text
from hpatch.paths.hosts import Hosts, hosts
from hpatch.paths.model import UnknownError


def _hosts(*written: str, before: str = "") -> Hosts:
    """Hosts from `ADDRESSES | NAME | ALIASES`."""
    lines = [before]
    for one in written:
        addresses, name, aliases = (part.strip() for part in (one + "||").split("|")[:3])
        lines += [f"<VirtualHost {addresses}>"]
        lines += [f"ServerName {name}"] if name else []
        lines += [f"ServerAlias {aliases}"] if aliases else []
        lines += ["</VirtualHost>"]
    return hosts(load_text("\n".join(lines)))


def _name(found: Hosts, address: str | None, port: int, name: str | None) -> str:
    host = found.answering(address, port, name).host
    return "main" if host.node is None else str(host.name and host.name.text)


def test_the_name_decides_among_hosts_of_one_address() -> None:
    found = _hosts("*:80 | a.test", "*:80 | b.test | *.b.test b?.test", "*:80 | c.test")
    for asked, answers in {
        "b.test": "b",
        "X.B.TEST": "b",
        "bx.test": "b",
        "c.test": "c",
        "none": "a",
        None: "a",
    }.items():
        assert _name(found, "10.0.0.1", 80, asked) == f"{answers}.test"


def test_the_address_goes_before_the_name() -> None:
    found = _hosts("*:80 | a.test", "10.0.0.1:80 | b.test", "*:80 | c.test", "10.0.0.1 | d.test")
    assert _name(found, "10.0.0.1", 80, "c.test") == "b.test"
    assert _name(found, "10.0.0.1", 81, "c.test") == "d.test"
    assert _name(found, "10.0.0.2", 80, "c.test") == "c.test"
    assert _name(found, "10.0.0.2", 82, "c.test") == "main"


def test_an_exact_port_goes_before_any_port() -> None:
    found = _hosts("*:* | any.test", "*:80 | eighty.test", "_default_ | default.test")
    assert _name(found, None, 80, "any.test") == "eighty.test"
    assert _name(found, None, 81, "default.test") == "default.test"


def test_an_address_without_a_port_has_that_of_the_main_server() -> None:
    assert _name(_hosts("10.0.0.1 | a.test", before="ServerName m:8080"), "10.0.0.1", 80, "a.test") == "main"
    assert _name(_hosts("[2001:DB8::1]:80 | a.test"), "2001:db8::1", 80, "x") == "a.test"


def test_an_address_that_is_not_known_decides() -> None:
    found = _hosts("10.0.0.1:80 | a.test", "*:80 | b.test")
    with pytest.raises(UnknownError, match=r"10\.0\.0\.1"):
        found.answering(None, 80, "b.test")
    assert _name(_hosts("10.0.0.1:80 | a.test"), None, 80, "x") == "a.test"
    with pytest.raises(UnknownError, match=r"name\.test"):
        _hosts("name.test:80 | a.test").answering("10.0.0.1", 80, "x")


def test_the_port_in_a_server_name_does_not_count() -> None:
    found = _hosts("*:80 | a.test", "*:80 | https://b.test:443")
    assert _name(found, None, 80, "b.test") == "b.test"


def test_names_that_never_answer() -> None:
    found = _hosts("*:80 | a.test | *.test", "*:80 | b.test", "*:80 | c.example | x.test", "*:443 | a.test")
    assert [(one.name.text, one.by.text, one.whole) for one in found.never()] == [
        ("b.test", "*.test", True), ("x.test", "*.test", False),
    ]  # fmt: skip


def test_a_name_that_answers_at_another_address_is_not_lost() -> None:
    found = _hosts("*:80 | a.test", "*:80 *:443 | a.test")
    assert [(one.name.text, str(one.address), one.whole) for one in found.never()] == [("a.test", "*:80", False)]
