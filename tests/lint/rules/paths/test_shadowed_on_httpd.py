"""What the rules about shadowed lines and hosts claim, by requests to a real httpd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.lint.find import find
from tests.support.paths.compare import Server, serving
from tests.support.paths.generate import tree

pytestmark = pytest.mark.httpd
PASS = "ProxyPass / http://A/"
STATUS = "<Location /s>\nSetHandler server-status\n</Location>"
CHALLENGE = "Alias /.well-known/acme-challenge @FILES/one"

CASES = {
    "alias-shadowed": (f"Alias /f @FILES/one\n{PASS}", f"Alias /f @FILES/one\nProxyPass /f !\n{PASS}", "/f/x.html"),
    "redirect-shadowed": (
        f"Redirect /f http://other.test/\n{PASS}",
        f"<Location /f>\nRedirect http://other.test/\n</Location>\n{PASS}",
        "/f",
    ),
    "handler-shadowed": (f"{STATUS}\n{PASS}", f"ProxyPass /s !\n{STATUS}\n{PASS}", "/s"),
    "acme-shadowed": (
        f"{CHALLENGE}\n{PASS}",
        f"{CHALLENGE}\nProxyPass /.well-known !\n{PASS}",
        "/.well-known/acme-challenge/x.html",
    ),
    "no-proxy-too-late": (f"SetEnv no-proxy 1\n{PASS}", f"SetEnvIf Request_URI ^/x no-proxy\n{PASS}", "/x.html"),
}
LATE = f"{PASS}\n<Location />\nSetEnvIf Request_URI ^/x no-proxy\n</Location>"
DEAD = "ErrorDocument 503 /page.html\n{}ProxyPass / http://127.0.0.1:1/"


@pytest.fixture(scope="module")
def server(httpd: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("shadowed")
    (folder / "files").mkdir()
    tree(folder / "files")
    hosts = [("first.test", "")]
    for name, (fault, fix, _) in CASES.items():
        hosts += [(f"fault.{name}", fault), (f"fix.{name}", fix)]
    hosts += [
        ("late.test", LATE),
        ("dead.test", DEAD.format("")),
        ("page.test", DEAD.format("ProxyPass /page.html !\n")),
    ]
    hosts += [("wide.test\nServerAlias *.wide.test", "Redirect / http://wide/")]
    hosts += [("shop.wide.test", "Redirect / http://shop/"), ("twice.test", "Redirect / http://one/")]
    hosts += [("twice.test", "Redirect / http://two/")]
    text = "\n".join(
        f"<VirtualHost *:@PORT>\nServerName {name}\nDocumentRoot @FILES/one\n{lines}\n</VirtualHost>"
        for name, lines in hosts
    )
    special = "<VirtualHost 127.0.0.2:@PORT>\nServerName special.test\nRedirect / http://special/\n</VirtualHost>"
    with serving(httpd, folder, f"{text}\n{special}") as started:
        yield started


@pytest.mark.parametrize("name", CASES)
def test_the_fault_goes_to_the_backend_and_the_fix_does_not(name: str, server: Server) -> None:
    fault, fix, path = CASES[name]
    assert find(name, fault) and not find(name, fix)
    assert server.ask(path, f"fault.{name}").backend is not None
    seen = server.ask(path, f"fix.{name}")
    assert seen.backend is None and seen.status in (200, 302)


def test_a_variable_set_in_a_section_is_late(server: Server) -> None:
    assert find("no-proxy-too-late", LATE)
    assert server.ask("/x.html", "late.test").backend is not None


def test_the_page_of_a_dead_backend(server: Server) -> None:
    assert find("errordocument-proxied", DEAD.format(""))
    page, without = server.ask("/app", "page.test"), server.ask("/app", "dead.test")
    assert (page.status, without.status) == (503, 503)
    assert page.body.endswith("/one/page.html\n") and "page.html" not in without.body


def test_hosts_that_never_answer(server: Server) -> None:
    assert server.ask("/", "shop.wide.test").location == "http://wide/"
    assert server.ask("/", "twice.test").location == "http://one/"


def test_an_address_goes_before_the_name(server: Server) -> None:
    assert server.ask("/", "wide.test", address="127.0.0.1").location == "http://wide/"
    assert server.ask("/", "wide.test", address="127.0.0.2").location == "http://special/"


def test_a_certificate_without_an_engine(httpd: str, tmp_path: Path) -> None:
    from tests.support.gateways.httpd import modules_folder

    module = modules_folder() / "mod_ssl.so"
    if not module.exists():
        pytest.skip("httpd has no mod_ssl")
    (tmp_path / "c.pem").write_text("not read without an engine\n")
    (tmp_path / "files").mkdir()
    host = f"<VirtualHost *:@PORT>\nServerName a.test\nSSLCertificateFile {tmp_path}/c.pem\nRedirect / http://b/\n</VirtualHost>"
    assert find("vhost-cert-no-engine", host)
    with serving(httpd, tmp_path, f"LoadModule ssl_module {module}\n{host}") as started:
        assert started.ask("/", "a.test").location == "http://b/"
