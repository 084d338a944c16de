"""Lines that open a published vulnerability, and the same lines in other releases and circumstances."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

CERTIFICATES = """\
SSLEngine on
SSLVerifyClient require
<VirtualHost *:443>
SSLCACertificateFile {}
</VirtualHost>
<VirtualHost *:443>
SSLCACertificateFile {}
</VirtualHost>
"""
HTTP2 = "ProxyPreserveHost On\nProxyPass / h2://10.0.0.5/\n"
COOKIE = "<Location /app>\nSessionCookieRemove On\n</Location>\nProxyPass / http://10.0.0.5/\n"
FOLDERS = "LimitRequestFieldSize {}\nVirtualDocumentRoot /srv/{}\n"
SOCKET = "ProxyPass /a unix:/run/a.sock|http://a/\n"
AHEAD = 'RewriteRule ^ "-" [E=a:%{LA-U:HTTP:Host}]\n'

# The name, the configuration, the first and the last release that are affected, and the severity there.
OPENED = [
    ("CVE-2021-44224", f"ProxyRequests On\n{SOCKET}", "2.4.7", "2.4.51", "error"),
    ("CVE-2024-40725", "AddType application/x-httpd-php .php\n", "2.4.60", "2.4.61", "error"),
    ("CVE-2024-40725", "<Files *.php>\nForceType application/x-httpd-php\n</Files>\n", "2.4.60", "2.4.61", "error"),
    ("CVE-2025-23048", CERTIFICATES.format("a", "b"), "2.4.35", "2.4.63", "error"),
    ("CVE-2025-49630", HTTP2, "2.4.26", "2.4.63", "warning"),
    ("CVE-2025-49630", f"<VirtualHost *>\n{HTTP2}</VirtualHost>\n", "2.4.26", "2.4.63", "warning"),
    (
        "CVE-2025-49630",
        "<Location />\nProxyPreserveHost On\nProxyPass h2c://a/\n</Location>\n",
        "2.4.26",
        "2.4.63",
        "warning",
    ),
    ("CVE-2025-54090", "RewriteCond expr true\nRewriteRule ^ -\n", "2.4.64", "2.4.64", "error"),
    (
        "CVE-2025-54090",
        "<Directory /srv>\nRewriteCond EXPR true\nRewriteRule ^ -\n</Directory>\n",
        "2.4.64",
        "2.4.64",
        "error",
    ),
    ("CVE-2026-56154", "RewriteCond %{LA-U:HTTP:Host} a\nRewriteRule ^ -\n", "2.4.1", "2.4.68", "warning"),
    ("CVE-2026-56154", AHEAD, "2.4.1", "2.4.68", "warning"),
    ("CVE-2026-47360", COOKIE, "2.4.1", "2.4.68", "warning"),
    ("CVE-2026-63292", FOLDERS.format("16380", "%0"), "2.4.1", "2.4.68", "error"),
    ("CVE-2026-63292", FOLDERS.format("8191", "%-1/%2.1"), "2.4.1", "2.4.68", "error"),
]
SOUND = [
    "ProxyRequests On\nProxyPass /a http://10.0.0.5/\n",
    f"ProxyRequests Off\n{SOCKET}",
    "AddType application/x-tar .tar\n",
    "AddHandler application/x-httpd-php .php\n",
    CERTIFICATES.format("a", "a"),
    f"SSLStrictSNIVHostCheck On\n{CERTIFICATES.format('a', 'b')}",
    CERTIFICATES.format("a", "b").replace("require", "none"),
    HTTP2.replace("On", "Off"),
    HTTP2.replace("h2:", "http:"),
    CERTIFICATES.format("a", "b").replace("Engine on", "Engine off"),
    HTTP2.replace("ProxyPass", "<Location /a>\nProxyPreserveHost Off\nProxyPass").replace("/ h2:", "h2:")
    + "</Location>\n",
    "RewriteCond %{REQUEST_URI} expr\nRewriteRule ^ -\n",
    "RewriteCond %{LA-U:REMOTE_USER} a\nRewriteRule ^ -\n",
    "RewriteCond %{HTTP:Host} a\nRewriteRule ^ -\n",
    "RewriteEngine Off\nRewriteCond expr true\nRewriteCond %{LA-U:HTTP:Host} a\nRewriteRule ^ -\n",
    COOKIE.replace("On", "Off"),
    "SessionCookieRemove On\nProxyPass / http://10.0.0.5/\n",
    FOLDERS.format("8190", "%0"),
    FOLDERS.format("16380", "%%0"),
    "VirtualDocumentRoot /srv/%0\n",
]


def beside(version: str, step: int) -> str:
    start, _, last = version.rpartition(".")
    return f"{start}.{int(last) + step}"


@pytest.mark.parametrize(("name", "text", "first", "last", "severity"), OPENED)
def test_the_releases_that_are_affected(name: str, text: str, first: str, last: str, severity: str) -> None:
    for version in (first, last):
        (found,) = find("published-vulnerability", text, version)
        assert name in found.message
        assert found.severity == severity
    assert not find("published-vulnerability", text, beside(last, 1))
    assert first == "2.4.1" or not find("published-vulnerability", text, beside(first, -1))
    assert not find("published-vulnerability", text)


@pytest.mark.parametrize("text", SOUND)
def test_other_lines(text: str) -> None:
    for version in ("2.4.51", "2.4.61", "2.4.63", "2.4.64", "2.4.68"):
        assert not find("published-vulnerability", text, version)
