"""Fingerprints: the same for the same finding, wherever its lines move to."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from hpatch.lint.finding import Finding
from hpatch.lint.fingerprint import Fingerprints, line_hashes
from hpatch.lint.rule import Rule
from hpatch.text import Place, Source


def nothing(context: object) -> Iterable[object]:
    return ()


RULES = {code: Rule(code, "name", "error", "high", (), nothing) for code in ("WK001", "WK002")}  # type: ignore[arg-type]


def prints(text: str, *marked: str, file: str = "a.conf", root: str = "/srv", rule: str = "WK001") -> list[str]:
    """The fingerprints of findings on each of these pieces of a text, in its order."""
    source = Source(file, text)
    given = Fingerprints.below({file: source}, root)
    found, start = [], 0
    for piece in marked:
        start = text.index(piece, start)
        place = source.place(start, start + len(piece))
        start += len(piece)
        found.append(given.of(Finding(RULES[rule], place, "message", "error", "high")))
    return found


PASS = "ProxyPass /a http://a/ retry=0\n"
HOST = f"<VirtualHost *:80>\n{PASS}</VirtualHost>\n"


@pytest.mark.parametrize(
    "text",
    [
        f"# a comment\n\nListen 80\n{HOST}",
        f"<VirtualHost *:81>\nListen 1\n</VirtualHost>\n{HOST}",
        HOST.replace("\n", "\r\n"),
        HOST.replace("retry", "\\\n\t retry"),
        HOST.replace("retry", "\\\r\n retry").replace("*:80", "\\\n  *:80"),
        HOST.replace("ProxyPass /a", "\tProxyPass  /a"),
        f"ErrorLog \\\n<VirtualHost\n{HOST}",
        f"</IfModule>\n{HOST}",
    ],
)
def test_a_fingerprint_stays_where_lines_move(text: str) -> None:
    assert prints(text, "http://a/") == prints(HOST, "http://a/")


@pytest.mark.parametrize(
    "text",
    [
        HOST.replace("retry=0", "retry=1"),
        HOST.replace("*:80", "*:81"),
        PASS,
        f"<IfModule a>\n{HOST}</IfModule>\n",
        HOST.replace("<VirtualHost *:80>\n", "<VirtualHost *:80>\n<IfModule a>\n</VirtualHost>\n"),
    ],
)
def test_another_directive_or_section_has_another_fingerprint(text: str) -> None:
    assert prints(text, "http://a/") != prints(HOST, "http://a/")


def test_another_rule_or_file_has_another_fingerprint() -> None:
    here = prints(PASS, "http://a/")
    assert prints(PASS, "http://a/", rule="WK002") != here
    assert prints(PASS, "http://a/", file="b.conf") != here


def test_a_fingerprint_is_the_same_in_every_checkout() -> None:
    here = prints(PASS, "http://a/", file="conf/a.conf", root="/srv")
    assert prints(PASS, "http://a/", file="/home/me/conf/a.conf", root="/home/me") == here
    outside = prints(PASS, "http://a/", file="/etc/a.conf", root="/srv")
    assert outside == prints(PASS, "http://a/", file="/etc/a.conf", root="/home")


def test_equal_findings_are_counted() -> None:
    first, second = prints(PASS + PASS, "http://a/", "http://a/")
    assert [first, second] == [*prints(PASS, "http://a/"), first.removesuffix("1") + "2"]


def test_a_place_in_a_continuation_line_belongs_to_its_directive() -> None:
    text = "Listen 80\nProxyPass /a \\\n http://a/ \\\n retry=0\nListen 81\n"
    assert len({print_.rpartition("-")[0] for print_ in prints(text, "/a", "http", "retry")}) == 1


def test_deep_and_endless_sections() -> None:
    text = "<IfModule a>\n" * 20_000
    assert prints(text + PASS, "http://a/") != prints(text[13:] + PASS, "http://a/")


def test_ini_and_xml() -> None:
    one, other = prints("[uwsgi]\nsocket = /a\n[other]\nsocket = /a\n", "/a", "/a")
    assert one.rpartition("-")[0] != other.rpartition("-")[0]
    xml = '<Server>\n<Connector\n port="1"/>\n<Connector port="2"/>\n'
    assert prints(xml, '"2"', file="s.xml") == prints(
        xml.replace("<Connector\n", "<Listener/>\n<A\n"), '"2"', file="s.xml"
    )


def test_a_finding_in_a_file_without_text() -> None:
    given = Fingerprints.below({}, "/srv")
    finding = Finding(RULES["WK001"], Place("\udcff.conf", 1, 1, 1, 1), "message", "error", "high")
    assert given.of(finding) != given.of(finding._replace(message="other"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        (
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
            [
                "e9496ae3ebfced30:1",
                "fb7c023a8b9ccb3f:1",
                "ce8ba1a563dcdaca:1",
                "e20e36e16fcb0cc8:1",
                "b3edc88f2938467e:1",
                "c8e28b0b4002a3a0:1",
                "c129715d7a2bc9a3:1",
            ],
        ),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            [
                *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)),
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ],
        ),
    ],
)
def test_line_hashes_are_those_of_github(text: str, expected: list[str]) -> None:
    """The expected values are those of the tests of github/codeql-action."""
    assert list(line_hashes(text, range(1, 20)).values()) == expected


def test_line_hashes_count_utf16_units_and_take_any_bytes() -> None:
    """A window is 100 units long: whatever stands behind it changes nothing."""
    wide = "\U0001f600" * 50
    assert line_hashes(wide + "a", [1]) == line_hashes(wide + "b", [1])
    assert line_hashes(wide[:-1] + "aa", [1]) != line_hashes(wide[:-1] + "bb", [1])
    assert line_hashes("\udcff", [1]) == line_hashes("�", [1])


def test_another_subject_is_another_finding_though_the_first_one_is_gone() -> None:
    source = Source("a.conf", HOST)
    place = source.place(HOST.index("P"), HOST.index("P") + 1)

    def given(*subjects: str) -> list[str]:
        own = Fingerprints.below({"a.conf": source}, "/srv")
        return [own.of(Finding(RULES["WK001"], place, "message", "error", "high", subject=one)) for one in subjects]

    first, second = given("CVE-1", "CVE-2")
    assert given("CVE-2") == [second] != [first]
    assert given("CVE-2", "CVE-2")[1] == f"{second[:-1]}2"
    assert given("") == prints(HOST, "P")
