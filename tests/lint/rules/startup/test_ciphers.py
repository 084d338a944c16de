"""Lists of ciphers, against the OpenSSL that Python has."""

from __future__ import annotations

import ssl

import pytest

from hpatch.facts import ciphers
from tests.support.lint.find import find

NONE_LEFT = (
    "FOO", "high", "!aNULL", "!FOO", "HIGH:!ALL", "ALL:-ALL", "HIGH+FOO", "ECDHE-RSA-AES256-GCM-SHA348",
    "TLS_AES_128_GCM_SHA256:FOO",
)  # fmt: skip
UNREADABLE = ("“HIGH”", "HIGH|MEDIUM", "HIGH:@FOO", "@SECLEVEL=9", "HIGH/RSA", "HIGH:'x'")
PASSED_OVER = ("HIGH:!FOO", "FOO:HIGH", "HIGH:ECDHE-RSA-AES256-GCM-SHA348", "HIGH;FOO", "HIGH FOO", "ALL, -FOO")
SOUND = (
    "HIGH", "HIGH, !aNULL", "HIGH;!aNULL", "HIGH !aNULL", "HIGH!aNULL", "EECDH+AESGCM:EDH+AESGCM", "HIGH:@STRENGTH",
    "DEFAULT@SECLEVEL=2", "ALL:!EXPORT:!LOW:!KRB5-DES-CBC3-SHA", "HIGH:TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
)  # fmt: skip


def accepts(text: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).set_ciphers(text)
    except ssl.SSLError:
        return False
    return True


def found(text: str) -> list[tuple[str, str]]:
    lines = "SSLEngine on\nSSLCertificateFile c.pem"
    host = f'Listen 443\n<VirtualHost *:443>\n{lines}\nSSLCipherSuite "{text}"\n</VirtualHost>\n'
    return [(one.severity, one.message) for one in find("cipher-unknown", host)]


@pytest.mark.parametrize("text", [*NONE_LEFT, *UNREADABLE])
def test_what_openssl_refuses_is_an_error(text: str) -> None:
    assert not accepts(f"{text}:!aNULL:!eNULL:!EXP")
    assert [severity for severity, _ in found(text)] == ["error"]


@pytest.mark.parametrize("text", PASSED_OVER)
def test_what_openssl_passes_over_is_a_warning(text: str) -> None:
    assert accepts(text)
    assert [severity for severity, _ in found(text)] == ["warning"]


@pytest.mark.parametrize("text", SOUND)
def test_nothing_is_said_of_a_sound_list(text: str) -> None:
    assert accepts(text)
    assert found(text) == []


def test_the_table_has_every_cipher_of_this_openssl() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    assert {one["name"] for one in context.get_ciphers()} <= ciphers.listed() | ciphers.suites()


def test_where_tls_may_be_off_it_is_a_warning() -> None:
    assert [one.severity for one in find("cipher-unknown", "SSLCipherSuite FOO\n")] == ["warning"]
    assert find("cipher-unknown", "SSLCipherSuite ${CIPHERS}\nSSLCipherSuite PROFILE=SYSTEM\n") == []


def test_the_ciphers_of_a_proxy() -> None:
    text = "Listen 80\nSSLProxyEngine on\nSSLProxyCipherSuite TLSv1.3 FOO\n"
    assert [one.severity for one in find("cipher-unknown", text)] == ["error"]
    assert [one.severity for one in find("cipher-unknown", text.replace("Engine on", "Engine off"))] == ["warning"]
