"""Unix sockets and old versions of httpd."""

import os
import subprocess

import pytest

from tests.support.lint.find import find, places

PASS = "ProxyPass /a unix:/x|http://a/"
MEMBER = "<Proxy balancer://b>\nBalancerMember unix:/x|http://a\n</Proxy>"
SECTION = "<Proxy unix:/x|http://a>\nProxySet timeout=5\n</Proxy>"
HANDLER = '<FilesMatch "\\.php$">\nSetHandler "proxy:unix:/x|fcgi://a/"\n</FilesMatch>'
REWRITE = "RewriteEngine On\nRewriteRule ^/a(.*) unix:/x|http://a$1 [P]"


@pytest.mark.parametrize(
    ("text", "place", "first"),
    [
        (PASS, (1, 14), "2.4.8"),
        (MEMBER, (2, 16), "2.4.8"),
        (SECTION, (1, 8), "2.4.8"),
        ("ProxyPass /a unix:/x|scgi://a:4001/", (1, 14), "2.4.8"),
        ("<Proxy balancer://b>\nBalancerMember unix:/x|scgi://a\n</Proxy>", (2, 16), "2.4.8"),
        ("ProxyPass /a unix:/x|scgi://a/", (1, 14), "2.4.10"),
        (HANDLER, (2, 12), "2.4.10"),
        (REWRITE, (2, 21), "2.4.10"),
    ],
)
def test_first(text: str, place: tuple[int, int], first: str) -> None:
    """The versions before the first are told of, once."""
    for version in ("2.4.4", "2.4.7", "2.4.8", "2.4.9", "2.4.10", "2.4.11"):
        older = int(version.rpartition(".")[2]) < int(first.rpartition(".")[2])
        assert places("uds-too-old", text, version) == [place] * older, version
    assert places("uds-too-old", text) == []


@pytest.mark.parametrize("text", ["ProxyPass /a http://a/", HANDLER.replace("unix:/x|", ""), "ProxyPass /a !"])
def test_no_socket(text: str) -> None:
    assert places("uds-too-old", text, "2.4.4") == []


@pytest.mark.parametrize(
    ("text", "version", "said", "help"),
    [
        (PASS, "2.4.7", "refuses to start", "httpd 2.4.8 or"),
        ("ProxyPass /a unix:/x|scgi://a/", "2.4.7", "refuses to start", "httpd 2.4.10 or"),
        ("ProxyPass /a unix:/x|scgi://a/", "2.4.9", "port 4000", "httpd 2.4.10 or"),
        (HANDLER, "2.4.9", "sends the file itself", "ProxyPassMatch"),
        (REWRITE, "2.4.7", "with an error", "httpd 2.4.10 or"),
    ],
)
def test_words(text: str, version: str, said: str, help: str) -> None:
    (found,) = find("uds-too-old", text, version)
    assert said in found.message
    assert help in (found.help or "")


@pytest.mark.httpd_git
@pytest.mark.parametrize(
    ("file", "text", "first"),
    [
        ("proxy_util.c", '"unix:', "2.4.8"),
        ("mod_proxy.c", 'strncmp(r->handler, "proxy:", 6)', "2.4.10"),
        ("proxy_util.c", '"rewrite-proxy"', "2.4.10"),
        ("mod_proxy_scgi.c", "def_port", "2.4.10"),
    ],
)
def test_the_sources(file: str, text: str, first: str) -> None:
    """What the claims rest on is new in that release."""
    for version in ("2.4.7", "2.4.8", "2.4.9", "2.4.10"):
        command = ["git", "-C", os.environ["HPATCH_HTTPD_GIT"], "show", f"refs/tags/{version}:modules/proxy/{file}"]
        source = subprocess.run(command, capture_output=True, check=True).stdout
        assert (text.encode() in source) is (int(version.rpartition(".")[2]) >= int(first.rpartition(".")[2])), version
