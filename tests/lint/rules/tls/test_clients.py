"""TLS with clients: later lines, and names of ciphers."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find


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
