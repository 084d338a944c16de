"""What becomes of escaped characters on the way to the backend."""

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(("version", "found"), [("2.4.48", [(1, 23)]), ("2.4.49", []), (None, [])])
def test_mapping(version: str | None, found: list[tuple[int, int]]) -> None:
    assert places("mapping-version", "ProxyPass /a http://h mapping=encoded", version) == found


def test_mapping_in_location() -> None:
    text = "<Location /a>\n  ProxyPass http://h MAPPING=servlet\n</Location>"
    assert places("mapping-version", text, "2.4.10") == [(2, 22)]


@pytest.mark.parametrize(
    ("text", "severity", "place"),
    [
        ("ProxyPass /a http://h nocanon", "info", (1, 23)),
        ("ProxyPass /a http://h NoCanon timeout=5", "info", (1, 23)),
        ("ProxyPass /a http://h mapping=servlet nocanon", "warning", (1, 39)),
        ("ProxyPass /a scgi://h:4000 nocanon", "warning", (1, 28)),
        ("AllowEncodedSlashes On\nProxyPass /a http://h mapping=servlet nocanon", "warning", (2, 39)),
        ("ProxyPass /a http://h mapping=encoded nocanon", "info", (1, 39)),
        ("AllowEncodedSlashes Off\nProxyPass /a http://h nocanon", "info", (2, 23)),
        ("AllowEncodedSlashes On\nAllowEncodedSlashes Off\nProxyPass /a http://h nocanon", "info", (3, 23)),
        ("AllowEncodedSlashes On\n<VirtualHost *>\nProxyPass /a http://h nocanon\n</VirtualHost>", "info", (3, 23)),
    ],
)
def test_nocanon(text: str, severity: str, place: tuple[int, int]) -> None:
    (finding,) = find("nocanon", text)
    assert (finding.severity, (finding.place.line, finding.place.column)) == (severity, place)


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /nocanon http://h/nocanon",
        "AllowEncodedSlashes NoDecode\nProxyPass /a http://h nocanon",
        "<VirtualHost *>\nAllowEncodedSlashes On\nProxyPass /a http://h nocanon\n</VirtualHost>",
    ],
)
def test_nocanon_is_wanted(text: str) -> None:
    assert find("nocanon", text) == []


@pytest.mark.parametrize(
    ("setting", "version", "count"),
    [("On", None, 1), ("On", "2.4.62", 1), ("NoDecode", "2.4.56", 1), ("NoDecode", "2.4.57", 0), ("Off", None, 0)],
)
def test_slashes(setting: str, version: str | None, count: int) -> None:
    found = find("slashes-decode", f"AllowEncodedSlashes {setting}\nProxyPass /a http://h", version)
    assert [(finding.place.line, finding.place.column) for finding in found] == [(2, 1)] * count


@pytest.mark.parametrize(
    "text",
    [
        "AllowEncodedSlashes On\nProxyPass /a http://h nocanon",
        "AllowEncodedSlashes On\nProxyPass /a http://h mapping=encoded",
        "AllowEncodedSlashes On\nProxyPass /a fcgi://h",
        "AllowEncodedSlashes On\n<VirtualHost *>\nAllowEncodedSlashes Off\nProxyPass /a http://h\n</VirtualHost>",
        "<VirtualHost *:1>\nAllowEncodedSlashes On\n</VirtualHost>\nProxyPass /a http://h",
        "ProxyPass /a http://h",
    ],
)
def test_slashes_are_kept(text: str) -> None:
    assert find("slashes-decode", text) == []


HOST = "<VirtualHost *:{}>\n{}\n</VirtualHost>\n"


@pytest.mark.parametrize(
    ("hosts", "confidence", "told"),
    [
        (["ProxyPass /a http://h nocanon"], "high", 'the virtual host "*:1"'),
        (["ProxyPass /a http://h"], "medium", 'the virtual host "*:1"'),
        (["ProxyPass /a http://h", "ProxyPass /b http://h nocanon"], "high", '"*:1" and 1 more virtual host:'),
        (["ProxyPass /a http://h", "", "ProxyPass /b http://h\nAllowEncodedSlashes Off"], "medium", '"*:1":'),
        (["ProxyPass /a http://h"] * 7, "medium", '"*:1" and 6 more virtual hosts:'),
    ],
)
def test_slashes_are_not_inherited(hosts: list[str], confidence: str, told: str) -> None:
    text = "".join(HOST.format(number, lines) for number, lines in enumerate(hosts, start=1))
    (finding,) = find("slashes-decode", f"AllowEncodedSlashes NoDecode\n{text}")
    assert (finding.place.line, finding.confidence) == (1, confidence)
    assert told in finding.message
    assert len(finding.related) == min(5, sum("AllowEncoded" not in lines and lines != "" for lines in hosts))


@pytest.mark.parametrize(
    "text",
    [
        "AllowEncodedSlashes Off\n" + HOST.format(1, "ProxyPass /a http://h nocanon"),
        "AllowEncodedSlashes On\n" + HOST.format(1, "ProxyPass /a !"),
        "AllowEncodedSlashes On\n" + HOST.format(1, "AllowEncodedSlashes NoDecode\nProxyPass /a http://h nocanon"),
        HOST.format(1, "AllowEncodedSlashes On") + HOST.format(2, "ProxyPass /a http://h nocanon"),
    ],
)
def test_slashes_need_no_inheriting(text: str) -> None:
    assert find("slashes-decode", text) == []
