"""Findings as diagnostics: what no session with a server shows."""

from __future__ import annotations

from pathlib import Path

from lsprotocol.types import DiagnosticSeverity

from hpatch.language.analysis import Analysis
from hpatch.language.diagnostics import WITHOUT_EFFECT, Publication
from hpatch.language.documents import uri_of
from hpatch.lint import registry
from tests.support.language.finding import document, finder, request


def test_rules_about_lines_without_effect_exist() -> None:
    assert {registry.by_name()[name].name for name in WITHOUT_EFFECT} == WITHOUT_EFFECT


def test_a_file_that_is_open_twice_shows_its_findings_twice(tmp_path: Path) -> None:
    main, link = tmp_path / "httpd.conf", tmp_path / "link.conf"
    text = "ProxyPass /a/ http://b/c\nInclude gone.conf\nKeepAlive \x1b[31m\n"
    main.write_text(text)
    link.symlink_to("httpd.conf")
    documents = [document(path, text) for path in (main, link)]
    answer = Analysis(finder("MP001", "CF014"), str).run(request(tmp_path, *documents), lambda: None)
    shown = Publication.of(answer, "utf-16").shown
    assert list(shown) == [uri_of(str(main)), uri_of(str(link))]
    for ones in shown.values():
        told = [(one.diagnostic.code, one.diagnostic.range.start.line, one.diagnostic.severity) for one in ones]
        assert ("MP001", 0, DiagnosticSeverity.Error) in told
        # What kept a file from being read is told, though no rule that runs reports it.
        assert (None, 1, DiagnosticSeverity.Error) in told
        assert all("\x1b" not in one.diagnostic.message for one in ones)
