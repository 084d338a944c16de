"""The server with a real client. One server serves most tests, each in a document of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from hpatch.language.documents import uri_of
from tests.support.language.editor import Editor, at, editor
from tests.support.patience import PATIENCE

MAIN = """\
Listen 80
Define target http://b:1
Include sites/*.inc
"""
SITE = """\
<VirtualHost *:80>
    ServerName a.example
    ProxyPass /a/ http://b:1/x
    # hpatch: ignore[WK018] known
    ProxyPass /b/ http://b:1/ retry=3
    ProxyPass /c/ ${target}/c/
</VirtualHost>
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("gateway")
    (top / "sites").mkdir()
    (top / "httpd.conf").write_text(MAIN)
    (top / "sites/a.inc").write_text(SITE)
    (top / "hpatch.toml").write_text('ignore = ["CF030", "CF032"]\n')
    return top


@pytest.fixture(scope="module")
def shared(folder: Path) -> Iterator[Editor]:
    with editor(folder) as one:
        yield one


@pytest.fixture
def site(shared: Editor, folder: Path) -> Iterator[str]:
    """The virtual host's file, open and linted."""
    uri = shared.open(folder / "sites/a.inc")
    shared.diagnostics(uri)
    yield uri
    shared.close(uri)
    shared.until(lambda: shared.shown[uri].version is None)


def here(uri: str, mark: str, text: str = SITE) -> dict[str, object]:
    return {"text_document": lsp.TextDocumentIdentifier(uri=uri), "position": at(text, mark)}


def test_a_finding_in_an_included_file_goes_to_that_file(shared: Editor, site: str) -> None:
    (one,) = [one for one in shared.shown[site].diagnostics if one.code == "MP001"]
    assert one.range == lsp.Range(start=at(SITE, "http://b:1/x"), end=at(SITE, "http://b:1/x", after=True))
    assert one.severity == lsp.DiagnosticSeverity.Error
    assert one.source == "hpatch"
    assert one.code_description is not None
    assert one.code_description.href.startswith("https://")
    assert "WK018" not in shared.codes(site)


def test_what_is_typed_counts_and_a_broken_line_is_told(shared: Editor, site: str) -> None:
    version = shared.change(site, SITE.replace("http://b:1/x", "http://b:1/"))
    assert "MP001" not in {one.code for one in shared.diagnostics(site, version)}
    for broken in ("<VirtualHost", "<VirtualHost *:80>\n<Location", "\x00\x1b[31m\ud83d", '"', "</Nothing>\n" * 50):
        version = shared.change(site, broken)
        shared.diagnostics(site, version)
    version = shared.change(site, "<VirtualHost *:80>\n")
    assert "CF003" in {one.code for one in shared.diagnostics(site, version)}


def test_a_suppression_that_is_not_needed_fades(shared: Editor, site: str) -> None:
    version = shared.change(site, SITE.replace(" retry=3", ""))
    (one,) = [one for one in shared.diagnostics(site, version) if one.code == "CF008"]
    assert one.tags == (lsp.DiagnosticTag.Unnecessary,)


def test_related_places_are_in_their_files(shared: Editor, site: str, folder: Path) -> None:
    version = shared.change(site, SITE + "<VirtualHost *:80>\nServerName a.example\n</VirtualHost>\n")
    (one,) = [one for one in shared.diagnostics(site, version) if one.code == "VH002"]
    assert one.related_information is not None
    assert {other.location.uri for other in one.related_information} == {site}


def test_hover_shows_the_rule_of_a_finding_and_the_worker(shared: Editor, site: str) -> None:
    found = shared.wait(shared.client.text_document_hover_async(lsp.HoverParams(**here(site, "http://b:1/x"))))  # type: ignore[arg-type]
    assert found is not None
    assert isinstance(found.contents, lsp.MarkupContent)
    assert "Worker `http://b:1/x`" in found.contents.value
    assert "**MP001 slash-target-missing**" in found.contents.value


def test_definitions_lead_to_files_and_lines(shared: Editor, site: str, folder: Path) -> None:
    where = shared.wait(shared.client.text_document_definition_async(lsp.DefinitionParams(**here(site, "target}"))))  # type: ignore[arg-type]
    assert isinstance(where, (list, tuple))
    (one,) = where
    assert isinstance(one, lsp.Location)
    assert (one.uri, one.range.start.line) == (uri_of(str(folder / "httpd.conf")), 1)
    main = shared.open(folder / "httpd.conf")
    there = shared.wait(
        shared.client.text_document_definition_async(lsp.DefinitionParams(**here(main, "sites", MAIN)))  # type: ignore[arg-type]
    )
    shared.close(main)
    assert isinstance(there, (list, tuple))
    assert [one.uri for one in there if isinstance(one, lsp.Location)] == [site]
    used = lsp.ReferenceParams(**here(site, "target}"), context=lsp.ReferenceContext(include_declaration=False))  # type: ignore[arg-type]
    references = shared.wait(shared.client.text_document_references_async(used))
    assert [(one.uri, one.range.start.line) for one in references or ()] == [(site, 5)]


def test_completion_replaces_the_word_and_explains(shared: Editor, site: str) -> None:
    text = SITE.replace("retry=3", "ret")
    shared.change(site, text)
    place = at(text, "ret\n", after=False)
    place.character += 3
    params = lsp.CompletionParams(text_document=lsp.TextDocumentIdentifier(uri=site), position=place)
    found = shared.wait(shared.client.text_document_completion_async(params))
    assert isinstance(found, lsp.CompletionList)
    item = next(one for one in found.items if one.label == "timeout=")
    indent = lsp.CompletionContext(trigger_kind=lsp.CompletionTriggerKind.TriggerCharacter, trigger_character=" ")
    start = lsp.CompletionParams(text_document=params.text_document, position=lsp.Position(1, 2), context=indent)
    assert shared.wait(shared.client.text_document_completion_async(start)) is None
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert item.text_edit.range.start == at(text, "ret\n")
    resolved = shared.wait(shared.client.completion_item_resolve_async(item))
    assert isinstance(resolved.documentation, lsp.MarkupContent)
    assert "seconds" in resolved.documentation.value


def test_a_finding_is_fixed_or_silenced(shared: Editor, site: str) -> None:
    span = lsp.Range(start=at(SITE, "http://b:1/x"), end=at(SITE, "http://b:1/x"))
    params = lsp.CodeActionParams(
        text_document=lsp.TextDocumentIdentifier(uri=site), range=span, context=lsp.CodeActionContext(diagnostics=[])
    )
    actions = shared.wait(shared.client.text_document_code_action_async(params)) or []
    edits = {}
    for one in actions:
        assert isinstance(one, lsp.CodeAction)
        assert one.edit is not None
        assert one.edit.document_changes is not None
        (change,) = one.edit.document_changes
        assert isinstance(change, lsp.TextDocumentEdit)
        assert (change.text_document.uri, change.text_document.version) == (site, 1)
        edits[one.title.split(":")[0]] = change.edits[0]
    fix = edits["Fix MP001"]
    assert isinstance(fix, lsp.TextEdit)
    line = SITE.splitlines()[fix.range.start.line]
    mended = line[: fix.range.start.character] + fix.new_text + line[fix.range.end.character :]
    assert mended == "    ProxyPass /a/ http://b:1/x/"
    silence = edits["Silence MP001 (slash-target-missing) here, with a reason"]
    assert isinstance(silence, lsp.TextEdit)
    lines = SITE.splitlines(keepends=True)
    lines.insert(silence.range.start.line, silence.new_text)
    assert lines[2] == "    # hpatch: ignore[MP001] TODO: say why\n"
    version = shared.change(site, "".join(lines))
    assert "MP001" not in {one.code for one in shared.diagnostics(site, version)}


def test_symbols_and_folds(shared: Editor, site: str) -> None:
    identifier = lsp.TextDocumentIdentifier(uri=site)
    found = shared.wait(shared.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(identifier)))
    (host,) = found or ()
    assert isinstance(host, lsp.DocumentSymbol)
    assert (host.name, host.detail, len(host.children or ())) == ("<VirtualHost *:80>", "a.example", 3)
    folds = shared.wait(shared.client.text_document_folding_range_async(lsp.FoldingRangeParams(identifier)))
    assert [(one.start_line, one.end_line) for one in folds or ()] == [(0, 5)]


def test_a_document_that_no_folder_reads_comes_and_goes(shared: Editor, tmp_path: Path) -> None:
    uri = shared.open(tmp_path / "new.conf", "ProxyPass /\u00e4\U0001f600/ http://b:1/x\r\n")
    (one,) = [one for one in shared.diagnostics(uri) if one.code == "MP001"]
    assert (one.range.start.character, one.range.end.character) == (16, 28)
    shared.close(uri)
    shared.until(lambda: shared.shown[uri].version is None and not shared.shown[uri].diagnostics)


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "inmemory://model/1", "untitled:{folder}/sites/new.conf"])
def test_a_text_that_was_never_saved_is_linted_and_fixed(shared: Editor, folder: Path, uri: str) -> None:
    uri = shared.begin(uri.format(folder=folder), "Retry 5\nProxyPass /\u00e4/ http://b:1/x\n")
    (one,) = [one for one in shared.diagnostics(uri) if one.code == "MP001"]
    assert one.range.start == lsp.Position(line=1, character=14)
    text = shared.mended(uri, "MP001")
    assert text == "Retry 5\nProxyPass /\u00e4/ http://b:1/x/\n"
    version = shared.change(uri, text)
    assert "MP001" not in {one.code for one in shared.diagnostics(uri, version)}
    shared.close(uri)
    shared.until(lambda: shared.shown[uri].version is None)


def test_a_text_that_is_not_httpds_is_left_alone(shared: Editor) -> None:
    uri = shared.begin("git:/a.conf?ref=HEAD", "ProxyPass /a/ http://b:1/x\n")
    other = shared.begin("untitled:Untitled-2", "ProxyPass /a/ http://b:1/x\n", "plaintext")
    assert shared.diagnostics(uri) == shared.diagnostics(other) == []
    shared.close(uri)
    shared.close(other)


def test_a_file_on_the_disk_changes_and_goes(shared: Editor, folder: Path) -> None:
    new = folder / "sites/b.inc"
    new.write_bytes(b"# \xff\r\nProxyPass /z/ http://z:1/x\r\n")
    uri = uri_of(str(new))
    shared.touch(new, lsp.FileChangeType.Created)
    shared.until(lambda: "MP001" in shared.codes(uri))
    new.unlink()
    shared.touch(new, lsp.FileChangeType.Deleted)
    shared.until(lambda: not shared.codes(uri))
    assert shared.shown[uri].version is None


def test_settings_are_read_again_and_faults_are_shown(shared: Editor, folder: Path) -> None:
    settings = folder / "hpatch.toml"
    before = settings.read_text()
    uri = uri_of(str(folder / "sites/a.inc"))
    shared.until(lambda: "MP001" in shared.codes(uri))
    settings.write_text('ignore = ["MP001", "CF030", "CF032"]\n')
    shared.touch(settings, lsp.FileChangeType.Changed)
    shared.until(lambda: "MP001" not in shared.codes(uri))
    settings.write_text("wrong = 1\n")
    shared.touch(settings, lsp.FileChangeType.Changed)
    shared.until(lambda: any("unknown key 'wrong'" in message for message in shared.messages))
    settings.write_text(before)
    shared.touch(settings, lsp.FileChangeType.Changed)
    shared.until(lambda: "MP001" in shared.codes(uri))
    assert len(shared.messages) == 1


def test_files_are_watched(shared: Editor, site: str) -> None:
    assert [one.method for one in shared.watches] == ["workspace/didChangeWatchedFiles"]


class Wire:
    """A server that is spoken to byte by byte."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hpatch", "server", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def send(self, *messages: dict[str, object] | bytes) -> None:
        assert self.process.stdin is not None
        for message in messages:
            body = message if isinstance(message, bytes) else json.dumps({"jsonrpc": "2.0", **message}).encode()
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def answer(self) -> dict[str, object]:
        """The next message; nothing but messages may come."""
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            name, _, value = line.partition(b": ")
            assert name in (b"Content-Length", b"Content-Type"), line
            length = int(value) if name == b"Content-Length" else length
        found: dict[str, object] = json.loads(self.process.stdout.read(length))
        return found


def begun(message: str = "utf-8") -> dict[str, object]:
    capabilities = {"general": {"positionEncodings": [message]}}
    return {
        "id": 1,
        "method": "initialize",
        "params": {"processId": None, "rootUri": None, "capabilities": capabilities},
    }


def test_the_client_chooses_how_characters_count_and_ends_the_server(tmp_path: Path) -> None:
    """It also sends what is no message, and keeps the pipe open after the end."""
    wire = Wire()
    wire.send(begun())
    result = wire.answer()["result"]
    assert isinstance(result, dict)
    assert result["capabilities"]["positionEncoding"] == "utf-8"
    item = {
        "uri": uri_of(str(tmp_path / "a.conf")),
        "languageId": "apache",
        "version": 1,
        "text": "ProxyPass /\u00e4/ http://b:1/x\n",
    }
    wire.send(
        {"method": "initialized", "params": {}},
        b"{no json",
        {"method": "textDocument/didOpen", "params": {"textDocument": item}},
    )
    starts = []
    while not starts:
        message = wire.answer()
        params = message.get("params")
        assert isinstance(params, dict)
        starts = [one["range"]["start"]["character"] for one in params["diagnostics"] if one["code"] == "MP001"]
    assert starts == [len("ProxyPass /\u00e4/ ".encode())]
    wire.send({"id": 2, "method": "shutdown"})
    while wire.answer().get("id") != 2:
        pass
    wire.send({"method": "exit"})
    assert wire.process.wait(PATIENCE) == 0
    wire.process.communicate()


def test_a_client_that_leaves_without_a_word_ends_the_server() -> None:
    wire = Wire()
    wire.send(begun())
    wire.answer()
    out, err = wire.process.communicate(timeout=PATIENCE)
    assert (wire.process.returncode, out, err) == (1, b"", b"")
