"""The page of findings: everything on it, nothing that runs, nothing that is loaded."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.found import Fix, Related
from hpatch.lint.rule import Rule
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import visible
from hpatch.report.lint.forms import FORMS, FindingsReport
from hpatch.text import Place, Source
from tests.support.lint.gateways import made as made_gateway
from tests.support.report.lint_results import NAMES, check, findings, result

EVIL = "</script><script>x</script><img src=x onerror=y>\"'&\x1b[31m\u202e\udcff"
RULE = Rule("WK001", "name", "error", "high", ("javascript:alert(1)", "https://example.org/?a&b"), check)


class Parsed(HTMLParser):
    """The elements of a page, their text, and that each ends."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.data = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "option" and self.open[-1] == "option":
            self.open.pop()
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.data += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a kind with these ones."""
        return [
            found
            for name, found in self.elements
            if name == tag and all(found.get(key.strip("_")) == value for key, value in attributes.items())
        ]


def made(*places: Place, text: str = "Listen 80\n" * 40, name: str = "a.conf", **more: object) -> LintResult:
    """A result with findings at these places."""
    found = tuple(
        Finding(RULE, place, f"message {at}", "error", "high")._replace(**more) for at, place in enumerate(places)
    )
    return LintResult(
        findings=found, files=1, directives=1, sources={name: Source(name, text)}, conditions=(), rules=(), root="/"
    )


def page(given: LintResult) -> Parsed:
    return Parsed(findings("html", given))


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_is_on_the_page(name: str) -> None:
    given = result(name)
    found = page(given)
    assert found.open == []
    assert [one["data-rule"] for one in found.all("article")] == [
        finding.rule.code
        for file in dict.fromkeys(one.place.file for one in given.findings)
        for finding in sorted((one for one in given.findings if one.place.file == file), key=lambda one: one.place.line)
    ]
    for finding in given.findings:
        assert visible(finding.message) in found.data
    assert len({one["id"] for _, one in found.elements if "id" in one}) == sum("id" in one for _, one in found.elements)


def parsed(report: FindingsReport) -> Parsed:
    page = FORMS["html"](report, Page())
    assert not isinstance(page, bytes)
    return Parsed("".join(page))


def test_only_its_own_script_may_run() -> None:
    text = findings("html", made(Place("a.conf", 3, 1, 3, 4)))
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Policy" content="([^"]*)"', text)
    assert policy == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_hostile_texts_are_texts() -> None:
    place = Place(EVIL, 1, 1, 1, 9)
    given = made(
        place, text=EVIL, name=EVIL, message=EVIL, help=EVIL, fix=Fix(EVIL, (), True), related=(Related(place, EVIL),)
    )
    found = page(given)
    assert [tag for tag, _ in found.elements if tag in ("script", "img")] == ["script"]
    assert not any(name.startswith("on") for _, attributes in found.elements for name in attributes)
    assert [one["href"] for one in found.all("a")][1:] == ["https://example.org/?a&b", "#f0-1"]
    assert findings("html", given).replace("\n", "").isprintable()
    assert found.data.count("</script><script>x</script><img src=x onerror=y>\"'&\\x1b[31m\\u202e\\xff") >= 6


def test_nothing_is_loaded() -> None:
    found = page(result("collision"))
    loading = ("src", "srcset", "data", "action", "formaction", "poster", "background")
    assert not any(name in loading for _, attributes in found.elements for name in attributes)
    assert not found.all("link")
    assert "url(" not in findings("html", result("collision"))


def test_marks_and_lines() -> None:
    text = findings("html", made(Place("a.conf", 2, 8, 2, 10), text="a\nListen 80\n\tx\n"))
    assert 'data-n="2"><code>Listen <mark class="error">80</mark></code>' in text
    assert 'data-n="3"><code>    x</code>' in text
    assert 'data-n="4"' not in text


def test_lines_between_are_folded() -> None:
    found = page(made(Place("a.conf", 10, 1, 10, 4), Place("a.conf", 30, 1, 30, 4)))
    assert [one["data-n"] for one in found.all("div", class_="line")] == [str(number) for number in range(1, 41)]
    assert len(found.all("details")) == 3
    assert "… 6 lines" in found.data


def test_of_a_large_file_only_what_was_found_is_shown() -> None:
    found = page(made(Place("a.conf", 10_000, 1, 10_000, 4), text="Listen 80\n" * 20_000))
    assert len(found.all("div", class_="line")) == 7
    assert "… 9,996 lines" in found.data
    assert len(findings("html", made(Place("a.conf", 1, 1, 1, 4), text="x" * 10_000_000))) < 20_000


def test_places_outside_of_the_text_do_no_harm() -> None:
    found = page(made(Place("a.conf", 99, 5, 120, 9), Place("b.conf", 1, 1, 1, 1), Place("a.conf", 1, 1, 40, 9)))
    assert len(found.all("article")) == 3


def test_the_map_is_on_the_page_and_leads_to_findings(tmp_path: Path) -> None:
    gateway = made_gateway(tmp_path, 'ProxyPass "/a/" "http://127.0.0.1:1"\nProxyPass "/b/" "http://127.0.0.1:2/"\n')
    place = gateway.hosts[0].paths[0].place
    given = made(place, text=Path(place.file).read_text(), name=place.file)
    found = parsed(FindingsReport(given, maps=(gateway,)))
    assert len(found.all("svg")) == 1
    assert f"#f0-{place.line}" in [one.get("href") for one in found.all("a")]
    assert found.all("div", id=f"f0-{place.line}")
    assert "2 paths in 1 host to 2 workers and 0 balancers." in found.data


def test_the_line_above_a_map_counts_what_its_picture_leaves_out(tmp_path: Path) -> None:
    hosts = (f"<VirtualHost *:80>\nServerName h{one}\nProxyPass / http://b{one}/\n</VirtualHost>" for one in range(31))
    gateway = made_gateway(tmp_path, "\n".join(hosts))
    found = parsed(FindingsReport(made(), maps=(gateway,)))
    assert "31 paths in 31 hosts to 31 workers and 0 balancers." in found.data
    assert "1 more host (--host NAME shows one)" in found.data


def test_nothing_found_has_no_script() -> None:
    found = page(made())
    assert "Found nothing" in found.data
    assert not found.all("script") and not found.all("form")
