"""A certificate without SSLEngine."""

from __future__ import annotations

from tests.support.lint.find import find

HOST = "Listen 443\n<VirtualHost *:443>\n{}SSLCertificateFile /a.pem\n</VirtualHost>\n"


def test_a_file_that_cannot_be_read_may_have_the_line() -> None:
    assert find("vhost-cert-no-engine", HOST.format(""))
    assert find("vhost-cert-no-engine", HOST.format("IncludeOptional conf/none-*.conf\n"))
    assert not find("vhost-cert-no-engine", HOST.format("Include conf/missing.conf\n"))
