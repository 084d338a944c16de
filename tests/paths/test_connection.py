"""Requests that do not come to a virtual host, or come to another one than its name says."""

from __future__ import annotations

import ssl
from pathlib import Path
from socket import create_connection

import pytest

from hpatch.conf.load import load_text
from hpatch.paths.model import ClientRequest
from hpatch.paths.site import Site
from hpatch.paths.who import Who, who
from tests.support.gateways.certificates import certificate
from tests.support.gateways.httpd import load
from tests.support.paths.compare import serving

MAIN = "ServerRoot /etc/httpd\nLoadModule alias_module modules/mod_alias.so\nRedirect / http://main/\n"
HOST = "<VirtualHost *:{}>\nServerName {}\nRedirect / http://{}/\n{}\n</VirtualHost>\n"


def _who(text: str, port: int, name: str = "a.test", *, https: bool = False) -> Who:
    return who(Site(load_text(MAIN + text)), ClientRequest(path="/", host=name, port=port, https=https))


@pytest.mark.parametrize(
    ("listen", "kind"),
    [
        ("Listen 80\nListen 443", "nobody"),
        ("Listen 80\nListen 127.0.0.1:8080", "redirect"),
        ("Listen 80\nListen ${PORT}", "redirect"),
        ("Listen 80\n<IfDefine X>\nListen 8080\n</IfDefine>", "redirect"),
        ("", "redirect"),
    ],
)
def test_a_port_that_httpd_does_not_listen_on(listen: str, kind: str) -> None:
    answer = _who(f"{listen}\n{HOST.format(8080, 'a.test', 'a', '')}", 8080).answer
    assert answer.kind == kind
    assert (answer.text == "httpd does not listen on port 8080, but on 80, 443") is (kind == "nobody")


@pytest.mark.parametrize(
    ("engine", "port", "https", "kind", "status"),
    [
        ("SSLEngine on", 8443, True, "redirect", 302),
        ("SSLEngine on", 8443, False, "status", 400),
        ("SSLEngine off", 8443, True, "nobody", None),
        ("", 8443, True, "nobody", None),
        ("", 8443, False, "redirect", 302),
        ("SSLEngine optional", 8443, True, "redirect", 302),
        ("SSLEngine off", 443, True, "nobody", None),
        # mod_ssl is on by itself where Listen says https, which port 443 means.
        ("", 443, True, "redirect", 302),
        ("", 444, True, "redirect", 302),
        ("<IfDefine X>\nSSLEngine on\n</IfDefine>", 8443, True, "redirect", 302),
        ("GnuTLSEnable on", 8443, True, "redirect", 302),
    ],
)
def test_tls(engine: str, port: int, https: bool, kind: str, status: int | None) -> None:
    text = "Listen 8443\nListen 443\nListen 444 https\n"
    answer = _who(text + HOST.format(port, "a.test", "a", engine), port, https=https).answer
    assert (answer.kind, answer.status) == (kind, status)


def test_a_name_that_another_address_has() -> None:
    text = f"Listen 80\nListen 81\n{HOST.format(80, 'a.test', 'a', '')}{HOST.format(81, 'b.test', 'b', '')}"
    steps = [step for step in _who(text, 80, "b.test").steps if step.did == "declines"]
    assert [step.text for step in steps] == ['virtual host "b.test" has the name, but it is for *:81']
    assert not [step for step in _who(text, 81, "b.test").steps if step.did == "declines"]


@pytest.mark.httpd
def test_tls_on_httpd(httpd: str, tmp_path: Path) -> None:
    """At 127.0.0.2 in TLS, at 127.0.0.1 without."""
    (tmp_path / "files").mkdir()
    engine = f"SSLEngine on\nSSLCertificateFile {certificate(tmp_path, 'a.test')}"
    text = f"{load('ssl')}<VirtualHost 127.0.0.2:@PORT>\nServerName a.test\n{engine}\n</VirtualHost>\n"
    text += "<VirtualHost 127.0.0.1:@PORT>\nServerName a.test\nRedirect / http://b/\n</VirtualHost>"
    with serving(httpd, tmp_path, text) as server:
        said = server.told("/", "a.test", address="127.0.0.2").answer
        assert (said.kind, said.status) == ("status", server.ask("/", "a.test", address="127.0.0.2").status)
        request = ClientRequest(path="/", host="a.test", port=server.port, address="127.0.0.1", https=True)
        assert who(server.site, request).answer.kind == "nobody"
        with create_connection(("127.0.0.1", server.port), 10) as plain, pytest.raises(ssl.SSLError):
            ssl.create_default_context().wrap_socket(plain, server_hostname="a.test")
