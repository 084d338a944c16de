"""What the rules about TLS claim of httpd, held against a real one with backends that speak TLS."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from tests.support.gateways.certificates import certificate
from tests.support.gateways.httpd import Backend, check_example, load, running
from tests.support.lint.examples import FIRES, INSTEAD, SILENT, examples
from tests.support.lint.find import find
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.httpd

RULES = [rule for rule in rules() if rule.family == "tls"]
MORE = load("ssl")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_accepted(rule: Rule, httpd: str, tmp_path: Path) -> None:
    """All of these faults pass `httpd -t`."""
    for example in examples(rule, FIRES, SILENT, INSTEAD):
        accepted, said = check_example(httpd, tmp_path, MORE + example.text)
        assert accepted, said


@contextmanager
def tls_backend(file: Path) -> Iterator[int]:
    """The port of a backend with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with ThreadingHTTPServer(("127.0.0.1", 0), Backend) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.server_name = "tls"
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


ON = "SSLProxyEngine On\n"
PASS = 'ProxyPass "/" "https://localhost:TLS/"\n'
WRONG = 'ProxyPass "/" "https://127.0.0.1:TLS/"\n'
REQUIRE = "SSLProxyVerify require\n"
OTHER = 'SSLProxyCACertificateFile "ROOT/other.pem"\n'
OWN = 'SSLProxyCACertificateFile "ROOT/localhost.pem"\n'
NAME = "SSLProxyCheckPeerName off\n"

# A name: the rule, a virtual host, and whether it answers with 200 if the rule is right (or else with 500).
CASES: dict[str, tuple[str, str, bool]] = {
    "engine": ("sslproxy-engine", PASS, False),
    "engine-on": ("sslproxy-engine", ON + PASS, False),
    "engine-off": ("sslproxy-engine", f"SSLProxyEngine Off\n{PASS}", False),
    "engine-section": (
        "sslproxy-engine",
        f'<Proxy "https://localhost:TLS/">\n{ON}</Proxy>\n{PASS}',
        False,
    ),
    "engine-location": ("sslproxy-engine", '<Location "/">\nProxyPass "https://localhost:TLS/"\n</Location>\n', False),
    "engine-balancer": (
        "sslproxy-engine",
        '<Proxy "balancer://b">\nBalancerMember "https://localhost:TLS"\n</Proxy>\nProxyPass "/" "balancer://b/"\n',
        False,
    ),
    "engine-rewrite": (
        "sslproxy-engine",
        'RewriteEngine On\nRewriteRule "^/(.*)$" "https://localhost:TLS/$1" [P]\n',
        False,
    ),
    "any-issuer": ("sslproxy-noverify", ON + PASS, True),
    "any-issuer-none": ("sslproxy-noverify", f"{ON}SSLProxyVerify none\n{OTHER}{PASS}", True),
    "any-issuer-require": ("sslproxy-noverify", ON + REQUIRE + OTHER + PASS, True),
    "any-issuer-section": (
        "sslproxy-noverify",
        f'{ON}<Proxy "https://localhost:TLS/">\n{REQUIRE}{OTHER}</Proxy>\n{PASS}',
        True,
    ),
    "any-name": ("sslproxy-name-off", ON + NAME + WRONG, True),
    "any-name-verified": ("sslproxy-name-off", ON + REQUIRE + OWN + NAME + WRONG, True),
    "any-name-cn": ("sslproxy-name-off", f"{ON}SSLProxyCheckPeerCN off\n{WRONG}", True),
    "any-name-cn-and-name": (
        "sslproxy-name-off",
        f"{ON}SSLProxyCheckPeerCN off\nSSLProxyCheckPeerName on\n{WRONG}",
        True,
    ),
    "no-issuer": ("sslproxy-verify-no-ca", ON + REQUIRE + PASS, False),
    "no-issuer-named": ("sslproxy-verify-no-ca", ON + REQUIRE + OWN + PASS, False),
    "preserved": ("preservehost-peername", f"{ON}ProxyPreserveHost On\n{PASS}", False),
    "preserved-off": ("preservehost-peername", ON + PASS, False),
    "preserved-name-off": ("preservehost-peername", f"{ON}ProxyPreserveHost On\n{NAME}{PASS}", False),
    "preserved-location": (
        "preservehost-peername",
        f'{ON}<Location "/">\nProxyPreserveHost On\nProxyPass "https://localhost:TLS/"\n</Location>\n',
        False,
    ),
    "address": ("https-by-address", ON + WRONG, False),
    "address-name": ("https-by-address", ON + PASS, False),
    "address-name-off": ("https-by-address", ON + NAME + WRONG, False),
}


