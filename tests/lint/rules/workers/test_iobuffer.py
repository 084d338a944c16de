"""iobuffersize: too much of it, where nothing reads it, and what does not reach a worker."""

from __future__ import annotations

import pytest

from hpatch.lint.rules.workers.iobuffer import iobuffer_indiscriminate, iobuffer_inert, iobuffer_order
from tests.support.lint.find import find, grades

SOCKET = "unix:/run/a.sock|fcgi://a/"


@pytest.mark.parametrize(
    ("size", "severity"),
    [
        ("0", None), ("512", None), ("8192", None), ("8193", "info"), ("65535", "info"), ("65536", "warning"),
        ("16777215", "warning"), ("16777216", "error"), ("1073741824", "error"),
    ],
)  # fmt: skip
def test_bands(size: str, severity: str | None) -> None:
    found = find(iobuffer_indiscriminate, f"ProxyPass /a {SOCKET} iobuffersize={size}\n")
    assert [finding.severity for finding in found] == ([] if severity is None else [severity])


def test_place_and_fix() -> None:
    (finding,) = find(iobuffer_indiscriminate, f"ProxyPass /a {SOCKET} retry=0 IOBufferSize=1048576 timeout=5\n")
    assert finding.place[1:] == (1, 49, 1, 69)
    assert finding.message == (
        '"IOBufferSize=1048576" makes httpd allocate 1,048,576 bytes for every request to '
        '"unix:/run/a.sock|fcgi://a/"; a FastCGI record holds at most 65,535 bytes'
    )
    assert finding.fix is not None
    assert not finding.fix.safe
    assert finding.fix.edits[0].place[1:] == (1, 48, 1, 69)


def test_many_moderate_ones_are_a_warning() -> None:
    lines = [f"ProxyPass /{n} fcgi://h{n}/ iobuffersize=16384\n" for n in range(10)]
    assert grades(find(iobuffer_indiscriminate, "".join(lines))) == [("warning", "high")] * 10
    assert grades(find(iobuffer_indiscriminate, "".join(lines[1:]))) == [("info", "high")] * 9


def test_the_directive_counts_once_for_all_that_take_it_over() -> None:
    text = """\
        ProxyIOBufferSize 1048576
        ProxyPass /a fcgi://a/
        <Proxy balancer://b>
            BalancerMember fcgi://b
        </Proxy>
        ProxyPass /c http://c/
        ProxyPass /d fcgi://d/ iobuffersize=8192
    """
    (finding,) = find(iobuffer_indiscriminate, text)
    assert finding.place[1:3] == (1, 1)
    assert "2 FastCGI workers" in finding.message
    assert [related.place.line for related in finding.related] == [2, 4]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("ProxyPass /a http://a/ iobuffersize=1048576", None),
        ("ProxyPass /a ajp://a/ iobuffersize=65536", "2.4.68"),
        (f"ProxyPass /a {SOCKET} iobuffersize=1048576", "2.4.9"),
        (f"ProxyPass /a {SOCKET} iobuffersize=64K", None),
        (f"ProxyPass /a {SOCKET} iobuffersize=${{SIZE}}", None),
        ("ProxyPass /a http://a/\nProxyIOBufferSize 1048576", None),
        (f"ProxyPass /a {SOCKET}\nProxyIOBufferSize 1048576", None),
    ],
)
def test_not_indiscriminate(text: str, version: str | None) -> None:
    assert not find(iobuffer_indiscriminate, text + "\n", version)


@pytest.mark.parametrize(
    ("url", "version", "inert"),
    [
        ("http://h/", None, True),
        ("https://h/", None, True),
        ("uwsgi://h/", None, True),
        ("scgi://h/", None, True),
        ("ws://h/", None, True),
        ("h2c://h/", None, True),
        ("fcgi://h/", "2.4.9", True),
        ("fcgi://h/", "2.4.10", False),
        ("fcgi://h/", None, False),
        ("ajp://h/", "2.4.63", True),
        ("ajp://h/", "2.4.64", False),
        ("ajp://h/", None, False),
        ("other://h/", None, False),
    ],
)
def test_inert(url: str, version: str | None, inert: bool) -> None:
    assert bool(find(iobuffer_inert, f"ProxyPass /a {url} iobuffersize=65536\n", version)) is inert


