"""TLS with clients: later lines, and names of ciphers."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("rule", "text", "reported"),
    [
        ("sslengine-optional", "SSLEngine optional\nSSLEngine on\n", False),
        ("sslengine-optional", "SSLEngine on\nSSLEngine optional\n", True),
        ("sslengine-optional", "SSLEngine optional\n<VirtualHost *:80>\nSSLEngine on\n</VirtualHost>\n", True),
        ("tls-outdated", "SSLProtocol TLSv1\nSSLProtocol TLSv1.2\n", False),
        ("tls-outdated", "SSLCipherSuite ALL:RC4-SHA\n", True),
        ("tls-outdated", "SSLCipherSuite DES-CBC3-SHA\n", True),
        ("tls-outdated", "SSLCipherSuite DES-CBC3-SHA:!3DES\n", False),
        ("tls-outdated", "SSLCipherSuite ECDHE-RSA-AES256-GCM-SHA384\n", False),
    ],
)
def test_what_counts(rule: str, text: str, reported: bool) -> None:
    assert bool(find(rule, text)) is reported


WANTS = "Listen 443\n<VirtualHost *:443>\nSSLEngine on\n{}SSLVerifyClient require\n</VirtualHost>\n"
CA = "SSLCACertificateFile /ca.pem\n"


def test_no_issuer_is_named() -> None:
    assert places("client-verify-no-ca", WANTS.format("")) == [(4, 1)]
    other = "<VirtualHost *:443>\n" + CA + "</VirtualHost>\n"
    assert find("client-verify-no-ca", WANTS.format("") + other)


@pytest.mark.parametrize(
    "text",
    [
        WANTS.format(CA),
        WANTS.format("SSLCACertificatePath /ca\n"),
        WANTS.format("") + CA,
        WANTS.format("").replace("require", "optional"),
        WANTS.format("").replace("require\n", "require\nSSLVerifyClient none\n"),
        WANTS.format("").replace("SSLEngine on", "SSLEngine off"),
        WANTS.format("").replace("Listen 443\n", ""),
    ],
)
def test_an_issuer_is_named_or_may_be(text: str) -> None:
    assert not find("client-verify-no-ca", text)