def test_what_goes_wrong(httpd: str, tmp_path: Path) -> None:
    """A rule reports a virtual host just where its claim holds."""
    certificate(tmp_path, "other")
    hosts = {
        name: f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, (_, text, _) in CASES.items()
    }
    with tls_backend(certificate(tmp_path, "localhost")) as port:
        text = MORE + "".join(hosts.values()).replace("TLS/", f"{port}/").replace('TLS"', f'{port}"')
        with running(httpd, tmp_path, text.replace("ROOT", str(tmp_path))) as server:
            statuses = {name: server.ask("/x", {"Host": name})[0].status for name in CASES}
    assert set(statuses.values()) <= {200, 500, 503}, statuses
    for name, (rule, _, answered) in CASES.items():
        linted = "Listen 80\n" + hosts[name].replace("TLS", "8443").replace("localhost", "backend.example")
        if rule != "https-by-address":
            linted = linted.replace("127.0.0.1", "backend.example")
        assert bool(find(rule, linted)) is ((statuses[name] == 200) is answered), (name, statuses[name])


def test_the_main_servers_engine_is_inherited(httpd: str, tmp_path: Path) -> None:
    host = f"<VirtualHost *>\nServerName a\n{PASS}</VirtualHost>\n"
    with (
        tls_backend(certificate(tmp_path, "localhost")) as port,
        running(httpd, tmp_path, MORE + ON + host.replace("TLS", str(port))) as server,
    ):
        assert server.ask("/x", {"Host": "a"})[0].status == 200
    assert not find("sslproxy-engine", ON + host.replace("TLS", "8443"))


def test_a_certificate_that_the_client_has_made(httpd: str, tmp_path: Path) -> None:
    """Its name reaches the backend."""
    own = certificate(tmp_path, "localhost")
    client = certificate(tmp_path, "admin")
    text = (
        "<VirtualHost *:{}>\nSSLEngine On\n{}SSLVerifyClient {}\n"
        'RequestHeader set X-DN "%{{SSL_CLIENT_S_DN}}s"\nProxyPass "/" "http://A/"\n</VirtualHost>\n'
    )
    for verify, fault in (("optional_no_ca", True), ("optional", False)):
        folder = tmp_path / verify
        folder.mkdir()
        host = text.format("INNER", f'SSLCertificateFile "{own}"\n', verify)
        with running(httpd, folder, f"{MORE}Listen 127.0.0.1:INNER\n{host}") as server:
            port = next(
                int(line.rpartition(":")[2])
                for line in (folder / "httpd.conf").read_text().splitlines()
                if line.startswith("Listen") and not line.endswith(f":{server.port}")
            )
            context = ssl.create_default_context(cafile=str(own))
            context.load_cert_chain(client)
            connection = http.client.HTTPSConnection("localhost", port, timeout=PATIENCE, context=context)
            try:
                connection.request("GET", "/echo")
                body = connection.getresponse().read().decode()
            except (ssl.SSLError, ConnectionError):
                body = ""
            finally:
                connection.close()
        assert ("CN=admin" in body) is fault
        linted = text.format("443", "", verify).replace("//A", "//10.0.0.5")
        assert bool(find("optional-no-ca", linted)) is fault


def test_optional_tls(httpd: str, tmp_path: Path) -> None:
    """There is no TLS, and a notice in the log only."""
    text = "SSLEngine optional\n"
    with running(httpd, tmp_path, MORE + text) as server:
        assert server.ask("/nothing", {"Host": "a"})[0].status == 404
    assert "AH10510" in (tmp_path / "log").read_text()
    assert find("sslengine-optional", text)
