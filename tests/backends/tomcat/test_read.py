"""Connectors in a server.xml, and XML that is not to be read."""

from __future__ import annotations

import pytest

from hpatch.backends.model import Backend
from hpatch.backends.tomcat.read import read
from hpatch.backends.tomcat.xml import XmlFault
from hpatch.backends.tomcat.xml import read as read_xml
from hpatch.text import Source

OUTER = '<Server port="8005"><Service name="Catalina">{}</Service></Server>'


def connector(attributes: str, engine: str = "") -> Backend:
    found = read(Source("server.xml", OUTER.format(f"<Connector {attributes}/>{engine}")))
    assert found.problems == []
    (backend,) = found.backends
    return backend


def test_an_http_connector() -> None:
    one = connector('port="8080" connectionTimeout="20000" maxConnections="50"', '<Engine jvmRoute="n1"/>')
    (listener,) = one.listeners
    assert (listener.host, listener.port, listener.protocol, listener.everywhere) == ("", 8080, "http", True)
    assert [stated and stated.value for stated in (one.keep_alive, one.connections, one.route)] == ["20", "50", "n1"]
    assert (one.secret, one.packet_size, one.fails) == (None, None, None)


@pytest.mark.parametrize(
    ("attributes", "host", "protocol"),
    [
        ('port="1" protocol="AJP/1.3" secret="x"', "127.0.0.1", "ajp"),
        ('port="1" protocol="org.apache.coyote.ajp.AjpNio2Protocol" address="::"', "[::]", "ajp"),
        ('port="1" protocol="org.apache.coyote.http11.Http11NioProtocol"', "", "http"),
        ('port="1" SSLEnabled="true"', "", "https"),
        ('port="1" SSLEnabled="${tls}"', "", "unknown"),
        ('port="1" protocol="com.example.Own"', "", "unknown"),
    ],
)
def test_protocols_and_addresses(attributes: str, host: str, protocol: str) -> None:
    (listener,) = connector(attributes).listeners
    assert (listener.host, listener.protocol) == (host, protocol)


@pytest.mark.parametrize("attributes", ['port="${p}"', 'port="0"', "", 'port="1" address="${a}"', 'port="-1"'])
def test_addresses_that_are_not_known(attributes: str) -> None:
    one = connector(attributes)
    assert (one.listeners, one.complete) == ((), False)


@pytest.mark.parametrize(
    ("attributes", "secret", "fails"),
    [
        ("", "", True),
        ('secret="x"', "x", False),
        ('requiredSecret="x"', "x", False),
        ('secretRequired="false"', "", False),
        ('secretRequired="${r}"', "", False),
        ('secret="${s}"', None, False),
    ],
)
def test_secrets(attributes: str, secret: str | None, fails: bool) -> None:
    one = connector(f'port="8009" protocol="AJP/1.3" {attributes}')
    assert (one.secret and one.secret.value) == secret if secret != "" else one.secret is not None
    assert (one.fails is not None) is fails
    assert one.packet_size is not None


def test_times() -> None:
    assert connector('port="1"').keep_alive == ("60", None)
    assert connector('port="1" protocol="AJP/1.3"').keep_alive is None
    assert connector('port="1" keepAliveTimeout="-1" connectionTimeout="5"').keep_alive is None
    one = connector('port="1" keepAliveTimeout="500"').keep_alive
    assert one is not None
    assert one.value == "1"


def test_places_count_characters() -> None:
    text = "<Server>\n<!-- \u00e9\u00e9 --> <Service><Connector port='1'/></Service></Server>\n"
    (backend,) = read(Source("server.xml", text)).backends
    assert (backend.place.line, backend.place.column, backend.place.end_column) == (2, 22, 43)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><Server>&b;</Server>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><Server/>', "document type"),
        ("<Server>&b;</Server>", "undefined entity"),
        ("<a>" * 100, "nested too deeply"),
        ("", "no element found"),
        ("ProxyPass / http://a/", "not XML"),
        ("<Server", "unclosed token"),
        ('<?xml version="1.0" encoding="klingon"?><Server/>', "unknown encoding"),
        ('<?xml version="1.0" encoding="utf-7"?><Server/>', "not XML"),
        ("<Server>\udcff</Server>", "not XML"),
        ("<Server/>\n<more/>", "junk after document element"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    found = read_xml(Source("server.xml", text))
    assert isinstance(found, XmlFault)
    assert message in found.message
    assert len(read(Source("server.xml", text)).problems) == 1


def test_another_xml_file() -> None:
    ((_, message),) = read(Source("server.xml", "<web-app/>")).problems
    assert message == 'not a server.xml of Tomcat: its first element is "web-app"'


def test_a_long_file_is_read_in_one_go() -> None:
    text = OUTER.format('<Connector port="1"/>' * 20_000)
    assert len(read(Source("server.xml", text)).backends) == 20_000
