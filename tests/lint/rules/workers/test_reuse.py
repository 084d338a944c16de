"""Keeping connections."""

import pytest

from tests.support.lint.find import find


def test_both() -> None:
    (found,) = find("reuse-both", "ProxyPass / http://h/ disablereuse=off max=5 enablereuse=off")
    assert found.place.column == 23
    assert '"enablereuse=off"' in found.message
    assert [related.place.column for related in found.related] == [46]


@pytest.mark.parametrize("params", ["enablereuse=on disablereuse=off", "enablereuse=on", "disablereuse=on max=1"])
def test_not_both(params: str) -> None:
    assert not find("reuse-both", f"ProxyPass / http://h/ {params}")


@pytest.mark.parametrize("url", ["http://$1.example/", "http://h:80$1/$2"])
@pytest.mark.parametrize(
    ("version", "safe", "severity"),
    [("2.4.59", True, "warning"), ("2.4.58", False, "error"), ("2.4.47", False, "error")],
)
def test_dollar(url: str, version: str, safe: bool, severity: str) -> None:
    (found,) = find("reuse-dollar-host", f"ProxyPassMatch ^/(.)/(.*) {url} enablereuse=on", version)
    assert (found.place.column, found.severity) == (len(f"ProxyPassMatch ^/(.)/(.*) {url} ") + 1, severity)
    assert found.fix is not None
    assert found.fix.safe is safe


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("ProxyPassMatch ^/(.*) http://h/$1 enablereuse=on", None),
        ("ProxyPassMatch ^/(.)/(.*) http://$1.example/$2 enablereuse=off", None),
        ("ProxyPassMatch ^/(.)/(.*) http://$1.example/$2 enablereuse=on", "2.4.46"),
    ],
)
def test_no_dollar(text: str, version: str | None) -> None:
    assert not find("reuse-dollar-host", text, version)


@pytest.mark.parametrize(
    ("params", "start"),
    [("timeout=5 max=3", '"timeout=5" and "max=3" have no effect'), ("timeout=5", '"timeout=5" has no effect')],
)
def test_match(params: str, start: str) -> None:
    (found,) = find("match-params-ignored", f"ProxyPassMatch ^/(.*) http://h/$1 {params}", "2.4.46")
    assert found.place.column == 35
    assert found.message.startswith(f"{start} before httpd 2.4.47")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("ProxyPassMatch ^/(.*) http://h/$1 timeout=5", "2.4.47"),
        ("ProxyPassMatch ^/(.*) http://h/$1 timeout=5", None),
        ("ProxyPassMatch ^/(.*) http://h/$1", "2.4.46"),
        ("ProxyPassMatch ^/a http://h/ timeout=5", "2.4.46"),
        ("ProxyPass / http://h/ timeout=5", "2.4.46"),
    ],
)
def test_no_match(text: str, version: str | None) -> None:
    assert not find("match-params-ignored", text, version)


@pytest.mark.parametrize("variable", ["proxy-nokeepalive", "proxy-initial-not-pooled"])
def test_connections_that_are_not_used_again(variable: str) -> None:
    text = "SetEnv {} 1\n<VirtualHost *:80>\nServerName a\nProxyPass / http://h/ enablereuse=on\n</VirtualHost>\n"
    assert not find("reuse-without-ttl", text.format(variable))
    assert find("reuse-without-ttl", text.format("other"))
    elsewhere = f"<VirtualHost *:80>\nServerName b\nSetEnv {variable} 1\n</VirtualHost>\n"
    assert find("reuse-without-ttl", text.format("other") + elsewhere)