def test_inert_place_and_fix() -> None:
    (finding,) = find(iobuffer_inert, 'ProxyPass "/a" "fcgi://h/"  "iobuffersize=65536" retry=0\n', "2.4.9")
    assert finding.place[1:] == (1, 29, 1, 49)
    assert finding.message.endswith("nothing reads it for fcgi before httpd 2.4.10")
    assert finding.fix is not None
    assert finding.fix.safe
    assert finding.fix.edits[0].place[1:] == (1, 27, 1, 49)


def test_inert_in_every_version() -> None:
    (finding,) = find(iobuffer_inert, "ProxyPass /a http://h/ iobuffersize=65536\n", "2.4.9")
    assert finding.message.endswith("nothing reads it for http")


def test_inert_on_members_and_in_sections() -> None:
    text = """\
        <Proxy balancer://b>
            BalancerMember http://b iobuffersize=65536
        </Proxy>
        <Proxy http://c/>
            ProxySet iobuffersize=65536
        </Proxy>
    """
    assert sorted(finding.place[1:3] for finding in find(iobuffer_inert, text)) == [(2, 29), (5, 14)]


def test_a_refused_value_is_not_inert() -> None:
    assert not find(iobuffer_inert, "ProxyPass /a http://h/ iobuffersize=64K\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ProxyPass /a fcgi://a/\nProxyIOBufferSize 32768\n", "worker stands above"),
        ("ProxyIOBufferSize 16384\nProxyPass /a fcgi://a/\nProxyIOBufferSize 32768\n", "worker stands above"),
        ("<Proxy balancer://b>\nBalancerMember fcgi://b\n</Proxy>\nProxyIOBufferSize 32768\n", "worker stands above"),
        ("ProxyIOBufferSize 32768\n<Proxy fcgi://a/ acquire=10>\n</Proxy>\nProxyPass /a fcgi://a/\n", "only ProxyPass"),
        ("ProxyIOBufferSize 32768\n<Proxy fcgi://a/>\nProxySet acquire=10\n</Proxy>\n", "only ProxyPass"),
    ],
)  # fmt: skip
def test_order(text: str, says: str) -> None:
    (finding,) = find(iobuffer_order, text)
    assert says in finding.message
    assert text.splitlines()[finding.place.line - 1] == "ProxyIOBufferSize 32768"
    assert finding.place.column == 1
    assert grades([finding]) == [("warning", "high")]


def test_the_main_servers_does_not_reach_a_virtual_host() -> None:
    text = "ProxyIOBufferSize 32768\n<VirtualHost *:80>\nProxyPass /a fcgi://a/\n</VirtualHost>\n"
    found = find(iobuffer_order, text)
    assert grades(found) == [("info", "medium")]
    assert found[0].related[0].place.line == 3


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("ProxyIOBufferSize 32768\nProxyPass /a fcgi://a/\n", None),
        ("ProxyPass /a fcgi://a/\nProxyIOBufferSize 8192\n", None),
        ("ProxyPass /a fcgi://a/ iobuffersize=32768\nProxyIOBufferSize 32768\n", None),
        ("ProxyPass /a http://a/\nProxyIOBufferSize 32768\n", None),
        ("ProxyPass /a fcgi://a/\nProxyIOBufferSize 32768\n", "2.4.9"),
        ("ProxyIOBufferSize 32768\nProxyPass /a fcgi://a/\nProxyIOBufferSize 32768\n", None),
        ("ProxyIOBufferSize 32768\n<Proxy fcgi://a/>\n</Proxy>\nProxyPass /a fcgi://a/\n", None),
    ],
)
def test_order_is_right(text: str, version: str | None) -> None:
    assert not find(iobuffer_order, text, version)


def test_fcgi_reads_it_from_2_4_10_on() -> None:
    assert len(find(iobuffer_indiscriminate, f"ProxyPass /a {SOCKET} iobuffersize=1048576\n", "2.4.10")) == 1
    assert len(find(iobuffer_order, "ProxyPass /a fcgi://a/\nProxyIOBufferSize 32768\n", "2.4.10")) == 1
